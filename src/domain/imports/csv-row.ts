import type { ProblemCode } from '../problem.js';

/** One record of a CSV file: the line that it starts on (from 1, the header included) and its cells as written. */
export interface CsvRow {
  line: number;
  cells: string[];
}

/** Which field of which product or SKU a noted value belongs to, in canonical words. */
export interface FaultSubject {
  entity: 'SKU' | 'PRODUCT';
  /** SKU code or product handle, as the file writes it. */
  key: string;
  field: string;
}

/** A row that was not taken (`rejected`), or one value of it that was taken as "not set". */
export interface RowFault {
  line: number;
  /** Header of the column as the file writes it. */
  column: string | null;
  code: ProblemCode;
  message: string;
  /** What the cell held. */
  value: string | null;
  rejected: boolean;
  /** What a value was not taken for; null for a row that was not taken. */
  subject: FaultSubject | null;
}

const DELIMITERS = [',', ';', '\t'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/**
 * What parts the cells of a file, judged by its header line: the one of comma, semicolon and tab that occurs most often
 * outside of quotes. Null when none does: whatever it is, it is no table.
 */
export function delimiterOf(headerLine: string): Delimiter | null {
  const counts = new Map<string, number>();
  let quoted = false;
  for (const character of headerLine) {
    if (character === '"') quoted = !quoted;
    else if (!quoted) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  let best: Delimiter | null = null;
  for (const each of DELIMITERS) {
    if ((counts.get(each) ?? 0) > (best === null ? 0 : (counts.get(best) ?? 0))) best = each;
  }
  return best;
}

/** Line breaks inside of a record: quoted cells may hold them, and the lines after would be misnamed without. */
export function lineBreaksIn(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) {
    if (!cell.includes('\n') && !cell.includes('\r')) continue;
    count += cell.match(/\r\n|\n|\r/g)?.length ?? 0;
  }
  return count;
}
