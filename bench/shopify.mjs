#!/usr/bin/env node
/**
 * The Shopify connector on the stand-in, with the throttling of a real store and an answer that takes as long.
 *
 * pace: 100 products of 10 variants, every price changed, brought by 1 and by 4 worker processes: mutations a product, what
 * of our share of the restore rate was used while the backlog lasted (beside the share itself), and how much was throttled.
 * faults: the same by one worker, and 20 new products of 2 variants beside it, while a fifth of all calls lose their answer
 * after they were done: nothing twice, and every record in sync at the end.
 * scan: a store of 100,000 variants read by a bulk query and compared field by field, beside a tight loop that parses the
 * lines of the same file and compares the same fields, in the same run; and the memory of the process that does it.
 *
 *   npm run build && node bench/shopify.mjs [--parts pace,faults,scan] [--variants 100000]
 *
 * The bars: 1.1 mutations a product, 90% of our share, 1% throttled; half of the tight loop, 300 MB (issue 6 of the design).
 */
import 'reflect-metadata';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { approveChangeRequest } from '../dist/application/change/approve-change-request.js';
import { validateNext } from '../dist/application/change/bulk/validate-next.js';
import { createChangeRequest } from '../dist/application/change/create-change-request.js';
import { receiveImport } from '../dist/application/imports/receive-import.js';
import { Worker } from '../dist/jobs/worker.js';
import { buildConnectors } from '../dist/connectors/connector-registry.js';
import { buildPorts } from '../dist/porch/build-ports.js';
import { openDatabase } from '../dist/porch/open-database.js';
import { onDatabase } from './kit/database.mjs';
import { machine } from './kit/figures.mjs';
import { endService, freePort, MAIN, until } from './kit/service.mjs';
import { scanFigures } from './kit/shop-scan.mjs';

const { values: options } = parseArgs({
  options: { parts: { type: 'string', default: 'pace,faults,scan' }, variants: { type: 'string', default: '100000' } },
});
const PARTS = new Set(options.parts.split(','));
const PRODUCTS = 100;
const VARIANTS = 10;
/** Products that are made while answers are lost. */
const FRESH = 20;
const SIZES = ['S', 'M'];
/** An Advanced store's budget, and how long Shopify takes to answer. */
const BUCKET = { maximumAvailable: 4_000, restoreRate: 200 };
const HEAD_ROOM_PERCENT = 20;
const LATENCY_MS = 80;
/** The first answers tell what the budget is; from then on it is kept to. */
const WARM_UP_MS = 5_000;
const CODE = 'shopify-us';
const SHOP = fileURLToPath(new URL('./kit/watched-shop.mjs', import.meta.url));

