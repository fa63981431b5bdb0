import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { control } from '../support/world.js';
import { Failing } from './failing-kit.js';

/** A SKU that the master calls DRAFT, while a store has it: compared nowhere (docs/lifecycle.md), and never said to agree. */
describe('a SKU in DRAFT that a system has', () => {
  let kit: Failing;
  beforeAll(async () => {
    kit = await Failing.open('CUP', 'TEA');
  });
  afterAll(() => kit.world.close());

  const states = async (): Promise<Record<string, string>> => {
    const rows = await kit.sql<{ id: string; code: string }>('select id, code from sku');
    const records = await kit.world.ports.operations.recordsOfSkus(rows.map(({ id }) => id));
    return Object.fromEntries(
      rows.flatMap(({ id, code }) => (records.get(id) ?? []).map((each) => [`${code} ${each.system}`, each.state])),
    );
  };

  it('is NOT_COMPARED there, whatever it shows, and in sync or ABSENT where that is true', async () => {
    await kit.sql(`update sku set state = 'DRAFT' where code = 'CUP'`);
    const as = { kind: 'staff', name: 'Sam' };
    await control(kit.world.sandbox.erp.url, 'edit', { as, code: 'CUP', set: { listPrice: '7.77' } });
    await kit.scan();
    expect(await kit.findings('CUP')).toEqual([]);
    expect(await states()).toEqual({
      'CUP shopify': 'NOT_COMPARED',
      'CUP erp': 'NOT_COMPARED',
      'TEA shopify': 'IN_SYNC',
      'TEA erp': 'IN_SYNC',
    });
    await kit.sql(
      `update record set match = 'MISSING', in_sync = false from sku s where s.id = sku_id and s.code = 'CUP' and system = 'erp'`,
    );
    expect(await states()).toMatchObject({ 'CUP erp': 'ABSENT', 'CUP shopify': 'NOT_COMPARED' });
  });
});
