import type { MatchKey, MatchRecord } from './match-record.js';
import { keyOfRecord, MATCH_KEYS } from './match-record.js';

/**
 * How sure a row is, what needs a person first:
 * - CONFLICT: its keys point to different partners.
 * - DUPLICATE: one key, several records of one side.
 * - GTIN: one GTIN under different codes: most likely an item that was recoded on one side.
 * - LOOKS_ALIKE: a suggestion; the codes differ by O and 0, I, l and 1, separators, or a leading apostrophe.
 * - TITLE: only a hint.
 * - UNPAIRED: nobody else bears any key of it.
 * - CODE: the codes agree; the GTINs differ, or are not all there.
 * - EXACT: the stored ids say so, or code and GTIN agree.
 */
export const MATCH_GRADES = [
  'CONFLICT',
  'DUPLICATE',
  'GTIN',
  'LOOKS_ALIKE',
  'TITLE',
  'UNPAIRED',
  'CODE',
  'EXACT',
] as const;
export type MatchGrade = (typeof MATCH_GRADES)[number];

/** How sure two records are the same, the weakest first; `NONE`: no key says so. */
const BONDS = ['NONE', 'TITLE', 'LOOKS_ALIKE', 'GTIN', 'CODE', 'EXACT'] as const;
type Bond = (typeof BONDS)[number];

/** What holds a row together is as sure as the weakest bond that it cannot do without. */
export function bondOf(row: readonly MatchRecord[]): MatchGrade {
  if (row.length < 2) return 'UNPAIRED';
  const weakest = BONDS[weakestOf(row)] ?? 'NONE';
  return weakest === 'NONE' ? 'UNPAIRED' : weakest;
}

/** Keys that at least two records of a row have in common. */
export function sharedKeys(row: readonly MatchRecord[]): MatchKey[] {
  return row.length < 2 ? [] : MATCH_KEYS.filter((key) => isShared(row, key));
}

/** The weakest bond of the strongest tree that connects all (Prim): a weak second way to a partner does no harm. */
function weakestOf(row: readonly MatchRecord[]): number {
  const [first, ...waiting] = row;
  if (!first) return 0;
  const open = new Map(waiting.map((record) => [record, bondBetween(first, record)]));
  let weakest = BONDS.length - 1;
  while (open.size > 0) {
    const [next, bond] = [...open].reduce((best, each) => (each[1] > best[1] ? each : best));
    open.delete(next);
    weakest = Math.min(weakest, bond);
    if (weakest === 0) return 0;
    for (const [record, known] of open) open.set(record, Math.max(known, bondBetween(next, record)));
  }
  return weakest;
}

function bondBetween(a: MatchRecord, b: MatchRecord): number {
  const agrees = (key: MatchKey): boolean => {
    const value = keyOfRecord(a, key);
    return value !== null && value === keyOfRecord(b, key);
  };
  const bond = (): Bond => {
    if (agrees('STORED_ID')) return 'EXACT';
    if (agrees('CODE')) return agrees('GTIN') ? 'EXACT' : 'CODE';
    if (agrees('GTIN')) return 'GTIN';
    if (agrees('LOOKS_ALIKE')) return 'LOOKS_ALIKE';
    return agrees('TITLE') ? 'TITLE' : 'NONE';
  };
  return BONDS.indexOf(bond());
}

function isShared(row: readonly MatchRecord[], key: MatchKey): boolean {
  const seen = new Set<string>();
  for (const record of row) {
    const value = keyOfRecord(record, key);
    if (value === null) continue;
    if (seen.has(value)) return true;
    seen.add(value);
  }
  return false;
}
