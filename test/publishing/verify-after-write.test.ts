import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import type { Connector } from '../../src/application/ports/connector.js';
import type { DeliveryView } from '../../src/application/ports/operations-reader.js';
import { createPlain, move } from '../bundles/bundle-kit.js';
import { DriftKit } from '../drift/drift-kit.js';
import { must } from '../support/world.js';

/** What a system shows once it took a write of ours is looked at like anything else that is seen in it. */
describe('a record, verified after it was written', () => {
  let kit: DriftKit;
  beforeAll(async () => {
    kit = await DriftKit.open(['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7', 'V8']);
  });
  afterAll(() => kit.close());

  const update = (code: string, fields: object): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields },
  });
  const deliveryOf = async (code: string, system: string): Promise<DeliveryView | undefined> =>
    (await kit.world.ports.operations.deliveries({ first: 1, after: null }, { target: code, system })).items[0]?.node;
  const eventsOf = async (id: string): Promise<string[]> => {
    const rows = await kit.sql<{ type: string }>(
      'select type from finding_event where finding_id = $1 order by at, id',
      [id],
    );
    return rows.map(({ type }) => type);
  };
  const isInSync = async (code: string, system: string): Promise<boolean | undefined> => {
    const of = 'select in_sync from record where system = $2 and sku_id = (select id from sku where code = $1)';
    return (await kit.sql<{ in_sync: boolean }>(of, [code, system]))[0]?.in_sync;
  };

  /** Once the next write is there, something is done to it before the system is read again, which is what we are answered. */
  const afterTheNextWrite = (system: string, act: () => Promise<unknown>): void => {
    const connector = kit.world.ports.connectors.of(system);
    const write: Connector['write'] = connector.write.bind(connector);
    Object.assign(connector, {
      write: async (...args: Parameters<Connector['write']>): ReturnType<Connector['write']> => {
        Object.assign(connector, { write });
        const outcomes = await write(...args);
        await act();
        const roots = outcomes.flatMap((each) => (each.written ? [each.observed.root] : []));
        const read = (await connector.readRoots(roots)).flatMap(({ records }) => records ?? []);
        return outcomes.map((each) => {
          const observed =
            each.written &&
            read.find((one) => one.entity === each.entity && one.externalId === each.observed.externalId);
          return each.written && observed ? { ...each, observed } : each;
        });
      },
    });
  };

  it('is a finding where somebody has edited just what we wrote, which stays, and is not tried again', async () => {
    await kit.applied(update('V1', { price: '11.00' }));
    afterTheNextWrite('erp', () => kit.editErp('V1', { listPrice: '7.77' }));
    await kit.drained();
    const finding = await kit.finding('V1', 'erp');
    expect(finding).toMatchObject({
      field: 'price',
      state: 'OPEN',
      source: 'VERIFY_AFTER_WRITE',
      expected: '11.00',
      found: '7.77',
      lastPublished: '10.00',
      attribution: { actor: 'Sam' },
    });
    expect(await deliveryOf('V1', 'erp')).toMatchObject({ state: 'DELIVERED', attempts: 1, lastError: null });
    expect(await isInSync('V1', 'erp')).toBe(false);
    await kit.applied(update('V1', { hsCode: '610910' }));
    await kit.drained();
    expect(await kit.item('V1')).toMatchObject({ listPrice: '7.77', hsCode: '610910' });
    expect(await eventsOf(finding.id)).toEqual(['OPENED']);
    must(
      await revertFindings(kit.world.ports, kit.world.people.oli, { ids: [finding.id], note: null, confirm: false }),
    );
    await kit.drained();
    expect((await kit.item('V1')).listPrice).toBe('11.00');
    expect(await kit.finding('V1', 'erp')).toMatchObject({ state: 'RESOLVED', resolution: 'REVERTED' });
    expect(await isInSync('V1', 'erp')).toBe(true);
  });

  it('is a finding where somebody has edited what we did not write, and what we wrote has arrived', async () => {
    await kit.applied(update('V2', { price: '11.00' }));
    afterTheNextWrite('shopify', () => kit.editShop('V2', { compareAtPrice: '15.00' }));
    await kit.drained();
    const finding = await kit.finding('V2', 'shopify');
    expect(finding).toMatchObject({ field: 'compareAtPrice', source: 'VERIFY_AFTER_WRITE', found: '15.00' });
    expect(await deliveryOf('V2', 'shopify')).toMatchObject({ state: 'DELIVERED', attempts: 1 });
    await kit.scanned();
    expect(await kit.findings({ target: 'V2', states: ['OPEN'] })).toHaveLength(1);
    expect(await eventsOf(finding.id)).toEqual(['OPENED']);
  });

  it('is tried again where it shows what was there before, and dead in the end', async () => {
    await kit.applied(update('V3', { price: '11.00' }));
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      afterTheNextWrite('erp', () => kit.editErp('V3', { listPrice: '10.00' }));
      await kit.sql(`update delivery set next_attempt_at = clock_timestamp() where state = 'RETRYING'`);
      await kit.sql(`update lane set due_at = clock_timestamp() where due_at is not null`);
      await kit.drained();
      const state = attempt < 4 ? 'RETRYING' : 'DEAD_LETTERED';
      expect(await deliveryOf('V3', 'erp')).toMatchObject({
        state,
        attempts: attempt,
        lastError: { code: 'NOT_VERIFIED' },
      });
    }
    expect(await kit.findings({ target: 'V3' })).toEqual([]);
  });

  it('keeps a finding open that was healed when it was read, and is otherwise once it was written', async () => {
    await kit.editErp('V4', { listPrice: '7.00' });
    await kit.scanned();
    await kit.editErp('V4', { listPrice: '10.00' });
    await kit.applied(update('V4', { hsCode: '610910' }));
    afterTheNextWrite('erp', () => kit.editErp('V4', { listPrice: '8.88' }));
    await kit.drained();
    const finding = await kit.finding('V4', 'erp');
    expect(finding).toMatchObject({ state: 'OPEN', found: '8.88', recurrences: 0 });
    expect(await eventsOf(finding.id)).toEqual(['OPENED', 'REFRESHED']);
    expect(await kit.item('V4')).toMatchObject({ listPrice: '8.88', hsCode: '610910' });
  });

  it('of what a later request changed, ends its finding as SUPERSEDED', async () => {
    await kit.editErp('V5', { listPrice: '7.00' });
    await kit.scanned();
    await kit.applied(update('V5', { price: '12.00' }));
    await kit.drained();
    expect(await kit.finding('V5', 'erp')).toMatchObject({ resolution: 'SUPERSEDED', found: '7.00' });
    expect((await kit.item('V5')).listPrice).toBe('12.00');
  });

  it('gives the master what the owner of a field says by then', async () => {
    await kit.applied(update('V6', { price: '11.00' }));
    afterTheNextWrite('erp', () => kit.editErp('V6', { cost: '4.25' }));
    await kit.drained();
    expect((await kit.world.ports.catalog.skuByCode('V6'))?.cost).toBe('4.25');
    expect(await kit.sql('select source, field from taken_value')).toEqual([
      { source: 'VERIFY_AFTER_WRITE', field: 'cost' },
    ]);
    expect(await kit.findings({ target: 'V6' })).toEqual([]);
  });

  it('is a finding where it was created, and shows something of its own; what is blank is tried again', async () => {
    const fields = { hsCode: '610910', countryOfOrigin: 'PT' };
    await kit.applied(...createPlain('n1'));
    await kit.applied(update('n1', fields), move('n1', 'PRELAUNCH'));
    afterTheNextWrite('erp', () => kit.editErp('n1', { listPrice: '9.00', hsCode: null }));
    await kit.drained();
    expect(await deliveryOf('n1', 'erp')).toMatchObject({ state: 'RETRYING', lastError: { code: 'NOT_VERIFIED' } });
    expect(await kit.findings({ target: 'n1', system: 'erp' })).toMatchObject([
      { field: 'price', found: '9.00', lastPublished: null, source: 'VERIFY_AFTER_WRITE' },
    ]);
    await kit.sql(`update lane set due_at = clock_timestamp() where due_at is not null`);
    await kit.sql(`update delivery set next_attempt_at = clock_timestamp() where state = 'RETRYING'`);
    await kit.drained();
    expect(await kit.item('n1')).toMatchObject({ listPrice: '9.00', hsCode: '610910', countryOfOrigin: 'PT' });
    expect(await deliveryOf('n1', 'erp')).toMatchObject({ state: 'DELIVERED', attempts: 2 });
  });

  it('is healed where a signed rule says so', async () => {
    await kit.rules([{ field: 'price', onDrift: 'AUTO_REVERT', severity: 'LOW' }]);
    await kit.applied(update('V7', { price: '11.00' }));
    afterTheNextWrite('erp', () => kit.editErp('V7', { listPrice: '7.77' }));
    await kit.drained();
    await kit.drained();
    expect(await kit.finding('V7', 'erp')).toMatchObject({ source: 'VERIFY_AFTER_WRITE', resolution: 'REVERTED' });
    expect((await kit.item('V7')).listPrice).toBe('11.00');
  });

  it('is no finding, and nothing else, where it shows what we wrote', async () => {
    await kit.applied(update('V8', { price: '11.00', hsCode: '610910' }));
    await kit.drained();
    for (const system of ['erp', 'shopify']) {
      expect(await deliveryOf('V8', system)).toMatchObject({ state: 'DELIVERED', attempts: 1 });
      expect(await isInSync('V8', system)).toBe(true);
    }
    expect(await kit.findings({ target: 'V8' })).toEqual([]);
  });
});
