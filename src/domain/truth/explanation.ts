import type { FieldComparison } from '../drift/compare.js';
import { lawOf } from '../drift/normalise.js';
import type { FieldRule } from '../drift/source-of-truth.js';
import type { Json } from '../primitives/json.js';
import type { RecordEntity, SystemKind } from '../publishing/system.js';
import { isGovernable, NOBODY, placesOf } from './matrix.js';

/** Where the master keeps a field of the matrix: whose it is, and under which name revisions tell of it. */
export interface MasterPlace {
  entity: RecordEntity;
  /** Name in snapshots and changes. */
  name: string;
  /** Of a field that is kept key by key: the key. */
  key: string | null;
}

/**
 * How a field stands in one system.
 * - IN_SYNC, ECHO, LAG, DRIFT, NEVER_AGREED, NOT_COVERED: as the comparison says.
 * - NO_PLACE: that kind of system has no place for it.
 * - NOT_GOVERNED: the matrix says that nobody governs it.
 * - NOT_THERE: the record is not in the system.
 * - NOT_DECIDED: the master says nothing of it there: not in this state, not in this currency, or not yet.
 */
export type FieldStanding =
  | 'IN_SYNC'
  | 'ECHO'
  | 'LAG'
  | 'DRIFT'
  | 'NEVER_AGREED'
  | 'NOT_COVERED'
  | 'NO_PLACE'
  | 'NOT_GOVERNED'
  | 'NOT_THERE'
  | 'NOT_DECIDED';

/** Fields that snapshots keep under another name than the matrix does. */
const OTHER_NAMES: Readonly<Record<string, string>> = { lifecycle: 'state', 'bundle.components': 'bundle' };

/** Null: the matrix knows no such field, or it is a family of them (`attributes.*`) and no field of its own. */
export function masterPlaceOf(field: string): MasterPlace | null {
  if (!isGovernable(field) || field.endsWith('.*')) return null;
  if (field.startsWith('product.')) return { entity: 'PRODUCT', name: field.slice('product.'.length), key: null };
  if (field.startsWith('attributes.'))
    return { entity: 'SKU', name: 'attributes', key: field.slice('attributes.'.length) };
  return { entity: 'SKU', name: OTHER_NAMES[field] ?? field, key: null };
}

/** The rule that a field goes by, of one that nobody governs too: its own, else its family's. */
export function ruleTold(rules: readonly FieldRule[], field: string): FieldRule | null {
  const family = ({ field: name }: FieldRule): boolean => name.endsWith('.*') && field.startsWith(name.slice(0, -1));
  return rules.find((each) => each.field === field) ?? rules.find(family) ?? null;
}

/** What is known of a field in one system. */
export interface FieldKnown {
  isThere: boolean;
  /** The master wants something of it there. */
  isWanted: boolean;
  /** The record has been looked at. */
  isSeen: boolean;
  /** Absent where it was looked at, and the system showed no such field. */
  comparison: FieldComparison | undefined;
}

export function standingOf(
  field: string,
  rule: FieldRule | null,
  kind: SystemKind,
  { isThere, isWanted, isSeen, comparison }: FieldKnown,
): FieldStanding {
  if (!placesOf(field).includes(kind)) return 'NO_PLACE';
  if (rule === null || rule.owner === NOBODY) return 'NOT_GOVERNED';
  if (!isThere) return 'NOT_THERE';
  if (!isWanted) return 'NOT_DECIDED';
  if (!isSeen) return 'NOT_COVERED';
  return comparison?.result.verdict ?? 'NO_PLACE';
}

/** Did a write of ours leave behind what counts as published now? Tags of others may have come since. */
export function broughtBy(field: string, written: Json, published: Json, rule: FieldRule | null): boolean {
  const law = lawOf(field);
  return law.agrees(law.normalise(written), law.normalise(published), undefined, rule?.tolerance ?? null);
}
