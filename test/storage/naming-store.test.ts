import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lowerAscii } from '../../src/domain/naming/policy.js';
import type { CodeTemplate } from '../../src/domain/naming/propose-code.js';
import { codeAt } from '../../src/domain/naming/propose-code.js';
import type { Source } from '../../src/storage/data-source.js';
import { openSource } from '../../src/storage/data-source.js';
import { sqlOver } from '../../src/storage/sql.js';
import { SqlNamingStore } from '../../src/storage/stores/naming-store.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { freshDatabase } from '../support/fresh-database.js';
import { runs } from '../support/runs.js';

const PRODUCT = '00000000-0000-7000-8000-000000000001';
const INSERT = `insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key,
  requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
  select gen_random_uuid(), code, lower(code), 'SIMPLE', 'DRAFT', '${PRODUCT}', 1, 't', '[]', code, true, true, '{}', '{}', '[]',
    now(), now() from unnest($1::text[]) code`;

describe('the highest number of a series', () => {
  let fresh: FreshDatabase;
  let source: Source;
  beforeAll(async () => {
    fresh = await freshDatabase();
    source = await openSource(fresh.appUrl);
    await source.query(
      `insert into product (id, handle, revision, title, tags, option_names, attributes, created_at, updated_at)
       values ('${PRODUCT}', 'tea', 1, 'Tea', '{}', '{}', '{}', now(), now())`,
    );
  });
  afterAll(async () => {
    await source.destroy();
    await fresh.drop();
  });

  /** Works on these codes alone: nothing of it stays. */
  async function withCodes<T>(codes: readonly string[], work: (store: SqlNamingStore) => Promise<T>): Promise<T> {
    const runner = source.createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query(INSERT, [codes]);
      return await work(new SqlNamingStore(sqlOver(runner.manager)));
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  }

  const series = (prefix: string, least: number, most = least, suffix = ''): CodeTemplate => ({
    prefix,
    suffix,
    digits: { least, most },
  });

  it.each<[string, CodeTemplate, string[], number]>([
    ['nothing yet', series('A-', 3), [], 0],
    ['its own', series('A-', 3), ['A-001', 'a-012', 'B-099', 'A-1000', 'A-99', 'A-09X'], 12],
    ['by number, not by letter', series('A', 1, 9), ['A9', 'A10', 'A100', 'A99'], 100],
    ['without zeros that fill nothing', series('A', 1, 9), ['A9', 'A0010'], 9],
    ['of its own end', series('A-', 2, 2, '-S'), ['A-01-S', 'A-02-M', 'A-03-S', 'A-99-MS', 'A-98-s2'], 3],
    ['with a prefix that ends in a digit', series('A1', 1, 2), ['A1', 'A12', 'A199', 'A2'], 99],
    ['with no prefix', series('', 4), ['0007', '9', 'A0008'], 7],
    ['with spaces and case', series('A b ', 2), ['a B 05', 'AB 06'], 5],
  ])('is %s', async (_name, template, codes, expected) => {
    expect(await withCodes(codes, (store) => store.highest(template))).toBe(expected);
  });

  it('is found behind thousands of codes that stand in front of it', async () => {
    const others = Array.from({ length: 12_000 }, (_, index) => `T-${String(index + 500).padStart(5, '0')}-M`);
    const highest = await withCodes([...others, 'T-00007-S'], (store) => store.highest(series('T-', 5, 5, '-S')));
    expect(highest).toBe(7);
  });

  it('is what looking at every code would find', async () => {
    const digits = fc.stringMatching(/^[019]{1,4}$/);
    const code = fc
      .tuple(fc.constantFrom('', 'A', 'a', 'A-', 'A1'), digits, fc.constantFrom('', 'S', '-S', '1'))
      .map((parts) => parts.join(''));
    const template = fc
      .tuple(
        fc.constantFrom('', 'A', 'A-', 'A1'),
        fc.constantFrom('', 'S', '-S', '1'),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 2 }),
      )
      .map(([prefix, suffix, least, more]) => series(prefix, least, least + more, suffix));
    const sets = fc.uniqueArray(code, { maxLength: 60, selector: lowerAscii });
    await fc.assert(
      fc.asyncProperty(sets, template, async (codes, of) => {
        const numbers = codes.flatMap((each) => {
          const inside = each.slice(of.prefix.length, each.length - of.suffix.length);
          const number = /^[0-9]+$/.test(inside) ? Number(inside) : -1;
          return number >= 0 && lowerAscii(codeAt(of, number) ?? '') === lowerAscii(each) ? [number] : [];
        });
        const brute = Math.max(0, ...numbers);
        expect(await withCodes(codes, (store) => store.highest(of))).toBe(brute);
      }),
      { numRuns: runs(200) },
    );
  });

  it('comes out of an index', async () => {
    const rows: { 'QUERY PLAN': string }[] = await withCodes([], async () => {
      const runner = source.createQueryRunner();
      try {
        await runner.query('set enable_seqscan = off');
        return (await runner.query(
          `explain select code_folded from sku where length(code_folded) = 6 and code_folded collate "C" >= 'a-0'
             and code_folded collate "C" < 'a-:' order by length(code_folded) desc, code_folded collate "C" desc limit 20`,
        )) as { 'QUERY PLAN': string }[];
      } finally {
        await runner.query('reset enable_seqscan');
        await runner.release();
      }
    });
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('Backward using sku_code_series');
    expect(plan).not.toContain('Sort');
  });
});
