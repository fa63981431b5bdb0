import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { skeletonOf } from '../../src/domain/catalog/look-alike.js';
import { codeFault } from '../../src/domain/catalog/read-sku-fields.js';
import { foldCode } from '../../src/domain/primitives/text.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { freshDatabase } from '../support/fresh-database.js';
import { runs } from '../support/runs.js';

const PRODUCT = '00000000-0000-7000-8000-000000000001';
const SKU = '00000000-0000-7000-8000-00000000000a';
const INSERT_SKU = `insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key,
  gtin, gtin14, requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
  values (coalesce($1, gen_random_uuid()), $2, $3, 'SIMPLE', 'DRAFT', '${PRODUCT}', 1, 't', '[]', gen_random_uuid(), $4, $5,
    true, true, '{}', '{}', '[]', now(), now())`;

describe('identifiers in the database', () => {
  let fresh: FreshDatabase;
  let app: Client;
  let owner: Client;
  const roles = (): [string, Client][] => [
    ['the application', app],
    ['the owner', owner],
  ];

  beforeAll(async () => {
    fresh = await freshDatabase();
    [app, owner] = [new Client(fresh.appUrl), new Client(fresh.ownerUrl)];
    await Promise.all([app.connect(), owner.connect()]);
    await app.query(
      `insert into product (id, handle, revision, title, tags, option_names, attributes, created_at, updated_at)
       values ('${PRODUCT}', 'tea', 1, 'Tea', '{}', '{}', '{}', now(), now())`,
    );
    await app.query(INSERT_SKU, [SKU, 'TEE-10', 'tee-10', null, null]);
  });
  afterAll(async () => {
    await Promise.all([app.end(), owner.end()]);
    await fresh.drop();
  });

  const insert = (
    role: Client,
    code: string,
    folded: string,
    gtin: string | null = null,
    full = gtin,
  ): Promise<unknown> => role.query(INSERT_SKU, [null, code, folded, gtin, full]);

  it('never change, whoever tries', async () => {
    for (const [name, role] of roles()) {
      for (const set of [
        `code = 'X', code_folded = 'x'`,
        `code = 'tee-10'`,
        `kind = 'BUNDLE'`,
        `id = gen_random_uuid()`,
      ]) {
        await expect(role.query(`update sku set ${set} where id = '${SKU}'`)).rejects.toThrow(
          'an identifier of sku never changes',
        );
      }
      await expect(role.query(`update product set handle = 'coffee'`)).rejects.toThrow(
        'an identifier of product never changes',
      );
      // What is not an identifier does, and naming one without changing it is no change.
      await role.query(`update sku set title = $1, code = code where id = '${SKU}'`, [name]);
      await role.query(`update product set title = $1, handle = handle`, [name]);
    }
  });

  it('are never deleted, whoever tries', async () => {
    for (const table of ['sku', 'product']) {
      for (const act of [`delete from ${table}`, `delete from ${table} where false`, `truncate ${table} cascade`]) {
        await expect(app.query(act)).rejects.toThrow(`permission denied for table ${table}`);
        await expect(owner.query(act)).rejects.toThrow(/rows of (?:sku|product) are never deleted/);
      }
    }
    // Nor by way of what they belong to.
    await expect(owner.query('truncate product cascade')).rejects.toThrow('never deleted');
    const { rows } = await owner.query('select code from sku');
    expect(rows).toEqual([{ code: 'TEE-10' }]);
  });

  it('are of a form that holds for whoever inserts, in bulk too', async () => {
    const unfit: [string, string][] = [
      ['', ''],
      [' A', ' a'],
      ['A ', 'a '],
      ['Ä-1', 'Ä-1'],
      ['A\tB', 'a\tb'],
      ['A\u202eB', 'a\u202eb'],
      ['１', '１'],
      ['A'.repeat(65), 'a'.repeat(65)],
    ];
    for (const [code, folded] of unfit) {
      for (const [, role] of roles()) await expect(insert(role, code, folded)).rejects.toThrow('sku_code_form');
    }
    for (const folded of ['TEE-11', 'tee-12', 'tee-11 ']) {
      await expect(insert(app, 'TEE-11', folded)).rejects.toThrow('sku_code_folded');
    }
    await expect(insert(app, 'tee-10', 'tee-10')).rejects.toThrow('sku_code_folded_key');
    await insert(app, `A${'~'.repeat(62)}Z`, `a${'~'.repeat(62)}z`);
    for (const handle of ['', 'a b', 'a\nb', 'x'.repeat(256)]) {
      const copy = `insert into product select gen_random_uuid(), $1, revision, title, vendor, product_type, category, tags,
        option_names, attributes, created_at, updated_at from product limit 1`;
      await expect(app.query(copy, [handle])).rejects.toThrow('product_handle_form');
    }
  });

  it('take a GTIN in one 14-digit form only', async () => {
    await insert(app, 'G-1', 'g-1', '96385074', '00000096385074');
    for (const [gtin, full] of [
      ['4006381333931', '4006381333931'],
      ['4006381333931', null],
      [null, '04006381333931'],
    ]) {
      await expect(insert(app, 'G-2', 'g-2', gtin ?? null, full)).rejects.toThrow('sku_gtin14');
    }
    for (const gtin of ['123', '４００６３８１３３３９３１', '400638133393A', '123456789']) {
      await expect(insert(app, 'G-2', 'g-2', gtin, gtin.padStart(14, '0'))).rejects.toThrow('sku_gtin_form');
    }
    // The same number written with other zeros is the same GTIN.
    await expect(insert(app, 'G-3', 'g-3', '0000096385074', '00000096385074')).rejects.toThrow('sku_gtin_once');
  });

  it('look the same to the database as to the rules', async () => {
    const chars = fc.string({ unit: fc.constantFrom(...'ABo0OiIlL1-_. ZZ~!'.split('')), minLength: 1, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(chars, { selector: foldCode, minLength: 1, maxLength: 20 }), async (some) => {
        const codes = some.filter((code) => codeFault(code) === null);
        await app.query('begin');
        for (const code of codes) {
          await insert(app, code, foldCode(code));
        }
        const { rows } = await app.query<{ code: string; code_folded: string; skeleton: string }>('select * from sku');
        await app.query('rollback');
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) {
          expect([row.code, row.skeleton]).toEqual([row.code, skeletonOf(row.code)]);
          expect(row.code_folded).toBe(foldCode(row.code));
        }
      }),
      { numRuns: runs(30) },
    );
  });

  it('are found by what they look like through an index', async () => {
    await owner.query('set enable_seqscan = off');
    const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
      `explain select code from sku where skeleton = 'tee10'`,
    );
    await owner.query('reset enable_seqscan');
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('sku_skeleton');
  });
});
