import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { readConfig } from '../../src/config.js';
import type { Service } from '../../src/porch/serve.js';
import { serve } from '../../src/porch/serve.js';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { freshDatabase } from '../support/fresh-database.js';
import { control, until } from '../support/world.js';

const dataDir = mkdtempSync(join(tmpdir(), 'skuward-version-'));
let fresh: FreshDatabase;
let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
  fresh = await freshDatabase();
  const store = { code: 'shopify-us', kind: 'SHOPIFY', connector: 'shopify', mode: 'READ_ONLY', currency: 'USD' };
  const secrets = { accessToken: { env: 'STORE_TOKEN' }, clientSecret: { env: 'STORE_SECRET' } };
  const system = { ...store, ...secrets, baseUrl: sandbox.shopify.url, apiVersion: '2026-07' };
  writeFileSync(join(dataDir, 'systems.json'), JSON.stringify({ systems: [system] }));
}, 60_000);

afterAll(async () => {
  await service.stop();
  await sandbox.close();
  await fresh.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

it('a version that fell forward is an alert of the running service, at its first call', async () => {
  await control(sandbox.shopify.url, 'account', { versions: ['2026-10'] });
  const { accessToken, clientSecret } = sandbox.shopify;
  service = await serve(
    readConfig({
      DATABASE_URL: fresh.appUrl,
      MIGRATE_DATABASE_URL: fresh.ownerUrl,
      SYSTEMS_FILE: join(dataDir, 'systems.json'),
      STORE_TOKEN: accessToken,
      STORE_SECRET: clientSecret,
      PORT: '0',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'error',
    }),
  );
  const client = new Client({ connectionString: fresh.ownerUrl });
  await client.connect();
  try {
    const alert = await until('the alert', async () => {
      const { rows } = await client.query<{ key: string }>(`select key from alert where kind = 'API_VERSION_CHANGED'`);
      return rows[0];
    });
    expect(alert.key).toBe('version:shopify-us:2026-07:2026-10');
  } finally {
    await client.end();
  }
}, 60_000);
