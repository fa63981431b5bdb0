import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { keepSubscriptions } from '../../src/porch/day-one.js';
import { admin, at, control, listAt } from '../sandbox/sandbox-client.js';
import { ScanKit } from './scan-kit.js';

const URL = 'https://hooks.example';
const LIST = 'query { webhookSubscriptions(first: 100) { nodes { id topic uri includeFields } } }';
const DELETE = 'mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { userErrors { message } } }';
const NARROW = `mutation($id: ID!) { webhookSubscriptionUpdate(id: $id, webhookSubscription: { includeFields: ["id"] }) {
  userErrors { message } } }`;

/** Each look is one of those that a running service takes every ten minutes. */
describe('subscriptions, looked after', () => {
  let kit: ScanKit;
  beforeAll(async () => {
    kit = await ScanKit.open(2);
  }, 120_000);
  afterAll(() => kit.world.close());

  const look = (): Promise<void> => keepSubscriptions(kit.world.ports, URL)();
  const there = async (): Promise<unknown[]> =>
    listAt(await admin(kit.world.sandbox, LIST), 'data.webhookSubscriptions.nodes');
  const ofUpdates = async (): Promise<unknown> => (await there()).find((one) => at(one, 'topic') === 'PRODUCTS_UPDATE');
  const running = (): Promise<{ system: string; mode: string }[]> =>
    kit.sql(`select system, mode from scan where state = 'RUNNING'`);
  const alerts = async (): Promise<string[]> =>
    (await kit.sql<{ kind: string }>(`select kind from alert where kind = 'SUBSCRIPTION_LOST'`)).map(
      ({ kind }) => kind,
    );

  const faults = (...next: object[]): Promise<unknown> =>
    control(kit.world.sandbox.shopify.url, 'POST', 'faults', { next });

  it('are made at the first look, by which nothing was lost', async () => {
    await look();
    const topics = (await there()).map((one) => at(one, 'topic'));
    expect(topics).toEqual(expect.arrayContaining(['PRODUCTS_CREATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE']));
    await look();
    expect(await there()).toHaveLength(topics.length);
    expect([await running(), await alerts()]).toEqual([[], []]);
  });

  it('that are gone are made again, told, and caught up with by a full scan', async () => {
    await admin(kit.world.sandbox, DELETE, { id: at(await ofUpdates(), 'id') });
    await look();
    expect(await ofUpdates()).toMatchObject({ uri: `${URL}/webhooks/shopify/shopify` });
    expect(await running()).toEqual([{ system: 'shopify', mode: 'FULL' }]);
    expect(await alerts()).toEqual(['SUBSCRIPTION_LOST']);
    await kit.runAll();
    await look();
    expect(await running()).toEqual([]);
  });

  it('that somebody narrowed are whole again, and caught up with', async () => {
    await admin(kit.world.sandbox, NARROW, { id: at(await ofUpdates(), 'id') });
    await look();
    expect(await ofUpdates()).toMatchObject({ includeFields: [] });
    expect(await running()).toEqual([{ system: 'shopify', mode: 'FULL' }]);
    await kit.runAll();
  });

  it('that were made again though nobody was told so are caught up with, too', async () => {
    const before = (await alerts()).length;
    await admin(kit.world.sandbox, DELETE, { id: at(await ofUpdates(), 'id') });
    await faults({ when: 'after', kind: 'reset', match: 'Subscribe' });
    await look();
    expect(await ofUpdates()).toMatchObject({ uri: `${URL}/webhooks/shopify/shopify` });
    expect(await running()).toEqual([{ system: 'shopify', mode: 'FULL' }]);
    expect(await alerts()).toHaveLength(before + 1);
    await kit.runAll();
  });

  it('that cannot be made again are told and caught up with once they can', async () => {
    for (const one of await there()) await admin(kit.world.sandbox, DELETE, { id: at(one, 'id') });
    const before = (await alerts()).length;
    await faults({ when: 'before', kind: '503', match: 'Subscribe' });
    await look();
    expect([await there(), await running()]).toEqual([[], []]);
    await look();
    expect(await there()).toHaveLength(4);
    expect(await running()).toEqual([{ system: 'shopify', mode: 'FULL' }]);
    expect(await alerts()).toHaveLength(before + 1);
  });

  it('of which one was made again before the next could not be are caught up with already', async () => {
    await kit.runAll();
    const first = (await there()).find((one) => at(one, 'topic') === 'PRODUCTS_CREATE');
    await admin(kit.world.sandbox, DELETE, { id: at(first, 'id') });
    await admin(kit.world.sandbox, NARROW, { id: at(await ofUpdates(), 'id') });
    await faults({ when: 'before', kind: '423', match: 'Resubscribe' });
    await look();
    expect(await ofUpdates()).toMatchObject({ includeFields: ['id'] });
    expect(await running()).toEqual([{ system: 'shopify', mode: 'FULL' }]);
    await kit.runAll();
    await look();
    expect(await ofUpdates()).toMatchObject({ includeFields: [] });
    expect(await running()).toEqual([{ system: 'shopify', mode: 'FULL' }]);
  });

  it('end no process where the database does not answer: the next look finds what this one missed', async () => {
    const owner = new Client(kit.world.ownerUrl);
    await owner.connect();
    await admin(kit.world.sandbox, DELETE, { id: at(await ofUpdates(), 'id') });
    await owner.query('alter table system rename to system_away');
    await expect(look()).resolves.toBeUndefined();
    await owner.query('alter table system_away rename to system');
    await owner.end();
    await look();
    expect(await ofUpdates()).toMatchObject({ uri: `${URL}/webhooks/shopify/shopify` });
  });
});
