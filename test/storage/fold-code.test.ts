import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { foldCode } from '../../src/domain/primitives/text.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { freshDatabase } from '../support/fresh-database.js';

describe('fold_code in the database', () => {
  let fresh: FreshDatabase;
  let app: Client;
  beforeAll(async () => {
    fresh = await freshDatabase();
    app = new Client(fresh.appUrl);
    await app.connect();
  });
  afterAll(async () => {
    await app.end();
    await fresh.drop();
  });

  const folded = async (texts: readonly string[]): Promise<(string | null)[]> => {
    // Characters that the database's Unicode does not know yet are left as they are, and left out here.
    const { rows } = await app.query<{ text: string | null }>(
      `select case when unicode_assigned(t) then fold_code(t) end as text from unnest($1::text[]) with ordinality as x(t, n) order by n`,
      [texts],
    );
    return rows.map(({ text }) => text);
  };

  it('is foldCode for every character, alone, within and at the end of a word', async () => {
    const texts: string[] = [];
    for (let point = 1; point <= 0x2_ffff; point += 1) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const character = String.fromCodePoint(point);
      texts.push(`${character}A${character}A ${character}B${character}`);
    }
    const found = await folded(texts);
    const wrong = texts.filter((text, index) => found[index] !== null && found[index] !== foldCode(text));
    expect(wrong).toEqual([]);
    expect(found.filter((text) => text !== null).length).toBeGreaterThan(100_000);
  }, 60_000);

  it('trims what String.trim trims, and nothing else', async () => {
    const spaces = '\t\n\v\f\r \u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
    const others = ['\u200bA\u200b', '\u180eA', '\u0085A', `${spaces}A b${spaces}`, spaces];
    expect(await folded(others)).toEqual(others.map(foldCode));
  });
});
