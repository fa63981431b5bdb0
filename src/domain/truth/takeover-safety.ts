import type { FindingDraft } from '../drift/finding.js';
import type { Json } from '../primitives/json.js';

/** As bulk safety of a scan (design 4.7): so many at least, and more than this share. */
const FEWEST = 50;
const SHARE = 0.2;
/** Over so many hours, whichever way they were seen. */
export const TALLY_HOURS = 24;

/** What is known of how much an owner says at once. */
export interface TakeoverTally {
  /** SKU records compared in this look, where it is one of the whole system; null where it is one of what had changed. */
  compared: number | null;
  /** SKU records of the system that are linked. */
  linked: number;
  /** Values of the field that it replaced in the last `TALLY_HOURS`, this look left out. */
  before: number;
}

/** Values that take another's place in the master; a first one takes nobody's. */
export function replacing(values: readonly FindingDraft[]): FindingDraft[] {
  return values.filter(({ expected }) => !isBlank(expected));
}

/**
 * Do values of one field, that their owner says at once, come in such numbers that a person should look first? An owner is
 * believed value by value; but an ERP that answers zero for every cost, or cents for dollars, is broken and not right. Of
 * a look at everything, by the share of what it looked at, so that the first batch stops it; of any other, by what has come
 * within a day. As many that blank others in one look stop whatever the share.
 */
export function isTooMuch(values: readonly FindingDraft[], tally: TakeoverTally): boolean {
  const replaced = replacing(values);
  const inADay = tally.before + replaced.length;
  if (inADay >= FEWEST && inADay > SHARE * tally.linked) return true;
  if (replaced.length < FEWEST) return false;
  if (replaced.filter(({ found }) => isBlank(found)).length >= FEWEST) return true;
  return tally.compared !== null && replaced.length > SHARE * tally.compared;
}

/** Nothing, or an amount of nothing. */
function isBlank(value: Json): boolean {
  if (value === null || value === '') return true;
  if (typeof value === 'string') return /^0+(\.0*)?$/.test(value);
  return Array.isArray(value) && value.length === 0;
}
