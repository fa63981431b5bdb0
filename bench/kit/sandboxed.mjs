import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { QUEUE_NAMES } from '../../dist/jobs/queues.js';
import { sandboxSystems } from '../../dist/porch/sandbox-systems.js';
import { startSandbox } from '../../dist/sandbox/start-sandbox.js';
import { startEmbeddedPostgres } from '../../dist/storage/postgres/embedded-postgres.js';
import { migrate } from '../../dist/storage/postgres/migrate.js';
import { inDirectory } from './database.mjs';
import { endService, freePort, KEY, startService, until } from './service.mjs';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';

/**
 * Real services, one for each of `roles`, on one PostgreSQL that keeps when its transactions committed, and on a sandbox of
 * their own that holds `skus` SKUs, each the only one of its product, linked in both systems; nobody has to approve a price.
 * `work` gets `{ graphql, control, readStore, owner, version }`.
 */
export async function onSandbox({ roles, skus }, work) {
  await inDirectory(async (directory) => {
    let server = await startEmbeddedPostgres({ dataDir: directory, log: () => {} });
    const admin = new pg.Client(server.adminUrl);
    await admin.connect();
    await admin.query('alter system set track_commit_timestamp = on');
    await admin.end();
    await server.stop();
    server = await startEmbeddedPostgres({ dataDir: directory, log: () => {} });
    const sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
    const owner = new pg.Client(server.ownerUrl);
    const services = [];
    try {
      await migrate({ ownerUrl: server.ownerUrl, appRole: 'skuward_app', queues: QUEUE_NAMES, log: () => {} });
      await owner.connect();
      await owner.query(`insert into setting_version (key, version, value, reason, changed_by) values ('approvals', 1,
        '[{"key": "creations", "when": {"operations": ["PRODUCT_CREATE"]}, "require": [{"ask": "OWNER"}]}]', 'for the bench',
        '{"kind": "SYSTEM", "id": "bench", "name": "bench"}')`);
      const port = await freePort();
      const env = environment(directory, sandbox, server, port);
      for (const [index, role] of roles.entries()) {
        const at = index === 0 ? port : await freePort();
        services.push(startService(directory, at, { env: { ...env, ROLE: role } }));
        await until(`the service ${role}`, async () => (await fetch(`http://127.0.0.1:${at}/health/live`)).ok, 100);
      }
      const control = controllerOf(sandbox);
      const graphql = callerOf(port, await keyOfPerson(callerOf(port, KEY)));
      await fill({ port, graphql, control, skus });
      const readStore = readerOf(sandbox);
      await work({
        graphql,
        control,
        readStore,
        owner,
        version: (await owner.query('show server_version')).rows[0].server_version,
      });
    } finally {
      for (const service of services) await endService(service);
      await sandbox.close();
      await owner.end();
      await server.stop();
    }
  });
}

function environment(directory, sandbox, server, port) {
  const secrets = { SHOP_TOKEN: null, SHOP_SECRET: null, ERP_TOKEN: null };
  const systems = sandboxSystems(sandbox).map(({ accessToken, clientSecret, token, bundles, ...system }) => {
    if (system.kind === 'ERP') secrets.ERP_TOKEN = token;
    else Object.assign(secrets, { SHOP_TOKEN: accessToken, SHOP_SECRET: clientSecret });
    const named =
      system.kind === 'ERP'
        ? { token: { env: 'ERP_TOKEN' } }
        : { bundles, accessToken: { env: 'SHOP_TOKEN' }, clientSecret: { env: 'SHOP_SECRET' } };
    const told = Object.entries({ ...system, ...named }).filter(([, value]) => value !== null && value !== '');
    return Object.fromEntries(told);
  });
  const file = join(directory, 'systems.json');
  writeFileSync(file, JSON.stringify({ systems }));
  const urls = { DATABASE_URL: server.appUrl, MIGRATE_DATABASE_URL: server.ownerUrl };
  return { ...secrets, ...urls, SYSTEMS_FILE: file, PUBLIC_URL: `http://127.0.0.1:${port}` };
}

/** Somebody who may do everything, and answers for requests. */
async function keyOfPerson(asHost) {
  const party = 'mutation { partySet(input: { code: "mia", kind: USER, name: "mia" }) { userErrors { message } } }';
  await asHost(party);
  const key = `mutation { apiKeyCreate(name: "mia", party: "mia", roles: [ADMIN, MERCHANDISER, OPERATOR]) { secret userErrors { message } } }`;
  const { apiKeyCreate: made } = await asHost(key);
  if (!made.secret) throw new Error(JSON.stringify(made));
  const rule = 'mutation { ownershipRuleSet(input: { scope: DEFAULT, owner: "mia" }) { userErrors { message } } }';
  await asHost(rule);
  return made.secret;
}

function callerOf(port, key) {
  return async (query, variables = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
}

function controllerOf(sandbox) {
  return async (system, path, body) => {
    const text = typeof body === 'string';
    const answer = await fetch(`${sandbox[system].url}/control/${path}`, {
      method: 'POST',
      headers: { 'content-type': text ? 'text/csv' : 'application/json' },
      body: text ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
}

/** One read of a SKU out of the store, as any client of its API does it. */
function readerOf({ shopify: { url, accessToken } }) {
  return async (code) => {
    const answer = await fetch(`${url}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': accessToken },
      body: JSON.stringify({ query: `{ productVariants(first: 1, query: "sku:${code}") { nodes { id sku price } } }` }),
    });
    const { data } = await answer.json();
    if (data?.productVariants.nodes[0]?.sku !== code) throw new Error(`the store answers ${JSON.stringify(data)}`);
  };
}

async function fill({ port, graphql, control, skus }) {
  const lines = Array.from(
    { length: skus },
    (_, n) => `style-${n},Style ${n},V,Title,Default Title,B-${n},10.00,active\n`,
  );
  const csv = HEAD + lines.join('');
  await control('shopify', 'fill', csv);
  await control('erp', 'fill', csv);
  const answer = await fetch(`http://127.0.0.1:${port}/imports?format=shopify-csv&mode=baseline`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'text/csv' },
    body: csv,
  });
  if (answer.status !== 202) throw new Error(`the import was answered ${answer.status} ${await answer.text()}`);
  await until(
    'both systems to be linked',
    async () => {
      const { systems, driftScans } = await graphql('{ systems { link } driftScans(first: 20) { nodes { state } } }');
      return (
        systems.every(({ link }) => link === 'LINKED') && driftScans.nodes.every(({ state }) => state !== 'RUNNING')
      );
    },
    200,
  );
}
