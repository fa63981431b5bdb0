import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectorError } from '../../src/application/ports/connector.js';
import type { DeliveryFault } from '../../src/domain/publishing/system.js';
import type { TokenSource } from '../../src/connectors/shopify/calling/access-token.js';
import { ClientCredentials, StaticToken } from '../../src/connectors/shopify/calling/access-token.js';
import { CallPacer } from '../../src/connectors/shopify/calling/call-pacer.js';
import { LocalBudgets } from '../../src/connectors/shopify/calling/local-budgets.js';
import type { AdminDocument } from '../../src/connectors/shopify/documents.js';
import { ShopifyClient } from '../../src/connectors/shopify/calling/shopify-client.js';
import type { Canned, CannedServer } from './canned-server.js';
import { startCannedServer } from './canned-server.js';

const QUERY = 'query Q { shop { name } }' as AdminDocument<'Publications'>;
const MUTATION = 'mutation M { productUpdate { userErrors { message } } }' as AdminDocument<'ProductUpdate'>;
const PRODUCT = { product: {} };
const TOKEN = 'shpat_very_secret';

let server: CannedServer;
let versions: string[][];
let client: ShopifyClient;

beforeEach(async () => {
  server = await startCannedServer([{}]);
  versions = [];
  client = clientOf(server.url);
});

afterEach(async () => {
  await server.close();
});

function clientOf(baseUrl: string, token: TokenSource = new StaticToken(TOKEN)): ShopifyClient {
  return new ShopifyClient({
    storeDomain: 'example.myshopify.com',
    baseUrl,
    apiVersion: '2026-10',
    token,
    pacer: new CallPacer('shop', new LocalBudgets(), 0.8),
    onVersion: (asked, answered) => versions.push([asked, answered]),
  });
}

async function faultOf(work: Promise<unknown>): Promise<DeliveryFault> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectorError)) throw new Error(`no ConnectorError but ${String(error)}`);
  return error.fault;
}

const userErrors = (...errors: object[]): string => JSON.stringify({ data: { productUpdate: { userErrors: errors } } });
const topLevel = (code: string | null, cost?: object): string =>
  JSON.stringify({
    errors: [{ message: 'no', ...(code && { extensions: { code } }) }],
    ...(cost && { extensions: { cost } }),
  });
const EMPTY_BUCKET = {
  requestedQueryCost: 2862,
  actualQueryCost: null,
  throttleStatus: { maximumAvailable: 4000, currentlyAvailable: 572, restoreRate: 100 },
};

const MUTATION_TABLE: [string, Canned, Partial<DeliveryFault>][] = [
  ['401', { status: 401 }, { class: 'AUTH', code: '401', ambiguous: false }],
  ['402 shop frozen', { status: 402 }, { class: 'AUTH', ambiguous: false }],
  ['403', { status: 403 }, { class: 'AUTH', ambiguous: false }],
  ['404: no shop is there', { status: 404 }, { class: 'AUTH', ambiguous: false }],
  ['422', { status: 422 }, { class: 'VALIDATION', ambiguous: false }],
  ['423 locked', { status: 423 }, { class: 'AUTH', ambiguous: false }],
  [
    '429 with decimal seconds',
    { status: 429, headers: { 'Retry-After': '4.5' } },
    { class: 'RATE_LIMITED', retryAfterSeconds: 4.5, ambiguous: false },
  ],
  ['430', { status: 430 }, { class: 'RATE_LIMITED', ambiguous: false }],
  ['500', { status: 500 }, { class: 'TRANSIENT', ambiguous: true }],
  ['503', { status: 503, body: 'busy' }, { class: 'TRANSIENT', ambiguous: true, raw: 'busy' }],
  ['reset', { instead: 'reset' }, { class: 'TRANSIENT', ambiguous: true }],
  ['truncated body', { instead: 'truncate', body: userErrors() }, { class: 'TRANSIENT', ambiguous: true }],
  ['HTML', { body: '<html>' }, { class: 'TRANSIENT', ambiguous: true }],
  ['no data', { body: '{"data":{}}' }, { class: 'UNKNOWN', ambiguous: true }],
  ['null payload', { body: '{"data":{"productUpdate":null}}' }, { class: 'UNKNOWN', ambiguous: true }],
  [
    'THROTTLED',
    { body: topLevel('THROTTLED', EMPTY_BUCKET) },
    { class: 'RATE_LIMITED', retryAfterSeconds: 22.9, ambiguous: false },
  ],
  ['ACCESS_DENIED', { body: topLevel('ACCESS_DENIED') }, { class: 'AUTH', ambiguous: false }],
  ['MAX_COST_EXCEEDED', { body: topLevel('MAX_COST_EXCEEDED') }, { class: 'VALIDATION', ambiguous: false }],
  ['undefinedField', { body: topLevel('undefinedField') }, { class: 'VALIDATION', ambiguous: false }],
  ['INTERNAL_SERVER_ERROR', { body: topLevel('INTERNAL_SERVER_ERROR') }, { class: 'TRANSIENT', ambiguous: true }],
  [
    'a code that nobody knows',
    { body: topLevel('NEW_THING') },
    { class: 'UNKNOWN', code: 'NEW_THING', ambiguous: true },
  ],
  ['an error without a code', { body: topLevel(null) }, { class: 'UNKNOWN', code: null, ambiguous: true }],
  [
    'userError of a product gone',
    { body: userErrors({ code: 'PRODUCT_DOES_NOT_EXIST', message: 'gone' }) },
    { class: 'NOT_FOUND', ambiguous: false },
  ],
  [
    'userError of a variant taken',
    { body: userErrors({ code: 'VARIANT_ALREADY_EXISTS', message: 'taken' }) },
    { class: 'CONFLICT', ambiguous: false },
  ],
  [
    'userError of any other code',
    { body: userErrors({ code: 'NEGATIVE_PRICE_VALUE', field: ['variants', '0', 'price'], message: 'bad' }) },
    { class: 'VALIDATION', code: 'NEGATIVE_PRICE_VALUE', message: 'bad', ambiguous: false },
  ],
  [
    'userError without a code: gone',
    { body: userErrors({ message: 'Product does not exist' }) },
    { class: 'NOT_FOUND' },
  ],
  ['userError without a code', { body: userErrors({ message: "Title can't be blank" }) }, { class: 'VALIDATION' }],
];

