import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeadLetterGroup, DeliveryQuery } from '../../src/application/ports/operations-reader.js';
import type { RootRef } from '../../src/domain/publishing/system.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { assignDeliveries } from '../../src/application/publishing/assign-deliveries.js';
import { discardDeliveries } from '../../src/application/publishing/discard-deliveries.js';
import { retryDeliveries } from '../../src/application/publishing/retry-deliveries.js';
import { codesOf, must } from '../support/world.js';
import { Failing, PAGE } from './failing-kit.js';

describe('dead letters', () => {
  let kit: Failing;
  beforeEach(async () => {
    kit = await Failing.open('CUP', 'TEA', 'MUG');
  });
  afterEach(() => kit.world.close());

  const die = async (code: string, price: string): Promise<string> => {
    await kit.price(code, price);
    await kit.drain();
    const { id, state } = await kit.last(code);
    expect(state).toBe('DEAD_LETTERED');
    return id;
  };
  const groups = async (filter = {}): Promise<DeadLetterGroup[]> =>
    (await kit.world.ports.operations.deadLetterGroups(PAGE, filter)).items.map(({ node }) => node);

  it('are grouped by cause, with counts, the oldest, and how many are overdue', async () => {
    kit.refuses((code) => `${code}: price 11.00 is above the limit of "gold"`);
    await die('CUP', '11.00');
    await kit.later(25 * 3_600);
    await die('TEA', '12.00');
    kit.refuses(() => 'this item is locked');
    await die('MUG', '13.00');
    const [price, locked] = await groups();
    expect([price, locked]).toMatchObject([
      {
        system: 'erp',
        errorClass: 'VALIDATION',
        code: '422',
        count: 2,
        overdue: 1,
        unassigned: 2,
        shape: '…: price … is above the limit of …',
      },
      { count: 1, overdue: 0, shape: 'this item is locked', message: 'this item is locked' },
    ]);
    expect(price?.oldestAt.getTime()).toBeLessThan(price?.newestAt.getTime() ?? 0);
    expect((await groups({ overdue: true })).map(({ count }) => count)).toEqual([1]);
    const first = await kit.world.ports.operations.deadLetterGroups({ first: 1, after: null }, {});
    const after = first.items[0]?.cursor ?? '';
    const next = await kit.world.ports.operations.deadLetterGroups({ first: 1, after }, {});
    expect([first.items[0]?.node.key, next.items[0]?.node.key, await next.totalCount()]).toEqual([
      price?.key,
      locked?.key,
      2,
    ]);
  });

  it('are retried by group, by filter and by id; what arrives resolves them', async () => {
    kit.refuses((code) => `${code} is locked`);
    await die('CUP', '11.00');
    await die('TEA', '12.00');
    kit.refuses(() => 'no more than three a day');
    const mug = await die('MUG', '13.00');
    kit.takes();
    const { ports, people } = kit.world;
    const group = (await groups()).find(({ count }) => count === 2)?.key ?? '';
    expect(must(await retryDeliveries(ports, people.oli, { ids: null, filter: { group } })).ids).toHaveLength(2);
    await kit.drain();
    expect([(await kit.last('CUP')).state, (await kit.last('TEA')).state]).toEqual(['DELIVERED', 'DELIVERED']);
    expect((await kit.last('MUG')).state).toBe('DEAD_LETTERED');
    must(await retryDeliveries(ports, people.oli, { ids: [mug], filter: null }));
    await kit.drain();
    expect(await kit.last('MUG')).toMatchObject({
      state: 'DELIVERED',
      attempts: 1,
      group: null,
      settledBy: { name: 'oli' },
    });
    expect(await groups()).toEqual([]);
    const none = { ids: null, filter: null };
    expect(codesOf(await retryDeliveries(ports, people.oli, none))).toEqual(['REQUIRED']);
    expect(codesOf(await retryDeliveries(ports, people.oli, { ids: [mug], filter: null }))).toEqual(['WRONG_STATE']);
  });

  it('are resolved by a delivery of their product that brings them along', async () => {
    const store = kit.world.ports.connectors.of('shopify');
    kit.refuses(() => 'no', 'shopify');
    const titled = async (title: string): Promise<void> => {
      await kit.apply({ kind: 'productUpdate', input: { handle: 'cup', baseRevision: null, fields: { title } } });
      await kit.drain('shopify');
    };
    await kit.price('CUP', '11.00');
    await kit.drain('shopify');
    expect(await kit.last('CUP', 'shopify')).toMatchObject({ state: 'DEAD_LETTERED', target: 'CUP' });
    // What cannot be read is not written, and so the price has not been brought along.
    const reads = store.readRoots.bind(store);
    kit.takes('shopify');
    Object.assign(store, {
      readRoots: async (roots: RootRef[]) =>
        (await reads(roots)).map((root) => ({
          ...root,
          records: root.records?.map((each) => (each.entity === 'SKU' ? { ...each, unreadable: ['price'] } : each)),
        })),
    });
    await titled('A mug');
    expect(await kit.deliveries('CUP', 'shopify')).toMatchObject([
      { target: 'CUP', state: 'DEAD_LETTERED' },
      { target: 'cup', state: 'DELIVERED' },
    ]);
    Object.assign(store, { readRoots: reads });
    await titled('A cup');
    expect(await kit.deliveries('CUP', 'shopify')).toMatchObject([
      { target: 'CUP', state: 'SUPERSEDED', overdue: false },
      { target: 'cup', state: 'DELIVERED' },
      { target: 'cup', state: 'DELIVERED' },
    ]);
    expect(await groups()).toEqual([]);
  });

  it('that a filter means and that cannot be retried are counted, by why; by id each is told', async () => {
    kit.refuses((code) => `${code} is locked`);
    const cup = await die('CUP', '11.00');
    const tea = await die('TEA', '12.00');
    const mug = await die('MUG', '13.00');
    kit.takes();
    const { ports, people } = kit.world;
    const match = (code: string, to: string): Promise<unknown> =>
      kit.sql(`update record set match = $2 from sku s where s.id = sku_id and s.code = $1 and system = 'erp'`, [
        code,
        to,
      ]);
    await match('CUP', 'MISSING');
    await match('TEA', 'WAITING');
    const nobody = '0199aaaa-0000-7000-8000-000000000000';
    const byId = await retryDeliveries(ports, people.oli, { ids: [mug, cup, tea, nobody], filter: null });
    expect(byId).toMatchObject({
      ok: false,
      problems: [
        { code: 'WRONG_STATE', field: ['ids', '1'], message: expect.stringContaining('missing in the system') },
        { code: 'WRONG_STATE', field: ['ids', '2'], message: expect.stringContaining('waits for a scan') },
        { code: 'NOT_FOUND', field: ['ids', '3'] },
      ],
    });
    const [group] = await groups();
    const filter = { group: group?.key ?? '' };
    expect(must(await retryDeliveries(ports, people.oli, { ids: null, filter }))).toEqual({
      ids: [mug],
      skipped: [
        { reason: 'RECORD_MISSING', count: 1 },
        { reason: 'RECORD_WAITING', count: 1 },
      ],
    });
    // Whose they are can be said of all of them.
    expect(must(await assignDeliveries(ports, people.oli, { ids: null, filter }, 'mia'))).toMatchObject({
      ids: { length: 2 },
      skipped: [],
    });
    const records = await kit.audit('DELIVERY_RETRIED');
    expect(must(await retryDeliveries(ports, people.oli, { ids: null, filter })).ids).toEqual([]);
    expect(await kit.audit('DELIVERY_RETRIED')).toEqual(records);
    expect(codesOf(await retryDeliveries(ports, people.oli, { ids: [cup], filter: { target: 'TEA' } }))).toEqual([
      'WRONG_STATE',
    ]);
    expect(codesOf(await discardDeliveries(ports, people.oli, [cup, nobody], 'nobody needs this'))).toEqual([
      'NOT_FOUND',
    ]);
    expect(codesOf(await discardDeliveries(ports, people.oli, [mug], 'nobody needs this'))).toEqual(['WRONG_STATE']);
  });

  it('of a system that is switched to READ_ONLY stay what they are, and are told so', async () => {
    kit.refuses(() => 'no');
    const id = await die('MUG', '11.00');
    const { ports, people } = kit.world;
    await kit.sql(`update system set mode = 'READ_ONLY' where code = 'erp'`);
    expect(await retryDeliveries(ports, people.oli, { ids: [id], filter: null })).toMatchObject({
      problems: [{ code: 'WRONG_STATE', message: expect.stringContaining('READ_ONLY') }],
    });
    const filter = { system: 'erp' };
    expect(must(await retryDeliveries(ports, people.oli, { ids: null, filter }))).toEqual({
      ids: [],
      skipped: [{ reason: 'SYSTEM_READ_ONLY', count: 1 }],
    });
    expect((await kit.last('MUG')).state).toBe('DEAD_LETTERED');
    must(await assignDeliveries(ports, people.oli, { ids: [id], filter: null }, 'mia'));
    must(await discardDeliveries(ports, people.oli, [id], 'nobody needs this'));
  });

  it('are not looked for under a name that is nothing’s name', async () => {
    kit.refuses((code) => `${code} is locked`);
    await die('CUP', '11.00');
    const { ports, people } = kit.world;
    const of = async (filter: DeliveryQuery): Promise<[string, string][]> => {
      const outcomes = [
        await retryDeliveries(ports, people.oli, { ids: null, filter }),
        await assignDeliveries(ports, people.oli, { ids: null, filter }, 'mia'),
      ];
      const told = outcomes.map((each) =>
        each.ok ? [] : each.problems.map(({ code, field }): [string, string] => [code, (field ?? []).join('.')]),
      );
      expect(told[1]).toEqual(told[0]);
      return told[0] ?? [];
    };
    expect(
      await of({ system: 'nowhere', target: 'NONE', changeRequest: 'CR-99999', group: 'erp:0123', assignee: 'nobody' }),
    ).toEqual(
      ['system', 'target', 'changeRequest', 'group', 'assignee'].map((name) => ['NOT_FOUND', `filter.${name}`]),
    );
    expect(await of({ states: ['RETRYING', 'PENDING'] })).toEqual([['WRONG_STATE', 'filter.states']]);
    const [group] = await groups();
    expect(await of({ group: `shopify:${group?.key.split(':')[1]}` })).toEqual([['NOT_FOUND', 'filter.group']]);
    const there = { system: 'erp', target: 'cup', group: group?.key, states: ['DEAD_LETTERED' as const] };
    expect(await of({ ...there, assignee: 'Ada' })).toEqual([]);
    expect(must(await retryDeliveries(ports, people.oli, { ids: null, filter: there })).ids).toHaveLength(1);
  });

  it('are resolved by themselves when a later delivery of the record succeeds', async () => {
    kit.refuses((code) => `${code} is locked`);
    await die('CUP', '11.00');
    kit.takes();
    await kit.price('CUP', '12.00');
    await kit.drain();
    const [dead, later] = await kit.deliveries('CUP');
    expect([dead, later]).toMatchObject([{ state: 'SUPERSEDED', dueAt: null }, { state: 'DELIVERED' }]);
    expect(dead?.resolvedAt).not.toBeNull();
    expect(await kit.audit('DEAD_LETTERS_BORN', 'DEAD_LETTERS_RESOLVED')).toEqual([
      'DEAD_LETTERS_BORN',
      'DEAD_LETTERS_RESOLVED',
    ]);
  });

  it('are one for a record: the newest stands for the older, is due when that was, and is whose that was', async () => {
    kit.refuses((code) => `${code} is locked`);
    const first = await die('CUP', '11.00');
    const { ports, people } = kit.world;
    must(await assignDeliveries(ports, people.oli, { ids: [first], filter: null }, 'mia'));
    await kit.later(23 * 3_600);
    const due = (await kit.last('CUP')).dueAt;
    kit.refuses(() => 'now for another reason');
    await die('CUP', '12.00');
    const [older, newer] = await kit.deliveries('CUP');
    expect(older?.state).toBe('SUPERSEDED');
    expect(newer).toMatchObject({ state: 'DEAD_LETTERED', dueAt: due, assigneeId: people.mia.actor.partyId });
    expect((await groups()).map(({ count }) => count)).toEqual([1]);
  });

  it('are somebody’s to look at, and so is what dies of the same later', async () => {
    kit.refuses((code) => `${code} is locked`);
    await die('CUP', '11.00');
    const { ports, people } = kit.world;
    const [group] = await groups();
    must(await assignDeliveries(ports, people.oli, { ids: null, filter: { group: group?.key ?? '' } }, 'Ada'));
    await die('TEA', '12.00');
    const ada = people.ada.actor.partyId;
    expect(await groups()).toMatchObject([{ count: 2, unassigned: 0, assigneeIds: [ada] }]);
    expect((await groups({ assignee: 'mia' })).length).toBe(0);
    const ids = [(await kit.last('TEA')).id];
    expect(codesOf(await assignDeliveries(ports, people.oli, { ids, filter: null }, 'nobody'))).toEqual(['NOT_FOUND']);
    must(await assignDeliveries(ports, people.oli, { ids, filter: null }, null));
    expect(await groups()).toMatchObject([{ count: 2, unassigned: 1 }]);
  });

  it('of somebody who has left are nobody’s, and what dies of the same is not made theirs', async () => {
    const { ports, people } = kit.world;
    kit.refuses(() => 'no');
    const id = await die('CUP', '11.00');
    must(await assignDeliveries(ports, people.oli, { ids: [id], filter: null }, 'mia'));
    expect(await groups()).toMatchObject([{ count: 1, unassigned: 0 }]);
    await kit.sql(`update party set active = false where code = 'mia'`);
    await die('TEA', '11.00');
    expect((await kit.last('TEA')).assigneeId).toBeNull();
    expect(await groups()).toMatchObject([{ count: 2, unassigned: 2 }]);
    await kit.sql(`update party set active = true where code = 'mia'`);
    expect(await groups()).toMatchObject([{ count: 2, unassigned: 1 }]);
  });

  it('are given up with a reason; the next scan says what the system lacks, who gave it up and why', async () => {
    kit.refuses((code) => `${code} is locked`);
    const id = await die('CUP', '11.00');
    const { ports, people } = kit.world;
    const reason = 'the ERP team sets this price by hand';
    expect(codesOf(await discardDeliveries(ports, people.oli, [id], 'no'))).toEqual(['REASON_TOO_SHORT']);
    must(await discardDeliveries(ports, people.oli, [id], reason));
    expect(await kit.last('CUP')).toMatchObject({
      state: 'DISCARDED',
      note: reason,
      dueAt: null,
      settledBy: { name: 'oli' },
    });
    expect(codesOf(await discardDeliveries(ports, people.oli, [id], reason))).toEqual(['WRONG_STATE']);
    await kit.scan('erp');
    expect((await kit.deliveries('CUP')).map(({ state }) => state)).toEqual(['DISCARDED']);
    const [finding] = await kit.findings('CUP');
    expect(finding).toMatchObject({
      kind: 'FIELD',
      field: 'price',
      expected: '11.00',
      found: '10.00',
      lastPublished: '10.00',
    });
    expect(finding?.note).toBe(`given up by oli: ${reason}`);

    kit.takes();
    must(await revertFindings(ports, people.oli, { ids: [finding?.id ?? ''], note: null, confirm: false }));
    await kit.drain();
    expect(await kit.listPrice('CUP')).toBe('11.00');
    expect(await kit.findings('CUP')).toMatchObject([{ state: 'RESOLVED', resolution: 'REVERTED' }]);
  });
});
