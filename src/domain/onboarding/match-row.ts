import { codeFault } from '../catalog/read-sku-fields.js';
import type { GtinRules } from '../catalog/gtin.js';
import { gtinFault } from '../catalog/gtin.js';
import type { FieldValues } from '../primitives/json.js';
import type { MatchGrade } from './grade-row.js';
import type { MatchKey, MatchRecord } from './match-record.js';
import { keyOfRecord, MASTER_SIDE } from './match-record.js';
import type { MatchedRow } from './match-records.js';
import type { SideDifference } from './side-differences.js';
import { differencesOf } from './side-differences.js';

/** What a person should look at before anything is imported or linked. */
export const MATCH_PROBLEMS = [
  'CODE_APOSTROPHE',
  'CODE_INVALID',
  'CODE_MISSING',
  'CODE_SPACES',
  'CODE_TWICE',
  'CODES_DIFFER',
  'FIELDS_DIFFER',
  'GTIN_INVALID',
  'GTIN_TWICE',
  'KEYS_DISAGREE',
  'NOT_THERE',
] as const;
export type MatchProblemKind = (typeof MATCH_PROBLEMS)[number];

export interface MatchProblem {
  kind: MatchProblemKind;
  /** The side that it is about; null where it is about the row. */
  side: string | null;
  message: string;
}

/** A record of a row with what it shows there; its barcode is among the fields, valid or not. */
export interface RowRecord extends MatchRecord {
  /** Comparable fields. */
  fields: FieldValues;
}

/** A record of a side, before it is matched. */
export interface SideRecord extends RowRecord {
  /** Systems that the master wants it in; null: nobody said, so it is looked for everywhere. */
  wantedIn: readonly string[] | null;
}

/** One side that takes part: a system with a complete scan, or the master if it holds a SKU. */
export interface MatchSide {
  code: string;
  /** ISO 4217 of its amounts. */
  currency: string;
}

/** A row as people read it. */
export interface MatchRow {
  /** Side and id of its first record: no other row has it. */
  key: string;
  grade: MatchGrade;
  keys: MatchKey[];
  records: RowRecord[];
  /** Sides that take part and have no record of it, though it is wanted there. */
  notIn: string[];
  problems: MatchProblem[];
  differences: SideDifference[];
  /** Records of other rows that bear a key of this one. */
  related: { key: MatchKey; value: string; side: string; id: string; code: string | null }[];
}

/**
 * Tells a matched row in full.
 * @param recordAt the record of a number that the row names.
 */
export function tellRow(
  row: MatchedRow,
  recordAt: (index: number) => SideRecord,
  sides: readonly MatchSide[],
  rules: GtinRules,
): MatchRow {
  const members = row.records.map(recordAt);
  const currencies = new Map(sides.map(({ code, currency }) => [code, currency]));
  const isPair = row.grade !== 'DUPLICATE' && members.length > 1;
  const differences = isPair
    ? differencesOf(members.map(({ side, fields }) => ({ side, fields, currency: currencies.get(side) ?? '' })))
    : [];
  const notIn = sidesWithout(members, sides);
  const related = row.related.map(({ key, of, to }) => {
    const { side, id, code } = recordAt(to);
    return { key, value: keyOfRecord(recordAt(of), key) ?? '', side, id, code };
  });
  const [first] = members;
  return {
    key: `${first?.side ?? ''}:${first?.id ?? ''}`,
    grade: row.grade,
    keys: row.keys,
    records: members.map(({ wantedIn: _wantedIn, ...record }) => record),
    notIn,
    problems: [
      ...members.flatMap((record) => problemsOfRecord(record, rules)),
      ...problemsOfRow(row, members, notIn, differences),
    ],
    differences,
    related,
  };
}

function sidesWithout(members: readonly SideRecord[], sides: readonly MatchSide[]): string[] {
  const wanted = members.flatMap(({ wantedIn }) => wantedIn ?? []);
  const isToldWhere = members.some(({ wantedIn }) => wantedIn !== null);
  return sides
    .map(({ code }) => code)
    .filter((code) => !members.some(({ side }) => side === code))
    .filter((code) => !isToldWhere || code === MASTER_SIDE || wanted.includes(code));
}

/** What is wrong with one record, whatever it is paired with. */
function problemsOfRecord({ side, code, fields: { gtin } }: SideRecord, rules: GtinRules): MatchProblem[] {
  const out: MatchProblem[] = [];
  const tell = (kind: MatchProblemKind, message: string): void => void out.push({ kind, side, message });
  const plain = code?.trim() ?? '';
  const fault = codeFault(plain);
  if (plain === '') tell('CODE_MISSING', 'it has no SKU code, so nothing can be linked with it');
  else if (fault) tell('CODE_INVALID', fault.message);
  if (plain !== '' && plain !== code) tell('CODE_SPACES', 'the code has spaces at its ends');
  if (/^['’]/u.test(plain))
    tell('CODE_APOSTROPHE', 'the code begins with an apostrophe, as spreadsheets write numbers');
  const wrong = typeof gtin === 'string' && gtin.trim() !== '' ? gtinFault(gtin.trim(), rules) : null;
  if (wrong !== null) tell('GTIN_INVALID', wrong);
  return out;
}

function problemsOfRow(
  row: MatchedRow,
  members: readonly SideRecord[],
  notIn: readonly string[],
  differences: readonly SideDifference[],
): MatchProblem[] {
  const out: MatchProblem[] = [];
  const tell = (kind: MatchProblemKind, message: string, side: string | null = null): void =>
    void out.push({ kind, side, message });
  if (row.twice.includes('CODE') || row.twice.includes('STORED_ID'))
    tell('CODE_TWICE', 'several records of one side bear one code');
  if (row.twice.includes('GTIN')) tell('GTIN_TWICE', 'several records of one side bear one GTIN');
  if (row.grade === 'CONFLICT') tell('KEYS_DISAGREE', 'its keys point to different partners');
  const codes = new Set(members.map((record) => keyOfRecord(record, 'CODE')));
  if (row.grade !== 'DUPLICATE' && codes.size > 1) tell('CODES_DIFFER', 'the codes are not one');
  if (differences.length > 0) tell('FIELDS_DIFFER', differences.map(({ field }) => field).join(', '));
  for (const side of notIn) tell('NOT_THERE', `it is not in ${side}`, side);
  return out;
}