describe('what a mutation came to', () => {
  it.each(MUTATION_TABLE)('%s', async (_, canned, expected) => {
    server.script = [canned];
    expect(await faultOf(client.mutate(MUTATION, PRODUCT))).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
  });

  it('is not ambiguous when nobody listens', async () => {
    await server.close();
    const fault = await faultOf(client.mutate(MUTATION, PRODUCT));
    expect(fault).toMatchObject({ class: 'TRANSIENT', code: 'ECONNREFUSED', ambiguous: false });
  });

  it('is ambiguous when we stop waiting', async () => {
    server.script = [{ instead: 'hang' }];
    const fault = await faultOf(client.mutate(MUTATION, PRODUCT, AbortSignal.timeout(100)));
    expect(fault).toMatchObject({ class: 'TRANSIENT', ambiguous: true });
  });

  it('waits for a bucket that is full again soon, as nothing was executed', async () => {
    const cost = { requestedQueryCost: 30, throttleStatus: { currentlyAvailable: 20, restoreRate: 100 } };
    server.script = [{ body: topLevel('THROTTLED', cost) }, { body: userErrors() }];
    await client.mutate(MUTATION, PRODUCT);
    expect(server.requests).toHaveLength(2);
  });

  it('keeps the token out of what is stored', async () => {
    server.script = [{ status: 403, body: `token ${TOKEN} lacks a scope` }];
    const fault = await faultOf(client.mutate(MUTATION, PRODUCT));
    expect(fault.raw).toBe('token [secret] lacks a scope');
  });

  it('tells bad variables apart by variant', async () => {
    const problems = [{ path: [2, 'price'], explanation: 'no money' }];
    server.script = [
      { body: JSON.stringify({ errors: [{ message: 'bad', extensions: { code: 'INVALID_VARIABLE', problems } }] }) },
    ];
    const error: unknown = await client.mutate(MUTATION, PRODUCT).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ fault: { class: 'VALIDATION' } });
    expect(error).toHaveProperty(
      'byVariant',
      new Map([[2, expect.objectContaining({ message: '2.price: no money' })]]),
    );
  });
});

describe('a query', () => {
  it('is asked again after a transient failure, twice at most', async () => {
    server.script = [{ status: 502 }, { instead: 'reset' }, { body: '{"data":{"shop":{"name":"x"}}}' }];
    expect((await client.query(QUERY, {})).data).toEqual({ shop: { name: 'x' } });
    server.script = [{ status: 502 }];
    server.requests.length = 0;
    expect(await faultOf(client.query(QUERY, {}))).toMatchObject({ class: 'TRANSIENT', ambiguous: false });
    expect(server.requests).toHaveLength(3);
  });

  it('names the fields that a missing scope left out, and keeps the rest', async () => {
    const errors = [
      { message: 'no', path: ['product', 'variants', 0, 'unitCost'], extensions: { code: 'ACCESS_DENIED' } },
    ];
    server.script = [{ body: JSON.stringify({ data: { product: { id: '1' } }, errors }) }];
    const { data, denied } = await client.query(QUERY, {});
    expect([data, [...denied]]).toEqual([{ product: { id: '1' } }, ['unitCost']]);
  });

  it('is refused where a missing scope took along what the field is in: that would look like one which is gone', async () => {
    const errors = [{ message: 'no', path: ['nodes', 0, 'variants'], extensions: { code: 'ACCESS_DENIED' } }];
    server.script = [{ body: JSON.stringify({ data: { nodes: [null, null] }, errors }) }];
    expect(await faultOf(client.query(QUERY, {}))).toMatchObject({ class: 'AUTH', ambiguous: false });
    const [own] = errors.map((each) => ({ ...each, path: ['nodes', 0] }));
    server.script = [{ body: JSON.stringify({ data: { nodes: [null] }, errors: [own] }) }];
    expect(await faultOf(client.query(QUERY, {}))).toMatchObject({ class: 'AUTH', ambiguous: false });
  });

  it('fails when part of the answer is missing for any other reason', async () => {
    const errors = [{ message: 'no', path: ['product'], extensions: { code: 'SOMETHING' } }];
    server.script = [{ body: JSON.stringify({ data: { product: null }, errors }) }];
    expect(await faultOf(client.query(QUERY, {}))).toMatchObject({ class: 'UNKNOWN', ambiguous: false });
  });

  it('reports once that another version answered', async () => {
    server.script = [{ body: '{"data":{"a":1}}', headers: { 'X-Shopify-API-Version': '2027-01' } }];
    await client.query(QUERY, {});
    await client.query(QUERY, {});
    expect(versions).toEqual([['2026-10', '2027-01']]);
    expect(server.requests[0]).toMatchObject({
      path: '/admin/api/2026-10/graphql.json',
      headers: { 'x-shopify-access-token': TOKEN, 'user-agent': expect.stringMatching(/^Skuward/) },
    });
  });
});

