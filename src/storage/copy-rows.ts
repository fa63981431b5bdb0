import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { QueryRunner } from 'typeorm';

/** What a cell may hold: a list becomes an array of texts. */
export type CopiedCell = string | number | null | readonly string[];

/**
 * Puts rows into a table by COPY, in the runner's own transaction: a third of the time that an INSERT out of one JSON
 * document takes, because neither side builds the document.
 * @param into table and columns, e.g. `thing (id, name)`; never a caller's text.
 */
export async function copyRows(
  runner: QueryRunner,
  into: string,
  rows: readonly (readonly CopiedCell[])[],
): Promise<void> {
  const client = (await runner.connect()) as ClientBase;
  const lines = rows.map((row) => `${row.map(cell).join('\t')}\n`).join('');
  await pipeline(Readable.from([Buffer.from(lines)]), client.query(copyFrom(`copy ${into} from stdin`)));
}

/** PostgreSQL's text format: a backslash before what would end a cell or a row, and before itself. */
function cell(value: CopiedCell): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  return (typeof value === 'string' ? value : arrayOf(value)).replace(/[\\\t\n\r]/gu, (sign) => ESCAPES[sign] ?? sign);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function arrayOf(list: readonly string[]): string {
  return `{${list.map((each) => `"${each.replace(/["\\]/gu, (sign) => `\\${sign}`)}"`).join(',')}}`;
}
