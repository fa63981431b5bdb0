import { foldCode } from '../../domain/primitives/text.js';
import { problem } from '../../domain/problem.js';
import type { AllocationSetting } from '../../domain/settings/allocation-setting.js';
import type { ImpactOf } from './setting-impact.js';

/** A code that nobody has would spread nothing, and nobody would notice: each is told, where it stands. */
export const allocationImpact: ImpactOf<'bundleAllocation'> = async (stores, _before, after) => {
  const named = codesIn(after);
  if (named.length === 0) return { problems: [], effects: [] };
  const folded = [...new Set(named.map(({ code }) => foldCode(code)))];
  const unknown = new Set(await stores.ownership.unknown('SKU', folded));
  const problems = named
    .filter(({ code }) => unknown.has(foldCode(code)))
    .map(({ code, path }) => problem('NOT_FOUND', `no SKU has the code ${code}`, path));
  return { problems, effects: [] };
};

function codesIn({ bundles = [] }: AllocationSetting): { code: string; path: string[] }[] {
  return bundles.flatMap(({ bundle, amounts = [] }, index) => [
    { code: bundle, path: ['bundles', String(index), 'bundle'] },
    ...amounts.map(({ sku }, line) => ({
      code: sku,
      path: ['bundles', String(index), 'amounts', String(line), 'sku'],
    })),
  ]);
}
