/** One value in COPY's text format; lists and JSON come as the text that `arrayText` and `JSON.stringify` make of them. */
export type CopyValue = string | number | boolean | null;

const SPECIAL = /[\\\n\r\t]/;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const PLAIN_ITEM = /^[A-Za-z0-9_.:/#-]+$/;

/**
 * Rows in COPY's text format (PostgreSQL: COPY, "Text Format").
 * @throws where text holds half a character: written as UTF-8 it would come out as another one, unseen.
 */
export function copyText(rows: readonly (readonly CopyValue[])[]): Buffer {
  const text = rows.map(lineOf).join('');
  if (!text.isWellFormed()) throw new Error('text with half of a surrogate pair cannot be stored');
  return Buffer.from(text, 'utf8');
}

function lineOf(row: readonly CopyValue[]): string {
  let line = '';
  for (let index = 0; index < row.length; index += 1) {
    const value = row[index] ?? null;
    if (index > 0) line += '\t';
    if (value === null) line += '\\N';
    else if (typeof value === 'string') line += SPECIAL.test(value) ? escaped(value) : value;
    else if (typeof value === 'number') line += value;
    else line += value ? 't' : 'f';
  }
  return `${line}\n`;
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