async function watchedShop(latencyMs) {
  const child = fork(SHOP, [String(latencyMs)]);
  const [where] = await once(child, 'message');
  const ask = async (word) => {
    child.send(word);
    return (await once(child, 'message'))[0];
  };
  const control = async (path, body) => {
    const answer = await fetch(`${where.direct}/control/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`control ${path}: ${await answer.text()}`);
    return answer.json();
  };
  return { ...where, ask, control, stop: () => child.send('stop') };
}

function exportFile() {
  const lines = [
    'Handle,Title,Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Variant Requires Shipping,Variant Taxable,Variant Weight Unit,Status',
  ];
  for (let product = 1; product <= PRODUCTS; product += 1) {
    for (let variant = 1; variant <= VARIANTS; variant += 1) {
      const own = variant === 1 ? `Style ${product},Maker,Shirts,true,Size` : ',,,,';
      lines.push(`style-${product},${own},${variant},S${product}-${variant},200,10.00,true,true,g,active`);
    }
  }
  return lines.join('\n');
}

function systemOf(shop) {
  return {
    code: CODE,
    kind: 'SHOPIFY',
    connector: 'shopify',
    mode: 'WRITE',
    currency: 'USD',
    baseUrl: shop.url,
    storeDomain: shop.shopDomain,
    apiVersion: '2026-10',
    accessToken: shop.accessToken,
    clientId: null,
    clientSecret: shop.clientSecret,
    previousClientSecret: null,
    publications: ['Online Store'],
    bundles: 'components',
    token: null,
    headRoomPercent: HEAD_ROOM_PERCENT,
    concurrency: 4,
  };
}

function valueOf(outcome) {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems.slice(0, 3)));
  return outcome.value;
}

/** Changes that make `count` products which the store does not have, and then let them be published. */
function freshProducts(count) {
  const codes = Array.from({ length: count }, (_, at) =>
    SIZES.map((size) => ({ handle: `fresh-${at + 1}`, size, code: `F${at + 1}-${size}` })),
  ).flat();
  const products = Array.from({ length: count }, (_, at) => ({
    kind: 'productCreate',
    input: { handle: `fresh-${at + 1}`, fields: { title: `Fresh ${at + 1}`, optionNames: ['Size'] } },
  }));
  const skus = codes.map(({ handle, size, code }) => ({
    kind: 'skuCreate',
    input: {
      code,
      product: handle,
      fields: { title: code, optionValues: [{ name: 'Size', value: size }], price: '12.00' },
    },
  }));
  const moves = codes.map(({ code }) => ({ kind: 'skuTransition', input: { code, to: 'PRELAUNCH' } }));
  return [[...products, ...skus], moves];
}

/** A master that holds what the store holds, linked, and a request that changes every price applied, with nobody at work. */
async function owe({ appUrl, owner }, shop, fresh = 0) {
  const system = systemOf(shop);
  await owner.query(`insert into system (code, kind, connector, mode, currency, link, health) values ('${CODE}', 'SHOPIFY', 'shopify', 'WRITE', 'USD', 'UNLINKED', 'UNKNOWN');
    insert into party (id, code, code_folded, kind, name, active) select gen_random_uuid(), n, n, 'USER', n, true from unnest(array['mia', 'ada']) n;
    insert into ownership_rule (id, scope, owner_id, effective_from) select gen_random_uuid(), 'DEFAULT', id, now() - interval '1 day' from party where code = 'ada';
    insert into api_key (id, name, hash, party_id, roles) select gen_random_uuid(), 'ada', 'none', id, '{APPROVER}' from party where code = 'ada';
    insert into setting_version (key, version, value, reason, changed_by)
      values ('publishing', 1, '{"canary": {"above": 100000000}}', 'for the bench', '{"kind": "SYSTEM", "id": "bench", "name": "bench"}')`);
  const person = async (code, role) => {
    const { id } = (await owner.query('select id from party where code = $1', [code])).rows[0];
    return { actor: { kind: 'API_KEY', id: code, name: code, partyId: id }, roles: [role] };
  };
  const host = { actor: { kind: 'SYSTEM', id: 'system:bench', name: 'bench', partyId: null }, roles: ['ADMIN'] };
  const log = (level, message, detail) => level === 'error' && console.error(message, detail);
  const database = await openDatabase(appUrl, log, true);
  const ports = buildPorts(database, buildConnectors([system], log), 'USD', log);
  const worker = new Worker(ports, database.boss);
  await worker.start();
  const file = exportFile();
  await shop.control('fill', file);
  const body = (async function* () {
    yield Buffer.from(file);
  })();
  const [mia, ada] = [await person('mia', 'MERCHANDISER'), await person('ada', 'APPROVER')];
  valueOf(await receiveImport(ports, host, { format: 'shopify-csv', mode: 'baseline' }, body));
  await until(
    'the link',
    async () => (await owner.query(`select from system where link = 'LINKED'`)).rowCount === 1,
    200,
  );
  await worker.stop();
  const changes = Array.from({ length: PRODUCTS * VARIANTS }, (_, at) => ({
    kind: 'skuUpdate',
    input: {
      code: `S${1 + Math.floor(at / VARIANTS)}-${1 + (at % VARIANTS)}`,
      baseRevision: null,
      fields: { price: '12.00' },
    },
  }));
  for (const part of [changes, ...(fresh > 0 ? freshProducts(fresh) : [])]) await applied(ports, mia, ada, part);
  await database.close();
}

async function applied(ports, author, approver, changes) {
  const draft = { title: 'Bench', reason: null, idempotencyKey: null, changes };
  const { id } = valueOf(await createChangeRequest(ports, author, draft, false));
  while (await validateNext(ports));
  valueOf(await approveChangeRequest(ports, approver, id, null));
  const { state } = await ports.changes.requestById(id);
  if (state !== 'APPLIED') throw new Error(`the request is ${state}`);
}

function workersOf(count, { directory, appUrl, ownerUrl }, shop) {
  const file = join(directory, 'systems.json');
  const { accessToken, clientSecret, clientId: _, previousClientSecret: __, token: ___, ...system } = systemOf(shop);
  const secrets = { accessToken: { env: 'SHOP_TOKEN' }, clientSecret: { env: 'SHOP_SECRET' } };
  writeFileSync(file, JSON.stringify({ systems: [{ ...system, ...secrets }] }));
  return Promise.all(
    Array.from({ length: count }, async () => {
      const env = {
        ...process.env,
        ROLE: 'worker',
        PORT: String(await freePort()),
        LOG_LEVEL: 'error',
        DATABASE_URL: appUrl,
        MIGRATE_DATABASE_URL: ownerUrl,
        SYSTEMS_FILE: file,
        SHOP_TOKEN: accessToken,
        SHOP_SECRET: clientSecret,
      };
      return spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    }),
  );
}

const delivered = (owner) => async () => {
  const { rows } =
    await owner.query(`select count(*) filter (where state in ('PENDING', 'IN_FLIGHT', 'RETRYING'))::int as owed,
    count(*) filter (where state = 'DEAD_LETTERED')::int as dead from delivery`);
  return rows[0].owed === 0 ? rows[0] : null;
};

async function pace(count) {
  await onDatabase(async (database) => {
    const shop = await watchedShop(LATENCY_MS);
    await owe(database, shop);
    // No more in the bucket than the head-room, so that only what flows back is spent.
    const currentlyAvailable = (BUCKET.maximumAvailable * HEAD_ROOM_PERCENT) / 100;
    await database.owner.query('truncate rate_budget');
    await shop.control('throttle', { ...BUCKET, currentlyAvailable });
    await shop.ask('reset');
    const children = await workersOf(count, database, shop);
    await until('the first write', async () => (await shop.ask('tell')).mutations > 0);
    await sleep(WARM_UP_MS);
    const before = await shop.ask('tell');
    const ours = (BUCKET.restoreRate * (100 - HEAD_ROOM_PERCENT)) / 100;
    // What of our share was left over while the processes started: where that is spent as well, more than all is used.
    const saved = await savedUp(database.owner);
    const all = await backlog(shop, delivered(database.owner));
    const seconds = (all.at - before.at) / 1000;
    const used = (all.points - before.points) / (seconds * ours);
    const end = await shop.ask('tell');
    await Promise.all(children.map(endService));
    shop.stop();
    console.log(
      `  ${count} worker${count > 1 ? 's' : ' '}: ${(end.mutations / PRODUCTS).toFixed(2)} mutations a product; ${(used * 100).toFixed(1)}% of our ${ours} points a second used over ${seconds.toFixed(0)} s, with ${saved.toFixed(0)} saved up before; never fewer than ${end.leastLeft} points left in the bucket, of which ${currentlyAvailable} are others'; ${end.throttled} of ${end.calls} calls throttled (${((100 * end.throttled) / end.calls).toFixed(2)}%)`,
    );
  });
}

