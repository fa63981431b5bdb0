import type { FieldComparison } from '../../domain/drift/compare.js';
import type { OpenFinding } from '../../domain/drift/finding.js';
import { sameJson } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { ObservedRecord } from '../../domain/publishing/system.js';
import type { LaneRecord } from '../ports/publishing-queue.js';
import type { Reckoning } from './reckon-record.js';

/** The name under which a connector is told to write a record's code; no governed field, because a code never changes. */
export const CODE = 'code';

type Wish = Reckoning['wish'];

/**
 * What is to be written of a record that bears another code than ours: our code besides the rest, where a person asked for
 * the revert of just that one. Else the code stays as it is, and its finding open.
 */
export function withOwnCode(record: LaneRecord, observed: ObservedRecord | null, wish: Wish): Wish {
  const finding = recodedFinding(record);
  if (!observed || !finding?.revertRequestedBy || bearsOurs(record, observed)) return wish;
  if (!sameJson(finding.found, observed.code)) return wish;
  return { action: 'UPDATE', values: { ...wish?.values, [CODE]: record.target } };
}

/** The finding of another code; undefined where there is none. */
export function recodedFinding({ openFindings }: LaneRecord): OpenFinding | undefined {
  return openFindings.find(({ kind, state }) => kind === 'RECODED' && state !== 'WAIVED');
}

export function bearsOurs({ target }: LaneRecord, { code }: ObservedRecord): boolean {
  return code !== null && foldCode(code) === foldCode(target);
}

/** The code among what was written and is not shown, in the words of a comparison; nothing where it was not written. */
export function codeAstray(record: LaneRecord, shown: ObservedRecord, wasWritten: boolean): FieldComparison[] {
  if (!wasWritten || bearsOurs(record, shown)) return [];
  const rule = { field: CODE, owner: 'MASTER', onDrift: 'FLAG', severity: 'HIGH', tolerance: null } as const;
  const { target: canonical } = record;
  return [{ field: CODE, rule, canonical, base: undefined, observed: shown.code, result: { verdict: 'LAG' } }];
}
