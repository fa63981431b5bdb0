import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Source } from '../../src/storage/data-source.js';
import { openSource } from '../../src/storage/data-source.js';
import { arrayText, jsonText } from '../../src/storage/copy-text.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { freshDatabase } from '../support/fresh-database.js';
import { runs } from '../support/runs.js';

const TABLE = 'copied';
const COLUMNS = ['place', 'word', 'list', 'document', 'flag'];

let fresh: FreshDatabase;
let source: Source;
beforeAll(async () => {
  fresh = await freshDatabase();
  source = await openSource(fresh.ownerUrl);
  await sqlOver(source).rows(
    `create table ${TABLE} (place int primary key, word text, list text[], document jsonb, flag boolean, extra text default 'kept')`,
  );
});
afterAll(async () => {
  await source.destroy();
  await fresh.drop();
});

/** Everything that the text format has a meaning of its own for, and much that it has not. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('\\', '\t', '\n', '\r', '\\N', '\\.', '"', '{', '}', ',', 'NULL', 'null', ' ', '😀'),
      fc.string(),
    ),
  )
  .map((parts) => parts.join('').replaceAll('\u0000', ''))
  .filter((each) => each.isWellFormed());
/** Without what JSON escapes: JSON.parse of V8 may read an escaped key of one character as `\\` once such an object was seen (nodejs/node#63785). */
const key = text.map((each) => each.replaceAll(/[\p{Cc}"\\]/gu, ''));
const row = fc.record({
  word: fc.option(text),
  list: fc.array(text, { maxLength: 4 }),
  document: fc.dictionary(key, fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 3 }))),
  flag: fc.option(fc.boolean()),
});

describe('COPY', () => {
  it('stores what it is given, whatever that is', async () => {
    const sql = sqlOver(source);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (given) => {
        await sql.rows(`delete from ${TABLE}`);
        const rows = given.map(({ word, list, document, flag }, place) => [
          place,
          word,
          arrayText(list),
          jsonText(document),
          flag,
        ]);
        await sql.copy(TABLE, COLUMNS, rows);
        const kept = await sql.rows<object>(`select word, list, document, flag from ${TABLE} order by place`);
        expect(kept).toEqual(given.map((each) => ({ ...each })));
      }),
      { numRuns: runs(30), interruptAfterTimeLimit: 20_000, markInterruptAsFailure: true },
    );
  });

  it('refuses half a character rather than storing another one', async () => {
    const half = [1, 'a\ud83d', '{}', '{}', null];
    await expect(sqlOver(source).copy(TABLE, COLUMNS, [half])).rejects.toThrow(/surrogate/);
  });

  it('belongs to the transaction that it is called in, and tells the server’s own code', async () => {
    const sql = sqlOver(source);
    await sql.rows(`delete from ${TABLE}`);
    const one = [1, 'one', '{}', '{}', true];
    const work = source.transaction(async (tx) => {
      await sqlOver(tx).copy(TABLE, COLUMNS, [one]);
      expect(await sqlOver(tx).rows(`select extra from ${TABLE}`)).toEqual([{ extra: 'kept' }]);
      await sqlOver(tx).copy(TABLE, COLUMNS, [one]);
    });
    await expect(work).rejects.toMatchObject({ code: '23505' });
    expect(await sql.rows(`select 1 from ${TABLE}`)).toEqual([]);
  });
});
