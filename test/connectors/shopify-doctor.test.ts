import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Check, Connector } from '../../src/application/ports/connector.js';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import type { SystemConfig } from '../../src/connectors/system-config.js';
import type { CliIo } from '../../src/cli/cli-io.js';
import { doctorCommand } from '../../src/cli/doctor-command.js';
import type { JournalEntry, Kit } from './sandbox-kit.js';
import { startKit } from './sandbox-kit.js';

const HOOKS = 'https://skuward.example/webhooks/shopify/shopify-us';
const SUBJECTS = ['token', 'shop', 'API version', 'scopes', 'webhooks', 'rate budget', 'publications', 'bundles'];

let kit: Kit;
beforeEach(async () => {
  kit = await startKit();
});
afterEach(() => kit.close());

async function checks(changes: Partial<SystemConfig> = {}, currency = 'USD'): Promise<Check[]> {
  const connector = kit.connector('shopify', changes);
  return (await connector.diagnose?.({ webhookUrl: HOOKS, currency })) ?? [];
}

/** What is not as it should be, a line each. */
async function complaints(changes: Partial<SystemConfig> = {}, currency = 'USD'): Promise<string[]> {
  const all = await checks(changes, currency);
  expect(all.every(({ state, remedy }) => (state === 'OK') === (remedy === null))).toBe(true);
  return all
    .filter(({ state }) => state !== 'OK')
    .map(({ state, subject, message }) => `${state} ${subject}: ${message}`);
}

const account = (body: object): Promise<unknown> => kit.control('shopify', 'POST', 'account', body);
const subscribe = (): Promise<unknown> | undefined => kit.connector('shopify').webhooks?.ensureSubscriptions(HOOKS);

describe('an API version that fell forward', () => {
  it('is told once of each version that answers, and where the asked one answers nothing is', async () => {
    const told: string[] = [];
    const logged: string[] = [];
    const open = (apiVersion: string): Connector =>
      buildConnectors(
        [{ ...kit.configOf('shopify'), apiVersion }],
        (level, message) => logged.push(`${level}: ${message}`),
        {
          onForeignVersion: (...words) => told.push(words.join(' ')),
        },
      ).of('shopify-us');
    const look = (connector: Connector): Promise<unknown> =>
      connector.readRoots([{ externalId: 'gid://shopify/Product/1', code: null }]);
    const connector = open('2026-07');
    await look(connector);
    expect(told).toEqual([]);
    await account({ versions: ['2026-10'] });
    await look(connector);
    await look(connector);
    expect(told).toEqual(['shopify-us 2026-07 2026-10']);
    expect(logged).toEqual(['error: Shopify answers another API version than the one asked for']);
    await look(open('2026-10'));
    expect(told).toHaveLength(1);
  });
});