async function savedUp(owner) {
  const { rows } = await owner.query('select budget_points(b, $1) as points from rate_budget b', [
    1 - HEAD_ROOM_PERCENT / 100,
  ]);
  return Number(rows[0]?.points ?? 0);
}

/** What was counted when the last write had been seen; `isDone` says that none will follow. */
async function backlog(shop, isDone) {
  let last = await shop.ask('tell');
  for (let isOver = false; !isOver; await sleep(200)) {
    const now = await shop.ask('tell');
    if (now.mutations > last.mutations) last = now;
    isOver = (await isDone()) !== null;
  }
  return last;
}

async function faults() {
  await onDatabase(async (database) => {
    const shop = await watchedShop(0);
    await owe(database, shop, FRESH);
    await shop.control('faults', { shares: [{ when: 'after', kind: 'reset', share: 0.2 }] });
    const children = await workersOf(1, database, shop);
    const { dead } = await until('all deliveries', delivered(database.owner), 200);
    await Promise.all(children.map(endService));
    const { products } = await shop.control('products');
    const { rows } = await database.owner.query(
      'select count(*) filter (where not in_sync)::int as astray, count(*)::int as all from record',
    );
    const { entries } = await shop.control('journal?after=0');
    const calls = entries.filter(({ source }) => source === 'request');
    const lost = calls.filter(({ fault }) => fault !== null).length;
    const variants = products.flatMap((product) => product.variants);
    const doubled = variants.length - new Set(variants.map(({ sku }) => sku)).size;
    const prices = variants.filter(({ price }) => price === '12.00').length;
    console.log(
      `  a fifth of all answers lost (${lost} of ${calls.length}): ${products.length} products of ${PRODUCTS + FRESH}, ${doubled} SKUs doubled, ${prices} of ${PRODUCTS * VARIANTS + FRESH * SIZES.length} prices as they should be; ${rows[0].astray} of ${rows[0].all} records astray, ${String(dead)} dead letters`,
    );
    shop.stop();
  });
}

console.log(machine());
if (PARTS.has('pace')) for (const count of [1, 4]) await pace(count);
if (PARTS.has('faults')) await faults();
if (PARTS.has('scan')) console.log(`  ${await scanFigures(watchedShop, systemOf, Number(options.variants))}`);
