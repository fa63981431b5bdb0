import { stringify } from 'csv-stringify/sync';

/**
 * Rows as CSV (RFC 4180: commas, CR LF). A cell that a spreadsheet would run as a formula gets an apostrophe in front.
 */
export function csvText(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => [...row]);
  // A lone line break of the other kind would end the row for many readers.
  return stringify(lines, { escape_formulas: true, record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
}
