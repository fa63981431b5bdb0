import { stringify } from 'csv-stringify/sync';
import { guardCell } from '../domain/imports/cell-guard.js';

/** Excel takes a CSV file for UTF-8 only if it begins with this; our own import, and Shopify's, pass over it. */
export const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Rows as CSV (RFC 4180: commas, CR LF), every cell guarded against being run as a formula.
 * @param rows cells as they are, unquoted and unguarded.
 */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((row) => row.map(guardCell)),
    // A lone line break of the other kind would end the row for many readers.
    { record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
  );
}
