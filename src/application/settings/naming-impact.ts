import { compilePolicies, judgeCode } from '../../domain/naming/judge-code.js';
import { allCodes } from '../naming/list-violations.js';
import type { ImpactOf } from './setting-impact.js';

const EXAMPLES = 10;

/** Codes that fitted, or that no policy reached, and that would no longer fit; and codes that would fit again. */
export const namingImpact: ImpactOf<'naming'> = async (stores, before, after) => {
  const [were, are] = [compilePolicies(before), compilePolicies(after)];
  const misfits = { count: 0, examples: [] as string[] };
  const mended = { count: 0, examples: [] as string[] };
  for await (const batch of allCodes(stores.naming)) {
    for (const { code, facts } of batch) {
      const was = judgeCode(were, code, facts) !== null;
      const is = judgeCode(are, code, facts) !== null;
      if (was === is) continue;
      const group = is ? misfits : mended;
      group.count += 1;
      if (group.examples.length < EXAMPLES) group.examples.push(code);
    }
  }
  const effects = [
    {
      code: 'NO_LONGER_FIT',
      message: 'codes that would no longer fit their policy; they stay as they are',
      ...misfits,
    },
    { code: 'FIT_AGAIN', message: 'codes that would fit again', ...mended },
  ];
  return { problems: [], effects: effects.filter(({ count }) => count > 0) };
};
