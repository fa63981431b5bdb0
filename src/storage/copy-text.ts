/** One value in COPY's text format; lists and JSON come as the text that `arrayText` and `JSON.stringify` make of them. */
export type CopyValue = string | number | boolean | null;

const NEWLINE = 0x0a;
const SPECIAL = /[\\\n\r\t]/;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const PLAIN_ITEM = /^[A-Za-z0-9_.:/#-]+$/;

/** What a row may take in UTF-8 at most, per unit of JavaScript's text. */
const BYTES_EACH = 3;
const FIRST_BYTES = 256 * 1024;

/**
 * Rows in COPY's text format (PostgreSQL: COPY, "Text Format"). Line by line into one buffer: joining them as text first
 * takes two to three times as long.
 * @throws where text holds half a character: written as UTF-8 it would come out as another one, unseen.
 */
export function copyText(rows: readonly (readonly CopyValue[])[]): Buffer {
  let buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let used = 0;
  for (const row of rows) {
    const line = row.map(cellOf).join('\t');
    if (!line.isWellFormed()) throw new Error('text with half of a surrogate pair cannot be stored');
    const needed = used + line.length * BYTES_EACH + 1;
    if (needed > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, buffer.length * 2));
      buffer.copy(larger, 0, 0, used);
      buffer = larger;
    }
    used += buffer.write(line, used, 'utf8');
    buffer[used] = NEWLINE;
    used += 1;
  }
  return buffer.subarray(0, used);
}

function cellOf(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'string') return SPECIAL.test(value) ? escaped(value) : value;
  if (typeof value === 'number') return String(value);
  return value ? 't' : 'f';
}

function escaped(text: string): string {
  return text.replaceAll(/[\\\n\r\t]/g, (character) => ESCAPED[character] ?? character);
}

/** A list of texts as PostgreSQL writes an array. */
export function arrayText(items: readonly string[]): string {
  return `{${items.map(itemText).join(',')}}`;
}

function itemText(item: string): string {
  // The bare word NULL would be read as no value at all.
  if (PLAIN_ITEM.test(item) && item.toLowerCase() !== 'null') return item;
  return `"${item.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** A value for a `jsonb` column. */
export function jsonText(value: object): string {
  return JSON.stringify(value);
}
