import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { changesOf } from './contract/changes-contract.js';
import { dereferenced, ERP_CONTRACT, startWitness } from './openapi-witness.js';
import type { Witness } from './openapi-witness.js';
import { startKit } from './sandbox-kit.js';
import { allOf, createOf, faultFrom, faultIn, FRESH, observedOf, updateOf } from './writes.js';
import type { Connector, RecordOutcome } from '../../src/application/ports/connector.js';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import type { StockLine } from '../../src/application/ports/stock-store.js';

const ADAPTER = new URL('../../docs/connectors/erp-adapter.mjs', import.meta.url).pathname;
const TOKEN = 'a-token-for-the-adapter';

/** Something that claims to offer the contract, behind a witness. */
interface Server {
  url: string;
  token: string;
  close(): Promise<void>;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function standIn(): Promise<Server> {
  const kit = await startKit();
  return { url: kit.sandbox.erp.url, token: kit.sandbox.erp.token, close: () => kit.close() };
}

/** The documentation's own example, as a reader would start it. */
async function adapter(): Promise<Server> {
  const dir = mkdtempSync(join(tmpdir(), 'adapter-'));
  const env = { PATH: process.env['PATH'], ERP_TOKEN: TOKEN, PORT: '0' };
  const child = spawn(process.execPath, [ADAPTER, join(dir, 'items.json')], { env });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => resolve(/http:\S+/.exec(chunk.toString())?.[0] ?? ''));
    child.once('exit', (code) => reject(new Error(`the adapter ended with ${String(code)}`)));
  });
  return {
    url,
    token: TOKEN,
    async close() {
      const ended = new Promise((resolve) => {
        child.once('exit', resolve);
      });
      child.kill();
      await ended;
      rmSync(dir, { recursive: true });
    },
  };
}

function connectorTo(baseUrl: string, token: string): Connector {
  const nothing = { storeDomain: null, apiVersion: '', accessToken: null, clientId: null, clientSecret: null };
  const shop = { previousClientSecret: null, publications: [], bundles: 'components', headRoomPercent: 20 } as const;
  const system = { code: 'erp', kind: 'ERP', connector: 'http', baseUrl, token, concurrency: 2 } as const;
  return buildConnectors([{ ...nothing, ...shop, publications: [], ...system }], () => {}).of('erp');
}

async function started(start: () => Promise<Server>): Promise<Server> {
  const server = await start();
  closing.push(() => server.close());
  return server;
}

async function witnessed(start: () => Promise<Server>): Promise<{ witness: Witness; erp: Connector; token: string }> {
  const server = await started(start);
  const witness = await startWitness(server.url);
  closing.push(() => witness.close());
  return { witness, erp: connectorTo(witness.url, server.token), token: server.token };
}

async function limitOf(path: string): Promise<{ minimum: number; maximum: number }> {
  const { paths } = await dereferenced(ERP_CONTRACT);
  const schema = paths[path]?.['get']?.parameters?.find(({ name }) => name === 'limit')?.schema;
  if (schema?.minimum === undefined || schema.maximum === undefined) throw new Error(`${path} has no limit`);
  return { minimum: schema.minimum, maximum: schema.maximum };
}

let attempts = 0;
function write(erp: Connector, ...writes: ReturnType<typeof createOf>[]): Promise<RecordOutcome[]> {
  attempts += 1;
  const product = { id: 'p-1', handle: 'tent', root: null };
  return erp.write({ ...FRESH, attemptId: `attempt-${attempts}`, product, writes });
}

it('is a document that the linter has nothing to say against', async () => {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const source = readFileSync(ERP_CONTRACT, 'utf8');
  const problems = await lintFromString({ source, absoluteRef: ERP_CONTRACT.pathname, config });
  expect(problems.map(({ ruleId, message, location }) => `${ruleId} ${message} ${location[0]?.pointer}`)).toEqual([]);
});

