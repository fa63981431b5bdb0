import { MASTER_SIDE } from '../../domain/onboarding/match-record.js';
import type { MatchRow, RowRecord } from '../../domain/onboarding/match-row.js';
import type { Json } from '../../domain/primitives/json.js';

/** What the file tells of a row as a whole; each is said once more on every line of it, so that filters keep lines together. */
const ROW_COLUMNS = ['row', 'grade', 'matched by', 'problems', 'not in', 'differs', 'related'];
/** What the file tells of the record of each side, under the side's name. */
const SIDE_COLUMNS = [
  'id',
  'code',
  'title',
  'gtin',
  'price',
  'compareAtPrice',
  'cost',
  'weight',
  'hsCode',
  'countryOfOrigin',
  'unitOfMeasure',
  'sellable',
] as const;

/** The header: always the master first, then every system that is configured, by code, whether or not it was scanned yet. */
export function matchHeader(systems: readonly string[]): string[] {
  const sides = [MASTER_SIDE, ...systems];
  return [...ROW_COLUMNS, ...sides.flatMap((side) => SIDE_COLUMNS.map((column) => `${side} ${column}`))];
}

/**
 * The lines of one row: one, or of a DUPLICATE as many as one side has records. Every record stands on exactly one.
 * @param number the row's number in the file, from 1.
 */
export function matchLines(row: MatchRow, number: number, systems: readonly string[]): string[][] {
  const common = [
    String(number),
    row.grade,
    row.keys.join('; '),
    row.problems.map(({ kind, side, message }) => `${kind}${side === null ? '' : ` (${side})`}: ${message}`).join('; '),
    row.notIn.join('; '),
    row.differences.map(({ field }) => field).join('; '),
    row.related.map(({ key, value, side, code, id }) => `${key} ${value} is also ${side} ${code ?? id}`).join('; '),
  ];
  const sides = [MASTER_SIDE, ...systems].map((side) => row.records.filter((record) => record.side === side));
  const height = Math.max(...sides.map((records) => records.length));
  return Array.from({ length: height }, (_, line) => [
    ...common,
    ...sides.flatMap((records) => cellsOf(records[line])),
  ]);
}

function cellsOf(record: RowRecord | undefined): string[] {
  return SIDE_COLUMNS.map((column) => {
    if (!record) return '';
    if (column === 'id') return record.id;
    return column === 'code' ? (record.code ?? '') : textOf(record.fields[column]);
  });
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
