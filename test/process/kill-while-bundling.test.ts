import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { Api } from './api.js';
import type { Run } from './site.js';
import { describeOnLinux, Site, until } from './site.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const PARTS = `${HEAD}a,A,V,,,A-1,9.00,active\nb,B,V,,,B-1,5.00,active\n`;
const ADMIN_KEY = 'bootstrap-key-of-the-bundling-test-0001';

interface Entry {
  source: string;
  operation: string;
}

describeOnLinux('a service that is killed while Shopify makes its bundles', () => {
  let site: Site;
  let shop: Sandbox;
  let service: Run;
  let api: Api;

  beforeAll(async () => {
    site = await Site.open();
    // Not the service's own: it lives on while that is dead, as the real one does.
    shop = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
    await control('fill', PARTS);
    const system = {
      code: 'shop',
      kind: 'SHOPIFY',
      connector: 'shopify',
      mode: 'WRITE',
      baseUrl: shop.shopify.url,
      accessToken: { env: 'SHOP_TOKEN' },
      bundles: 'fixed',
    };
    await writeFile(join(site.dataDir, 'systems.json'), JSON.stringify({ systems: [system] }));
    service = await start();
    const keys = new Map([['ADMIN', ADMIN_KEY]]);
    api = new Api(site, keys);
    for (const role of ['MERCHANDISER', 'APPROVER']) keys.set(role, await personOf(role));
    await graphql(
      'mutation { ownershipRuleSet(input: { scope: DEFAULT, owner: "approver" }) { userErrors { message } } }',
    );
    await fetch(`${site.url}/imports?format=shopify-csv&mode=baseline`, {
      method: 'POST',
      headers: { ...api.headers('ADMIN'), 'content-type': 'text/csv' },
      body: PARTS,
    });
    await api.untilLinked();
  }, 180_000);
  afterAll(async () => {
    await site.close();
    await shop.close();
  }, 60_000);

  async function start(): Promise<Run> {
    const env = {
      SYSTEMS_FILE: join(site.dataDir, 'systems.json'),
      SHOP_TOKEN: shop.shopify.accessToken,
      BOOTSTRAP_API_KEY: ADMIN_KEY,
    };
    const run = site.run([], env);
    await until('the service to be ready', 60, async () => {
      if (run.outcome() !== null) throw new Error(`the service ended with ${run.outcome()}: ${run.stderr()}`);
      return site.isReady();
    });
    return run;
  }

  const graphql = <T>(query: string, variables: object = {}): Promise<T> => api.graphql<T>('ADMIN', query, variables);

  async function personOf(role: string): Promise<string> {
    const code = role.toLowerCase();
    await graphql(
      `
        mutation ($code: String!) {
          partySet(input: { code: $code, kind: USER, name: $code }) {
            userErrors {
              message
            }
          }
        }
      `,
      { code },
    );
    const { apiKeyCreate } = await graphql<{ apiKeyCreate: { secret: string } }>(
      'mutation ($code: String!, $roles: [Role!]!) { apiKeyCreate(name: $code, party: $code, roles: $roles) { secret } }',
      { code, roles: [role] },
    );
    return apiKeyCreate.secret;
  }

  async function control<T>(path: string, body?: object | string): Promise<T> {
    const answer = await fetch(`${shop.shopify.url}/control/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async function seen(source: string, operation: string): Promise<number> {
    const { entries } = await control<{ entries: Entry[] }>('journal');
    return entries.filter((entry) => entry.source === source && entry.operation === operation).length;
  }

  const bundle = (code: string, components: object[]): object[] => [
    { productCreate: { handle: code.toLowerCase(), title: `Set ${code}` } },
    {
      skuCreate: {
        code,
        kind: 'BUNDLE',
        product: code.toLowerCase(),
        fields: { title: `Set ${code}`, price: '20.00' },
        bundle: components,
      },
    },
  ];

  it('asks for what was begun, finds what it was not told of, and makes each of them once', async () => {
    await api.apply([
      ...bundle('SET-X', [{ sku: 'A-1', quantity: 2 }]),
      ...bundle('SET-Y', [
        { sku: 'A-1', quantity: 1 },
        { sku: 'B-1', quantity: 3 },
      ]),
    ]);
    await control('bundles', { operations: 'held' });
    // Of one of the two nobody will hear that Shopify took it; of the other the job goes on.
    await control('faults', { next: [{ when: 'after', kind: 'hang', match: 'BundleCreate' }] });
    const launch = await api.apply(['SET-X', 'SET-Y'].map((code) => ({ skuTransition: { code, to: 'PRELAUNCH' } })));
    await until('both to be begun, and one to be asked for', 60, async () => {
      return (await seen('request', 'BundleCreate')) === 2 && (await seen('request', 'BundleOperation')) > 0;
    });
    service.signal('SIGKILL');
    expect(await service.ended()).toBe('SIGKILL');
    service = await start();
    // 30 s pass before anything of what was not answered is looked at again (design section 3, rule 4).
    await until('the service to ask after the job', 90, async () =>
      (await api.deliveries(launch)).some(({ lastError }) => lastError?.message.includes('still works on')),
    );
    await until('the service to look for the other', 90, async () =>
      (await api.deliveries(launch)).some(({ lastError }) => lastError?.message.includes('it may still appear')),
    );
    expect(await seen('request', 'BundleCreate')).toBe(2);
    await control('bundles', { operations: 'on' });
    await api.untilDelivered(launch, 120);
    expect(await seen('job', 'productBundleCreate')).toBe(2);
    expect(await seen('request', 'BundleCreate')).toBe(2);
    const { products } = await control<{ products: object[] }>('products');
    expect(products).toHaveLength(4);
    expect(products).toContainEqual(
      expect.objectContaining({
        handle: 'set-y',
        title: 'Set SET-Y',
        isProductBundle: true,
        variants: [
          expect.objectContaining({ sku: 'SET-Y', price: '20.00', components: [expect.anything(), expect.anything()] }),
        ],
      }),
    );
    expect(await api.findings()).toEqual([]);
  }, 360_000);
});