describe.each([
  ['the stand-in', standIn],
  ['the example adapter', adapter],
])('between the connector and %s', (_name, start) => {
  it('every request and every answer is as agreed', async () => {
    const { witness, erp, token } = await witnessed(start);
    const lifecycle = { active: true, salable: true, purchasable: false };
    const values = { title: 'Tent', price: '249.50', cost: '120.1250', weight: '1850', gtin: '4006381333931' };
    const made = await write(
      erp,
      createOf('SKU', 'T/1', { ...values, hsCode: '630622', countryOfOrigin: 'PT', unitOfMeasure: 'EA', lifecycle }),
      createOf('SKU', '007', { title: 'Peg', lifecycle }),
    );
    const tent = observedOf(made, 'T/1');
    const kit = createOf('SKU', 'SET', {
      title: 'Set',
      'bundle.components': [{ code: 'T/1', quantity: 2 }],
      lifecycle,
    });
    observedOf(await write(erp, kit), 'SET');
    const cheaper = observedOf(await write(erp, updateOf(tent, { price: '199', gtin: null })), 'T/1');
    expect(cheaper.fields).toMatchObject({ title: 'Tent', gtin: null });
    expect(faultIn(await write(erp, updateOf(tent, { price: '1' })), 'T/1').class).toBe('CONFLICT');
    expect(faultIn(await write(erp, createOf('SKU', '007', { title: 'Peg' })), '007').class).toBe('CONFLICT');
    expect(faultIn(await write(erp, createOf('SKU', 'NAMELESS', { lifecycle })), 'NAMELESS').class).toBe('VALIDATION');
    expect(await erp.lookUp({ productId: 'p-1', handle: 'tent', codes: ['none', 'SET'] })).toHaveLength(1);
    const scanned = await allOf(erp.scan());
    expect(new Set(scanned.map(({ code }) => code))).toEqual(new Set(['007', 'SET', 'T/1']));
    expect(scanned).toHaveLength(3);
    const { cursor } = await changesOf(erp, null);
    const again = observedOf(await write(erp, updateOf(cheaper, { price: '198' })), 'T/1');
    expect((await changesOf(erp, cursor)).records).toContainEqual({ ...again, token: null });
    const stock: StockLine[] = [];
    for await (const lines of erp.readStock?.() ?? []) stock.push(...lines);
    expect(stock).toHaveLength(3);
    expect((await faultFrom(allOf(connectorTo(witness.url, `not-${token}`).scan()))).class).toBe('AUTH');
    expect(witness.breaches).toEqual([]);
    const told = ['getItem 200', 'getItem 404', 'putItem 200', 'putItem 201', 'putItem 412', 'putItem 422'];
    expect([...witness.seen].toSorted()).toEqual(
      [...told, 'listItems 200', 'listItems 401', 'listStock 200'].toSorted(),
    );
  });
});

describe.each([
  ['the stand-in', standIn],
  ['the example adapter', adapter],
])('of its own, without the connector, %s', (_name, start) => {
  it.each(['items', 'stock'])('takes the pages of /%s that the document allows, and no others', async (list) => {
    const { url, token } = await started(start);
    const headers = { Authorization: `Bearer ${token}` };
    const statusOf = async (limit: string): Promise<number> =>
      (await fetch(`${url}/${list}?limit=${limit}`, { headers })).status;
    const { minimum, maximum } = await limitOf(`/${list}`);
    const asked = [String(minimum), String(maximum), String(minimum - 1), String(maximum + 1), 'many'];
    expect(await Promise.all(asked.map(statusOf))).toEqual([200, 200, 400, 400, 400]);
  });

  it.each(['constructor', '__proto__', 'toString'])(
    'has an item of the code %s only once it was made',
    async (code) => {
      const { url, token } = await started(start);
      const headers = { Authorization: `Bearer ${token}` };
      expect((await fetch(`${url}/items/${code}`, { headers })).status).toBe(404);
      const put = (more: Record<string, string>): Promise<Response> =>
        fetch(`${url}/items/${code}`, {
          method: 'PUT',
          headers: { ...headers, 'If-None-Match': '*', ...more },
          body: '{"name":"A","components":null}',
        });
      expect((await put({})).status).toBe(400);
      expect(await (await put({ 'Idempotency-Key': 'toString' })).json()).toMatchObject({ code, components: [] });
      expect((await put({ 'Idempotency-Key': 'k2' })).status).toBe(412);
      expect((await fetch(`${url}/items/${code}`, { headers })).status).toBe(200);
      const list = (await (await fetch(`${url}/items`, { headers })).json()) as { items: object[] };
      expect(list.items).toEqual([expect.objectContaining({ code, name: 'A' })]);
    },
  );

  it('writes nothing without a condition, and outlives a request that breaks off', async () => {
    const { url, token } = await started(start);
    const headers = { Authorization: `Bearer ${token}`, 'Idempotency-Key': 'k1' };
    const bare = await fetch(`${url}/items/A`, { method: 'PUT', headers, body: '{"name":"A"}' });
    expect(bare.status).toBeGreaterThanOrEqual(400);
    expect(bare.status).toBeLessThan(500);
    const half = fetch(`${url}/items/A`, {
      method: 'PUT',
      headers: { ...headers, 'If-None-Match': '*' },
      duplex: 'half',
      body: new ReadableStream({
        start(body) {
          body.enqueue(Buffer.from('{"na'));
          body.error(new Error('gone'));
        },
      }),
    });
    await expect(half).rejects.toThrow();
    expect((await fetch(`${url}/items/A`, { headers })).status).toBe(404);
  });
});

describe('the witness', () => {
  it('notes what is not as agreed, on either side', async () => {
    const { witness, token } = await witnessed(standIn);
    const headers = { Authorization: `Bearer ${token}` };
    await fetch(`${witness.url}/items?limit=many`, { headers });
    await fetch(`${witness.url}/orders`, { headers });
    await fetch(`${witness.url}/items/A`, { method: 'PUT', headers, body: '{"price":12}' });
    await fetch(`${witness.url}/items`);
    expect(witness.breaches).toEqual([
      'GET /items ?limit: must be integer',
      'GET /orders: the document has no such operation',
      'PUT /items/A: without Idempotency-Key',
      'PUT /items/A body: must NOT have additional properties',
      'GET /items: without a bearer token',
    ]);
  });
});
