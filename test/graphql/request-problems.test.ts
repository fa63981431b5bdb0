import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';

const CREATE = `mutation ($changes: [ChangeInput!]!) { changeRequestCreate(input: { title: "t", changes: $changes }) {
  changeRequest { id state } userErrors { code field message } } }`;

interface Payload {
  changeRequestCreate: {
    changeRequest: { id: string; state: string } | null;
    userErrors: { code: string; field: string[] | null; message: string }[];
  };
}

/** What a request is refused for, over the API: everything at once, each at the place that its author wrote it. */
describe('problems of a request', () => {
  let world: World;
  let api: Api;
  let mia: string;

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    api = await openApi(world);
    const draft = { name: 'mia', party: 'mia', roles: ['MERCHANDISER' as const], expiresAt: null };
    mia = must(await createApiKey(world.ports, HOST, draft)).secret;
    await apply([
      { productCreate: { handle: 'tea', title: 'Tea', optionNames: ['N'] } },
      sku('TEA-1', { optionValues: [{ name: 'N', value: '1' }], gtin: '4006381333931', price: '5' }),
    ]);
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  function sku(code: string, fields: object): object {
    return { skuCreate: { code, product: 'tea', fields: { title: code, ...fields } } };
  }

  async function send(changes: object[]): Promise<Payload['changeRequestCreate']> {
    return (await api.ask<Payload>(CREATE, { changes }, mia)).changeRequestCreate;
  }

  async function apply(changes: object[]): Promise<void> {
    const { changeRequest, userErrors } = await send(changes);
    expect(userErrors).toEqual([]);
    const id = changeRequest?.id.replace('ChangeRequest_', '') ?? '';
    if (changeRequest?.state === 'IN_REVIEW') must(await approveChangeRequest(world.ports, world.people.ada, id, null));
  }

  /** "CODE path of the field below the changes", in the order told. */
  async function told(...changes: object[]): Promise<string[]> {
    const { userErrors } = await send(changes);
    return userErrors.map(({ code, field }) => `${code} ${field?.slice(2).join('.')}`);
  }

  it('options that the product does not have are refused before anybody approves', async () => {
    const at = '0.skuCreate.fields.optionValues';
    expect(await told(sku('A', { optionValues: [] }))).toEqual([`REQUIRED ${at}`]);
    expect(await told(sku('A', { optionValues: [{ name: 'X', value: 'q' }] }))).toEqual([
      `NOT_FOUND ${at}.0.name`,
      `REQUIRED ${at}`,
    ]);
    const twice = ['q', 'r'].map((value) => ({ name: 'N', value }));
    expect(await told(sku('A', { optionValues: twice }))).toEqual([`DUPLICATE_CHANGE ${at}.1.name`]);
    expect((await told(sku('A', { optionValues: [{ name: 'n', value: 'q4' }] })))[0]).toBe(`NOT_FOUND ${at}.0.name`);
  });

  it('a successor is a SKU, and another one', async () => {
    const update = (successor: string): object => ({ skuUpdate: { code: 'TEA-1', fields: { successor } } });
    expect(await told(update('NOPE'))).toEqual(['NOT_FOUND 0.skuUpdate.fields.successor']);
    expect(await told(update('tea-1'))).toEqual(['INVALID_FORMAT 0.skuUpdate.fields.successor']);
    const out = { skuTransition: { code: 'TEA-1', to: 'RETIRED', successor: 'NOPE' } };
    expect(await told(out)).toEqual(['NOT_FOUND 0.skuTransition.successor']);
  });

  it('prices of a store’s own are held to what it shows, at their place in the list', async () => {
    const values = (price: string, compareAtPrice: string): object[] => [{ system: 'shopify', price, compareAtPrice }];
    const at = '0.skuUpdate.fields.systemValues.0';
    const update = (systemValues: object[]): object => ({ skuUpdate: { code: 'TEA-1', fields: { systemValues } } });
    expect(await told(update(values('5.1299', '2')))).toEqual([
      `PRICE_SCALE ${at}.price`,
      `INVALID_FORMAT ${at}.compareAtPrice`,
    ]);
  });

  it('of form and of state are told together, and none that only comes of a value left out', async () => {
    const options = (value: string): object => ({ optionValues: [{ name: 'N', value }] });
    expect(
      await told(
        sku('tea-1', { ...options('2'), price: 'x' }),
        sku('B', { ...options('1'), listedIn: ['shopify', 'nope'], systemValues: [{ system: 'nope' }] }),
        sku('C', { ...options('3'), gtin: '4006381333931' }),
        { productCreate: { handle: 'pot', title: '<b>', optionNames: ['Size'] } },
        {
          skuCreate: {
            code: 'POT',
            product: 'pot',
            fields: { title: 'Pot', optionValues: [{ name: 'S', value: '1' }] },
          },
        },
        { skuUpdate: { code: 'GONE', fields: { price: '1' } } },
      ),
    ).toEqual([
      'INVALID_FORMAT 0.skuCreate.fields.price',
      'CODE_TAKEN 0.skuCreate.code',
      'SYSTEM_UNKNOWN 1.skuCreate.fields.listedIn.1',
      'SYSTEM_UNKNOWN 1.skuCreate.fields.systemValues.0.system',
      'OPTIONS_TAKEN 1.skuCreate.fields.optionValues',
      'GTIN_TAKEN 2.skuCreate.fields.gtin',
      'INVALID_FORMAT 3.productCreate.title',
      'NOT_FOUND 4.skuCreate.fields.optionValues.0.name',
      'REQUIRED 4.skuCreate.fields.optionValues',
      'NOT_FOUND 5.skuUpdate.code',
    ]);
  });

  it('of one field hide nothing that is wrong with another', async () => {
    await apply([sku('TEA-9', { optionValues: [{ name: 'N', value: '9' }], price: '9' })]);
    for (const to of ['PRELAUNCH', 'ACTIVE']) await apply([{ skuTransition: { code: 'TEA-9', to } }]);
    const update = (fields: object, more: object = {}): object => ({ skuUpdate: { code: 'TEA-9', ...more, fields } });
    const to = (state: string): object => ({ skuTransition: { code: 'TEA-9', to: state } });
    const price = 'INVALID_FORMAT 0.skuUpdate.fields.price';
    expect(await told(update({ price: 'x' }), to('DRAFT'))).toEqual([
      price,
      'TRANSITION_NOT_ALLOWED 1.skuTransition.to',
    ]);
    expect(await told(update({ price: 'x' }, { baseRevision: 99 }))).toEqual([
      price,
      'REVISION_UNKNOWN 0.skuUpdate.baseRevision',
    ]);
    expect(await told(update({ price: 'x', gtin: '4006381333931', successor: 'NOPE' }))).toEqual([
      price,
      'GTIN_TAKEN 0.skuUpdate.fields.gtin',
      'NOT_FOUND 0.skuUpdate.fields.successor',
    ]);
    expect(await told(update({ price: null, title: '' }))).toEqual([
      'REQUIRED 0.skuUpdate.fields.title',
      'GATE_UNSATISFIED 0.skuUpdate.fields.price',
    ]);
    // Not told: a price that holds might satisfy the gate.
    await apply([sku('TEA-8', { optionValues: [{ name: 'N', value: '8' }] })]);
    await apply([{ skuTransition: { code: 'TEA-8', to: 'PRELAUNCH' } }]);
    const late = [
      { skuUpdate: { code: 'TEA-8', fields: { price: 'x' } } },
      { skuTransition: { code: 'TEA-8', to: 'ACTIVE' } },
    ];
    expect(await told(...late)).toEqual(['INVALID_FORMAT 0.skuUpdate.fields.price']);
    expect(await told({ productUpdate: { handle: 'tea', title: '<b>' } }, to('DRAFT'))).toEqual([
      'INVALID_FORMAT 0.productUpdate.title',
      'TRANSITION_NOT_ALLOWED 1.skuTransition.to',
    ]);
  });

  it('of a composition are told line by line', async () => {
    await apply([
      {
        skuCreate: {
          code: 'BOX',
          kind: 'BUNDLE',
          product: 'tea',
          fields: { title: 'B', optionValues: [{ name: 'N', value: 'b' }] },
        },
      },
    ]);
    const components = [
      { sku: 'TEA-1', quantity: 5000 },
      { sku: 'TEA-1', quantity: 1 },
      { sku: 'NOPE', quantity: 1 },
      { sku: 'BOX', quantity: 1 },
    ];
    const at = '0.bundleSet';
    const lines = [
      `INVALID_FORMAT ${at}.components.0.quantity`,
      `DUPLICATE_CHANGE ${at}.components.1.sku`,
      `NOT_FOUND ${at}.components.2.sku`,
    ];
    expect(await told({ bundleSet: { code: 'BOX', components } })).toEqual([
      ...lines.slice(0, 2),
      `CYCLE ${at}.components.3.sku`,
      ...lines.slice(2),
    ]);
    const past = await told({ bundleSet: { code: 'BOX', components, effectiveFrom: '2020-01-01T00:00:00Z' } });
    expect(past.toSorted()).toEqual(
      [...lines, `CYCLE ${at}.components.3.sku`, `EFFECTIVE_IN_PAST ${at}.effectiveFrom`].toSorted(),
    );
  });
});