describe('the doctor of a store', () => {
  it('finds nothing where all is there, and changes nothing', async () => {
    await subscribe();
    const { last } = await kit.control<{ last: number }>('shopify', 'GET', 'journal?after=0');
    const all = await checks();
    expect(all.map(({ subject, state }) => [subject, state])).toEqual(SUBJECTS.map((subject) => [subject, 'OK']));
    const journal = await kit.control<{ entries: JournalEntry[] }>('shopify', 'GET', `journal?after=${last}`);
    expect(journal.entries.filter(({ kind }) => kind === 'mutation')).toEqual([]);
    expect(all.find(({ subject }) => subject === 'rate budget')?.message).toContain('800 are ours (20% head-room)');
  });

  it('says of a token how long it lives, and of none that works nothing more', async () => {
    await subscribe();
    const clientId = 'sandbox-client-id';
    const [token] = await checks({ accessToken: null, clientId });
    expect(token).toMatchObject({ state: 'OK', message: expect.stringMatching(/client credentials.*ends 20\d\d-/) });
    await kit.control('shopify', 'POST', 'tokens', { permanent: false, revoke: 'all' });
    expect(await complaints()).toEqual([expect.stringMatching(/^FAILED token: AUTH/)]);
  });

  it('says what it lies at when nothing can be asked, and blames the token for no other', async () => {
    for (const [state, subject] of [
      ['frozen', 'shop: AUTH'],
      ['locked', 'shop: AUTH'],
      ['forbidden', 'token: AUTH'],
      ['uninstalled', 'token: AUTH'],
      ['banned', 'connection: RATE_LIMITED'],
      ['disabled', 'connection: TRANSIENT'],
    ]) {
      await account({ state });
      expect(await complaints()).toEqual([expect.stringContaining(`FAILED ${subject}`)]);
    }
    await account({ state: 'frozen' });
    expect((await checks())[0]?.remedy).toContain('frozen until its owner pays');
    await account({ state: 'active' });
    await kit.control('shopify', 'POST', 'faults', { next: [{ when: 'before', kind: '429' }] });
    expect(await complaints()).toEqual([expect.stringContaining('FAILED rate budget: RATE_LIMITED')]);
  });

  it('names what each missing scope is missing for', async () => {
    await subscribe();
    await account({ scopes: ['read_products'] });
    expect(await complaints()).toEqual([
      'WARNING scopes: write_products is missing: no publishing products, variants and bundles',
      'WARNING scopes: read_inventory is missing: no hearing at once of edits of cost, HS code and origin',
      'WARNING scopes: write_inventory is missing: no publishing cost, weight, HS code and origin',
      'WARNING scopes: read_publications is missing: no finding publications by their titles',
      'WARNING scopes: write_publications is missing: no putting on sale and taking off',
      expect.stringMatching(/^FAILED publications: AUTH: Access denied for publications field/),
    ]);
    const named = await complaints({ publications: ['gid://shopify/Publication/71000001'] });
    expect(named.filter((line) => line.startsWith('FAILED'))).toEqual([]);
    await account({ scopes: ['write_inventory', 'write_publications'] });
    expect(await complaints()).toContainEqual(
      'FAILED scopes: read_products is missing: no reading products and variants',
    );
  });

  it('tells an API version that fell forward from one that is only new to it', async () => {
    await subscribe();
    await account({ versions: ['2026-10'] });
    expect(await complaints({ apiVersion: '2026-07' })).toEqual([
      'FAILED API version: asked in 2026-07, Shopify answers in 2026-10: it no longer supports the former',
    ]);
  });

  it('finds subscriptions that are not there, elsewhere, or useless', async () => {
    expect(await complaints()).toEqual([
      expect.stringMatching(/^WARNING webhooks: .*PRODUCTS_UPDATE is not subscribed/),
    ]);
    await kit.connector('shopify').webhooks?.ensureSubscriptions('https://elsewhere.example/hooks');
    expect(await complaints()).toEqual([
      expect.stringMatching(/^WARNING webhooks: .*PRODUCTS_UPDATE goes to https:\/\/elsewhere.example\/hooks and not/),
    ]);
    expect(await complaints({ clientSecret: '' })).toEqual([
      expect.stringMatching(/^WARNING webhooks: no clientSecret/),
    ]);
  });

  it('finds a wrong shop, a wrong currency, a publication that is not there and bundles that may not be', async () => {
    await subscribe();
    expect(await complaints({ storeDomain: 'other.myshopify.com' })).toEqual([
      expect.stringMatching(/^WARNING shop: .*the settings say other.myshopify.com/),
    ]);
    expect(await complaints({}, 'EUR')).toEqual([expect.stringMatching(/^FAILED shop: .*the settings say EUR/)]);
    expect(await complaints({ publications: ['Market Stall'] })).toEqual([
      expect.stringMatching(/^FAILED publications: VALIDATION: "Market Stall" is no publication/),
    ]);
    expect(await complaints({ publications: [] })).toEqual([expect.stringMatching(/^WARNING publications: none/)]);
    await kit.control('shopify', 'POST', 'bundles', { eligible: false });
    expect(await complaints()).toEqual([expect.stringMatching(/^WARNING bundles: the shop may have none/)]);
  });

  it('tells it on the command line, and by its exit', async () => {
    const lines: string[] = [];
    const out = (line: string): unknown => lines.push(line);
    const io: CliIo = { out, err: out, isTty: false, env: { url: null, key: null } };
    const run = (args: string[], currency = 'USD'): Promise<number> =>
      doctorCommand(args, io, () => checks({}, currency));
    await subscribe();
    expect(await run(['--system', 'shopify-us'])).toBe(0);
    expect(lines[0]).toMatch(/^ok {7}token/);
    expect(await run(['--system', 'shopify-us'], 'EUR')).toBe(1);
    expect(lines).toContain('                       to do: set "currency": "USD"');
    lines.length = 0;
    await run(['--system', 'shopify-us', '--json']);
    const told: { system: string; checks: Check[] } = JSON.parse(lines.join('\n'));
    expect([told.system, told.checks.map(({ subject }) => subject)]).toEqual(['shopify-us', SUBJECTS]);
    expect(await run([])).not.toBe(0);
  });
});
