import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import type { SystemConfig } from '../../src/connectors/system-config.js';
import type { Canned, CannedServer } from './canned-server.js';
import { startCannedServer } from './canned-server.js';

/** What the doctor says of an ERP, when the ERP says what no stand-in can be made to say. */
let server: CannedServer;
beforeEach(async () => {
  server = await startCannedServer([]);
});
afterEach(() => server.close());

const SYSTEM = {
  code: 'erp',
  kind: 'ERP',
  storeDomain: null,
  apiVersion: '',
  accessToken: null,
  clientId: null,
  clientSecret: null,
  previousClientSecret: null,
  publications: [],
  bundles: 'components',
  headRoomPercent: 0,
  concurrency: 2,
} as const;

/** A line for each check. */
async function told(config: Partial<SystemConfig> & Pick<SystemConfig, 'connector'>): Promise<string[]> {
  const access = { token: 'a-token-of-ours', database: 'erp', user: 'skuward', password: 'a-password-of-ours' };
  const system = { ...SYSTEM, ...access, currency: 'USD', publications: [], baseUrl: server.url, ...config };
  const connector = buildConnectors([system], () => {}).of('erp');
  const checks = (await connector.diagnose?.({ webhookUrl: 'https://skuward.example', currency: 'USD' })) ?? [];
  expect(checks.every(({ state, remedy }) => (state === 'OK') === (remedy === null))).toBe(true);
  return checks.map(({ state, subject, message }) => `${state} ${subject}: ${message}`);
}

const json = (body: object, headers: Record<string, string> = {}): Canned => ({ body: JSON.stringify(body), headers });

describe('an ERP of the generic contract', () => {
  const http = (): Promise<string[]> => told({ connector: 'http' });
  const ITEM = { id: '1', code: 'A', name: 'A', active: true, salable: true, purchasable: true };
  const items = (...list: object[]): Canned => json({ items: list, next: null });
  const stock = json({ stock: [], next: null });

  it('that keeps all of it is well', async () => {
    server.script = [items(ITEM), json(ITEM, { ETag: '"1"' }), stock];
    expect(await http()).toEqual([
      'OK address: it lists items, and takes the token',
      'OK items: item 1 (A) is as the contract has it',
      'OK ETag: A came with one',
      'OK stock: it is told',
    ]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /items?limit=1',
      'GET /items/A',
      'GET /stock?limit=1',
    ]);
  });

  it('is told where it is not as agreed', async () => {
    server.script = [items({ ...ITEM, listPrice: 12, salable: 'yes' }), json(ITEM), { status: 501 }];
    expect((await http()).slice(1)).toEqual([
      'WARNING items: item 1 (A): not as the contract has them, so neither compared nor covered: price, lifecycle',
      'WARNING ETag: A came without one: nothing can be written',
      'WARNING stock: TRANSIENT: the ERP answered HTTP 501',
    ]);
  });

  it('is told where it cannot be read to its end, or not at its own address', async () => {
    server.script = [json({ items: [ITEM] }), stock];
    expect((await http())[1]).toBe('FAILED listing: a page without `items`, or without `next`');
    server.script = [items(ITEM), json({ ...ITEM, id: '2' }, { ETag: '"1"' }), stock];
    expect((await http())[2]).toBe('WARNING ETag: A is listed, and not under its own address');
    server.script = [items({ ...ITEM, id: 7 }), stock];
    expect((await http())[1]).toBe('FAILED items: UNKNOWN: the ERP answered an item without id as text, of code A');
  });

  it.each([
    ['token', { status: 401 }, 'AUTH: the ERP answered HTTP 401'],
    ['address', { status: 404 }, 'NOT_FOUND: the ERP answered HTTP 404'],
    ['address', { status: 404, headers: { 'Content-Type': 'text/html' } }, 'UNKNOWN: a page of HTML answered'],
    ['connection', { status: 502 }, 'TRANSIENT: the ERP answered HTTP 502'],
  ])('that lets nobody in has something wrong with the %s', async (subject, canned: Canned, message) => {
    server.script = [canned];
    expect(await http()).toEqual([expect.stringContaining(`FAILED ${subject}: ${message}`)]);
  });
});

describe('a Tryton', () => {
  const tryton = (): Promise<string[]> => told({ connector: 'tryton' });
  const result = (value: unknown): Canned => json({ id: 1, result: value });
  const SIGNED_IN = result([7, '0123abcd']);
  const unit = { id: 1, symbol: 'u', name: 'Unit', category: 1, factor: 1 };
  const around = (fields: object, own: object, units: object[] = [unit], numbers: object = {}): Canned[] => [
    result({ company: 1 }),
    result([{ id: 1, 'currency.': { id: 1, code: 'USD' } }]),
    result(fields),
    result(own),
    result(units),
    result([{ id: 1, template_sequence: null, product_sequence: null, ...numbers }]),
  ];
  const ALL = { weight: {}, tariff_codes: {}, components: {}, salable: {}, purchasable: {} };

  it('that has all modules, rights and countries is well', async () => {
    const gram = { ...unit, id: 3, symbol: 'g' };
    const all = { read: 1, write: 1, create: 1 };
    const models = ['product.template', 'product.product', 'product.identifier', 'product.component'];
    const may = Object.fromEntries([...models, 'customs.tariff.code', 'stock.move'].map((model) => [model, all]));
    server.script = [SIGNED_IN, ...around(ALL, { quantity: {} }, [unit, gram]), result(may), result([{ id: 1 }])];
    expect((await tryton()).map((line) => line.split(':')[0])).toEqual([
      'OK session',
      'OK modules',
      'OK rights',
      'OK countries',
    ]);
  });

  it('that would put numbers of its own into every code is told so', async () => {
    const about = async (numbers: object): Promise<string | undefined> => {
      server.script = [SIGNED_IN, ...around({}, {}, [unit], numbers), result({})];
      return (await tryton()).find((line) => line.includes('codes: '));
    };
    expect(await about({ template_sequence: 4 })).toBeUndefined();
    expect(await about({ product_sequence: 5 })).toBeUndefined();
    expect(await about({ template_sequence: 4, product_sequence: 5 })).toContain('WARNING codes: Tryton numbers both');
  });

  it('is told which modules, rights and countries it lacks, and for what', async () => {
    server.script = [
      SIGNED_IN,
      ...around({ tariff_codes: {} }, {}),
      result({ 'product.template': { write: 1 } }),
      result([]),
    ];
    expect((await tryton()).slice(1)).toEqual([
      'WARNING modules: product_measurements is not activated: no place for weight',
      'WARNING modules: product_kit is not activated: no place for bundles',
      'WARNING modules: sale is not activated: no place for the lifecycle',
      'WARNING modules: purchase is not activated: no place for the lifecycle',
      'WARNING modules: stock is not activated: no place for stock on hand',
      'WARNING rights: publishing products, prices, GTINs and kits: may not create product.template, write product.product, ' +
        'create product.product, write product.identifier, create product.identifier',
      'WARNING rights: making tariff codes as they are needed: may not create customs.tariff.code',
      'WARNING countries: none are loaded: no country of origin can be written',
    ]);
  });

  it.each([
    ['company', [SIGNED_IN, result({})]],
    ['user', [{ status: 401 }]],
    ['user', [{ status: 429 }]],
    ['database', [{ status: 404 }]],
    ['connection', [{ status: 502 }]],
  ])('that lets nobody in has something wrong with the %s', async (subject, script: Canned[]) => {
    server.script = script;
    expect(await tryton()).toEqual([expect.stringContaining(`FAILED ${subject}: `)]);
  });
});