describe('tokens by client credentials', () => {
  const answered = (token: string, expires_in = 86_399): Canned => ({
    body: JSON.stringify({ access_token: token, scope: 'read_products', expires_in }),
  });
  const GOOD: Canned = { body: '{"data":{"shop":{"name":"x"}}}' };
  let now: number;
  const credentials = (): ClientCredentials =>
    new ClientCredentials({ origin: server.url, clientId: 'id', clientSecret: 'cs_secret' }, () => now);
  const asked = (): string[] =>
    server.requests.map(({ path, headers }) =>
      path.includes('oauth') ? 'TOKEN' : String(headers['x-shopify-access-token']),
    );

  beforeEach(() => {
    now = 1_000_000;
  });

  it('are asked for once, whoever waits, and renewed at 80% of their life', async () => {
    server.script = [answered('t1'), GOOD];
    client = clientOf(server.url, credentials());
    await Promise.all([client.query(QUERY, {}), client.query(QUERY, {})]);
    expect(asked()).toEqual(['TOKEN', 't1', 't1']);
    expect(Object.fromEntries(new URLSearchParams(server.requests[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'id',
      client_secret: 'cs_secret',
    });
    now += 0.79 * 86_399_000;
    await client.query(QUERY, {});
    now += 0.02 * 86_399_000;
    server.script = [answered('t2'), GOOD];
    await client.query(QUERY, {});
    expect(asked().slice(3)).toEqual(['t1', 'TOKEN', 't2']);
  });

  it('that still work are used on when they cannot be renewed', async () => {
    server.script = [answered('t1'), GOOD];
    client = clientOf(server.url, credentials());
    await client.query(QUERY, {});
    now += 0.9 * 86_399_000;
    server.script = [{ status: 503 }, GOOD];
    await client.query(QUERY, {});
    await client.query(QUERY, {});
    expect(asked()).toEqual(['TOKEN', 't1', 'TOKEN', 't1', 't1']);
  });

  it('are renewed once when one is refused, and the call is made again', async () => {
    server.script = [answered('t1'), GOOD];
    client = clientOf(server.url, credentials());
    await client.query(QUERY, {});
    now += 60_000;
    server.script = [{ status: 401 }, answered('t2'), { body: userErrors() }];
    await client.mutate(MUTATION, PRODUCT);
    expect(asked()).toEqual(['TOKEN', 't1', 't1', 'TOKEN', 't2']);
    now += 60_000;
    server.script = [{ status: 401 }, answered('t3'), { status: 401 }];
    expect(await faultOf(client.mutate(MUTATION, PRODUCT))).toMatchObject({
      class: 'AUTH',
      code: '401',
      ambiguous: false,
    });
    expect(asked().slice(5)).toEqual(['t2', 'TOKEN', 't3']);
  });

  it('that are not given are a fault that repeats no secret', async () => {
    server.script = [{ status: 400, body: '{"error":"bad client_secret cs_secret"}' }];
    client = clientOf(server.url, credentials());
    const fault = await faultOf(client.mutate(MUTATION, PRODUCT));
    expect(fault).toMatchObject({ class: 'AUTH', code: 'TOKEN_REFUSED', ambiguous: false });
    expect(JSON.stringify(fault)).not.toContain('cs_secret');
    server.script = [{ status: 502 }];
    expect(await faultOf(client.mutate(MUTATION, PRODUCT))).toMatchObject({ class: 'TRANSIENT', ambiguous: false });
    server.script = [{ body: '{}' }];
    expect(await faultOf(client.mutate(MUTATION, PRODUCT))).toMatchObject({ class: 'UNKNOWN', ambiguous: false });
  });
});
