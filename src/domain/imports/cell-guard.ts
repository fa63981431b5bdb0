/**
 * First characters that make a spreadsheet take a cell for a formula, their full-width twins among them (OWASP: CSV
 * injection), and the apostrophe itself, so that taking the guard off again is never a guess.
 */
const GUARDED = /^['=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** A cell that no spreadsheet runs: one apostrophe before a value that would begin a formula. */
export function guardCell(value: string): string {
  return GUARDED.test(value) ? `'${value}` : value;
}

/** Takes exactly the guard off: an apostrophe goes only if what stands behind it would have been given one. */
export function unguardCell(cell: string): string {
  return cell.startsWith("'") && GUARDED.test(cell.slice(1)) ? cell.slice(1) : cell;
}
