import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { freshDatabase } from '../support/fresh-database.js';
import { describeOnLinux, Site, START_SECONDS } from './site.js';

const ERP = { code: 'erp', kind: 'ERP', connector: 'tryton', mode: 'WRITE', baseUrl: 'https://erp.example' };
const TRYTON = { ...ERP, database: 'erp', user: 'skuward', password: { env: 'PATH' } };
const SHOP = { code: 'shop', kind: 'SHOPIFY', connector: 'shopify', mode: 'WRITE', storeDomain: 'x.myshopify.com' };

describeOnLinux('a configuration that cannot be run on', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
    await writeFile(join(site.dataDir, 'broken.json'), '{ "systems": [');
    await writeFile(join(site.dataDir, 'none.json'), '{}');
    await writeFile(
      join(site.dataDir, 'unknown.json'),
      JSON.stringify({ systems: [{ ...SHOP, connector: 'carrier' }] }),
    );
    const kits = { systems: [{ ...SHOP, bundles: 'kits' }] };
    await writeFile(join(site.dataDir, 'kits.json'), JSON.stringify(kits));
    const elsewhere = { systems: [{ ...SHOP, kind: 'ERP', connector: 'http', bundles: 'fixed' }] };
    await writeFile(join(site.dataDir, 'elsewhere.json'), JSON.stringify(elsewhere));
    for (const [name, system] of Object.entries({
      nowhere: ERP,
      slip: { ...TRYTON, concurency: 1 },
      half: { ...TRYTON, concurrency: 1.5 },
      open: { ...TRYTON, baseUrl: 'http://erp.example' },
      word: { ...TRYTON, baseUrl: 'erp.example' },
      silent: { ...TRYTON, password: null },
      bare: { ...ERP, connector: 'http' },
      crossed: { ...TRYTON, kind: 'SHOPIFY' },
    }))
      await writeFile(join(site.dataDir, `${name}.json`), JSON.stringify({ systems: [system] }));
    await writeFile(join(site.dataDir, 'whole.json'), JSON.stringify({ systems: [SHOP] }));
    const secret = { systems: [{ ...SHOP, accessToken: { env: 'SHOP_TOKEN' } }] };
    await writeFile(join(site.dataDir, 'secret.json'), JSON.stringify(secret));
  }, 120_000);
  afterAll(() => site.close(), 60_000);

  const file =
    (name: string): (() => Record<string, string>) =>
    () => ({ SYSTEMS_FILE: join(site.dataDir, name) });

  it.each<[string, string, () => Record<string, string>]>([
    ['PORT is no number', 'PORT', () => ({ PORT: 'abc' })],
    ['a short BOOTSTRAP_API_KEY', 'BOOTSTRAP_API_KEY', () => ({ BOOTSTRAP_API_KEY: 'x'.repeat(31) })],
    [
      'an address of Slack that is none',
      'SLACK_WEBHOOK_URL',
      () => ({ SLACK_WEBHOOK_URL: 'http://hooks.example/secret' }),
    ],
    ['a time of day that is none', 'DIGEST_AT', () => ({ DIGEST_AT: '9:00' })],
    ['a zone that nobody knows', 'TZ', () => ({ TZ: 'Mars/Olympus' })],
    ['a short METRICS_TOKEN', 'METRICS_TOKEN', () => ({ METRICS_TOKEN: 'short' })],
    ['production without a database', 'DATABASE_URL', () => ({ NODE_ENV: 'production' })],
    [
      'a database address that is none',
      'MIGRATE_DATABASE_URL',
      () => ({ ...file('whole.json')(), NODE_ENV: 'production', DATABASE_URL: 'here', MIGRATE_DATABASE_URL: 'there' }),
    ],
    ['SYSTEMS_FILE is not there', 'SYSTEMS_FILE', file('missing.json')],
    ['SYSTEMS_FILE is no JSON', 'SYSTEMS_FILE', file('broken.json')],
    ['SYSTEMS_FILE names no system', 'SYSTEMS_FILE', file('none.json')],
    ['SYSTEMS_FILE names an unknown connector', 'SYSTEMS_FILE', file('unknown.json')],
    ['a kind of bundles that nobody knows', 'systems[0].bundles is one of components, fixed', file('kits.json')],
    [
      'bundles of a system that has no such choice',
      'systems[0].bundles is for connector shopify',
      file('elsewhere.json'),
    ],
    ['a secret that is not in the environment', 'SHOP_TOKEN', file('secret.json')],
    ['an ERP of which something is not said', 'systems[0].database is missing', file('nowhere.json')],
    ['an ERP that nobody may sign in to', 'systems[0].password is missing', file('silent.json')],
    ['an ERP without a token', 'systems[0].token is missing', file('bare.json')],
    ['a setting that nobody knows', 'systems[0].concurency is unknown', file('slip.json')],
    ['half a call at once', 'systems[0].concurrency is a whole number from 1 to 16', file('half.json')],
    ['an address in the clear', 'systems[0].baseUrl: http://erp.example: only https', file('open.json')],
    ['an address that is none', 'systems[0].baseUrl: erp.example: this is no address', file('word.json')],
    ['a connector of another kind', 'systems[0]: connector tryton is for kind ERP', file('crossed.json')],
  ])('%s: exit 1 and one line that names %s', async (_, name, env) => {
    const run = site.run([], env());
    expect(await run.ended()).toBe(1);
    const [line, ...more] = run.stderr().trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(line).toMatch(/^skuward: /);
    expect(line).toContain(name);
    expect(run.stdout()).toBe('');
  });

  it('production on a role that could rewrite history: exit 1, one line that names role and table', async () => {
    const database = await freshDatabase();
    const owner = new Client({ connectionString: database.ownerUrl });
    await owner.connect();
    // From the role itself every start takes it back.
    await owner.query('grant update on audit_event to public');
    await owner.end();
    try {
      const urls = { DATABASE_URL: database.appUrl, MIGRATE_DATABASE_URL: database.ownerUrl };
      const run = site.run([], { ...file('whole.json')(), ...urls, NODE_ENV: 'production' });
      expect(await run.ended()).toBe(1);
      const told = run
        .stderr()
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('{"level"'));
      expect(told).toEqual([
        expect.stringMatching(
          /^skuward: the role skuward_app of DATABASE_URL may change or delete rows of audit_event/,
        ),
      ]);
    } finally {
      await database.drop();
    }
  }, 60_000);

  it('a port that somebody listens on: exit 1, one line that names it, and nothing left running', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(site.port, '127.0.0.1', resolve));
    try {
      const run = site.run();
      // A whole first start comes before it: a database is made, and filled, before anybody listens.
      expect(await run.ended(START_SECONDS)).toBe(1);
      // What stands in the log besides is JSON, one line an event.
      const told = run
        .stderr()
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('{"level"'));
      expect(told).toEqual([expect.stringContaining(`PORT ${site.port} is taken`)]);
      await site.untilQuiet(5);
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  }, 120_000);
});
