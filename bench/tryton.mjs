#!/usr/bin/env node
/**
 * Skuward on a real Tryton beside Tryton alone, in one run. Two bars (issue 9): products are read and compared at half of the
 * rate at which Tryton answers the same questions to nobody in particular, or better; and changed SKUs are published in at
 * most 1.2 times what the very same calls take bare: those that were made are made again, one after the other on as many
 * lines, with other prices and under the timestamps that have come to be. Both sides go through one proxy, which counts at
 * Tryton's end of the line: never more calls at once than are allowed.
 *
 *   npm run build && scripts/tryton-up && node bench/tryton.mjs [--products 10000] [--changes 1000] [--rounds 2] [--parts read,publish]
 *
 * Filling a Tryton with 10,000 products takes a minute, once; `--parts fill` does nothing else. Ends with 1 where no round
 * met a bar: one may be unlucky with what else the machine does.
 */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { approveChangeRequest } from '../dist/application/change/approve-change-request.js';
import { createChangeRequest } from '../dist/application/change/create-change-request.js';
import { runScan } from '../dist/application/drift/scan/run-scan.js';
import { startScan } from '../dist/application/drift/scan/start-scan.js';
import { pauseSystem } from '../dist/application/publishing/pause-system.js';
import { resumeSystem } from '../dist/application/publishing/resume-system.js';
import { buildConnectors } from '../dist/connectors/connector-registry.js';
import { Worker } from '../dist/jobs/worker.js';
import { buildPorts } from '../dist/porch/build-ports.js';
import { openDatabase } from '../dist/porch/open-database.js';
import { onDatabase } from './kit/database.mjs';
import { machine, timed } from './kit/figures.mjs';
import { endService, spawned, until } from './kit/service.mjs';
import { clear, DATABASE, furnish, money, stampsNow, tryton } from './kit/tryton-copy.mjs';

const { values: options } = parseArgs({
  options: {
    products: { type: 'string', default: '10000' },
    changes: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '2' },
    parts: { type: 'string', default: 'read,publish' },
  },
});
const [PRODUCTS, CHANGES, ROUNDS] = [options.products, options.changes, options.rounds].map(Number);
const PARTS = new Set(options.parts.split(','));
const CONCURRENCY = 2;
const [READ_BAR, PUBLISH_BAR] = [0.5, 1.2];
const WARM_UP = 100;

/** Every call to Tryton that this process makes, while somebody listens. */
const calls = { heard: null };
const { fetch: plainFetch } = globalThis;
globalThis.fetch = (url, init) => {
  if (calls.heard && typeof url === 'string' && url.includes(`/${DATABASE}/`))
    calls.heard.push({ url, headers: init.headers, ...JSON.parse(init.body) });
  return plainFetch(url, init);
};

/** The master, with the same products, linked one to one. */
function catalogue(ids) {
  return `
    insert into system (code, kind, connector, mode, currency, link, health) values ('erp', 'ERP', 'tryton', 'WRITE', 'USD', 'LINKED', 'UP');
    insert into party (id, code, code_folded, kind, name, active) select gen_random_uuid(), n, n, 'USER', n, true from unnest(array['mia', 'ada']) n;
    insert into ownership_rule (id, scope, owner_id, effective_from) select gen_random_uuid(), 'DEFAULT', id, now() - interval '1 day' from party where code = 'ada';
    insert into setting_version (key, version, value, reason, changed_by)
      values ('publishing', 1, '{"canary": {"above": 100000000}}', 'for the bench', '{"kind": "SYSTEM", "id": "bench", "name": "bench"}');
    insert into api_key (id, name, hash, party_id, roles) select gen_random_uuid(), 'ada', 'none', id, '{APPROVER}' from party where code = 'ada';
    create temp table there as select * from jsonb_to_recordset('${JSON.stringify(ids)}') as t(id int, code text);
    insert into product (id, handle, revision, title, vendor, tags, option_names, attributes, created_at, updated_at)
      select gen_random_uuid(), 'p-' || lower(code), 1, code, 'Maker', '{}', '{}', '{}', now(), now() from there;
    insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, price, cost, gtin,
      weight_value, weight_unit, requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
    select gen_random_uuid(), t.code, lower(t.code), 'SIMPLE', 'ACTIVE', p.id, 1, 'Item ' || substr(t.code, 3), '[]', '', 10, 4, null,
      100, 'GRAMS', true, true, '{}', '{erp}', '[]', now(), now() from there t join product p on p.handle = 'p-' || lower(t.code);
    insert into record (id, system, entity, product_id, sku_id, external_id, root_id, root_code, match, published, observed)
    select gen_random_uuid(), 'erp', 'SKU', s.product_id, s.id, t.id::text, t.id::text, t.code, 'MATCHED', v, v from sku s join there t on t.code = s.code,
      lateral (select jsonb_build_object('title', s.title, 'price', '10.00', 'cost', '4.00', 'gtin', null, 'weight', '100', 'hsCode', null,
        'unitOfMeasure', null, 'lifecycle', '{"active": true, "salable": true, "purchasable": true}'::jsonb, 'bundle.components', '[]'::jsonb) v) f`;
}

const person = async (owner, code, role) => {
  const { id } = (await owner.query('select id from party where code = $1', [code])).rows[0];
  return { actor: { kind: 'API_KEY', id: code, name: code, partyId: id }, roles: [role] };
};

function valueOf(outcome) {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems.slice(0, 3)));
  return outcome.value;
}

/** Does `work`, and tells the calls that it made, and how many of them Tryton had at once. */
async function listened(proxy, work) {
  const counted = async () => (await plainFetch(`${proxy}/counted`)).json();
  await counted();
  const heard = (calls.heard = []);
  const { ms } = await timed(work);
  calls.heard = null;
  const { most, count } = await counted();
  if (count !== heard.length) throw new Error(`${count} calls arrived, and ${heard.length} were made`);
  if (most > CONCURRENCY) throw new Error(`${most} calls at once, where ${CONCURRENCY} are allowed`);
  return { ms, heard, most };
}

/** The same calls, as many lines side by side as are allowed; what writes gets other prices, so that it is a change again. */
async function bare(heard, lines, change = (params) => params) {
  const queue = heard.values();
  const line = async () => {
    for (const { url, headers, method, params } of queue) {
      const body = JSON.stringify({ id: 1, method, params: change(params) });
      const answer = await plainFetch(url, { method: 'POST', headers, body });
      const { error } = JSON.parse(await answer.text());
      if (error) throw new Error(`${method}: ${JSON.stringify(error).slice(0, 400)}`);
    }
  };
  return (await timed(() => Promise.all(Array.from({ length: lines }, line)))).ms;
}

/** Other prices, and of every record that a write is locked by, the timestamp that it has by now. */
function otherPrices() {
  const stamps = stampsNow();
  const renewed = (old) =>
    Object.fromEntries(
      Object.keys(old).map((record) => {
        if (!stamps.has(record)) throw new Error(`no timestamp of ${record}`);
        return [record, stamps.get(record)];
      }),
    );
  return (params) =>
    params.map((each) => {
      if (Array.isArray(each) || each === null || typeof each !== 'object') return each;
      if (each._timestamp) return { ...each, _timestamp: renewed(each._timestamp) };
      return 'list_price' in each
        ? { ...each, list_price: money(`${each.list_price.decimal.split('.')[0]}.77`) }
        : each;
    });
}

/** @returns how many records were compared field by field; the others show what they showed when they last were. */
async function scanned(ports, oli) {
  const { id } = valueOf(await startScan(ports, oli, 'erp', 'FULL'));
  await runScan(ports, id);
  const scan = await ports.scans.scan(id);
  const { state, skusCompared, recordsUnchanged } = scan;
  if (state !== 'SUCCEEDED' || skusCompared + recordsUnchanged !== PRODUCTS) throw new Error(JSON.stringify(scan));
  return skusCompared;
}

/** The first scan compares everything; those after it what shows something else than before. */
async function reading({ ports, proxy, people }) {
  const shares = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    let compared = 0;
    const ours = await listened(proxy, async () => {
      compared = await scanned(ports, people.oli);
    });
    const questions = ours.heard.filter(
      ({ method, params }) => method.includes('product.product.search_read') && params[4].length > 5,
    );
    const alone = await bare(questions, 1);
    shares.push(alone / ours.ms);
    const rate = (ms) => `${Math.round((PRODUCTS / ms) * 1000)} a second`;
    console.log(
      `  read ${PRODUCTS} and compare, ${compared} field by field: ${rate(ours.ms)}, at most ${ours.most} at once; ` +
        `Tryton alone ${rate(alone)}; ${(alone / ours.ms).toFixed(2)} of it (bar ${READ_BAR})`,
    );
  }
  if (Math.max(...shares) < READ_BAR) process.exitCode = 1;
}

/** All of a round is due before the clock runs: Tryton is paused until then, and the worker is up. */
async function publishing({ ports, proxy, database, owner, people }) {
  const worker = new Worker(ports, database.boss);
  const times = [];
  await worker.start();
  try {
    // The first calls sign in, ask what the database is like and fill Tryton's caches, which the bare calls find filled.
    await publishingOnce({ ports, proxy, owner, people }, 0, WARM_UP);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { ours, alone } = await publishingOnce({ ports, proxy, owner, people }, round, CHANGES);
      times.push(ours.ms / alone);
      const writes = ours.heard.filter(({ method }) => method.endsWith('.write')).length;
      console.log(
        `  publish ${CHANGES}: ${(ours.ms / 1000).toFixed(1)} s in ${ours.heard.length} calls (${writes} write), at most ${ours.most} at once; ` +
          `the same calls bare ${(alone / 1000).toFixed(1)} s; ${(ours.ms / alone).toFixed(2)} times (bar ${PUBLISH_BAR})`,
      );
    }
  } finally {
    await worker.stop();
  }
  if (Math.min(...times) > PUBLISH_BAR) process.exitCode = 1;
}

/** Counts the lanes that this process settles from now on. */
function settled(queue) {
  const lanes = { count: 0 };
  const settle = Object.getPrototypeOf(queue).settle.bind(queue);
  queue.settle = async (...settlement) => {
    await settle(...settlement);
    lanes.count += 1;
  };
  return lanes;
}

async function publishingOnce({ ports, proxy, owner, people }, round, count) {
  const later = new Date(Date.now() + 3_600_000);
  valueOf(await pauseSystem(ports, people.oli, { system: 'erp', reason: 'until all of it is due', until: later }));
  const changes = Array.from({ length: count }, (_, at) => ({
    kind: 'skuUpdate',
    input: { code: `C-${at + 1}`, baseRevision: null, fields: { price: `${20 + round + (at % 7)}.00` } },
  }));
  const draft = { title: `Prices ${round}`, reason: null, idempotencyKey: null, changes };
  const { id } = valueOf(await createChangeRequest(ports, people.mia, draft, false));
  // As many changes as these are checked by a job.
  await until('the request to be checked', async () => (await ports.changes.requestById(id)).state === 'IN_REVIEW');
  valueOf(await approveChangeRequest(ports, people.ada, id, null));
  await until('the request to be applied', async () => (await ports.changes.requestById(id)).state === 'APPLIED');
  const lanes = settled(ports.queue);
  const ours = await listened(proxy, async () => {
    valueOf(await resumeSystem(ports, people.oli, 'erp'));
    await until('all deliveries', async () => {
      // The database, which has its share of the machine, is asked only once it may be so.
      if (lanes.count < count) return false;
      const open = 'select not exists (select from lane where due_at is not null or lease_token is not null) as done';
      return (await owner.query(open)).rows[0].done;
    });
  });
  const { rows } = await owner.query(
    `select count(*)::int as arrived from delivery where change_request_id = $1 and state = 'DELIVERED'`,
    [id],
  );
  if (rows[0].arrived !== count) throw new Error(`${rows[0].arrived} deliveries of ${count} arrived`);
  const alone = await bare(ours.heard, ours.most, otherPrices());
  // What was written bare counts as published, or the next round would find it as somebody's edit.
  await owner.query(`update record set published = published || jsonb_build_object('price', split_part(published->>'price', '.', 1) || '.77')
    where published->>'price' <> '10.00'`);
  return { ours, alone };
}

function systemAt(baseUrl) {
  return {
    code: 'erp',
    kind: 'ERP',
    connector: 'tryton',
    mode: 'WRITE',
    currency: 'USD',
    concurrency: CONCURRENCY,
    baseUrl,
    database: DATABASE,
    user: 'skuward',
    password: tryton.password,
    publications: [],
    units: {},
    headRoomPercent: 0,
  };
}

async function measured(ids, proxy) {
  await onDatabase(async ({ appUrl, owner }) => {
    await owner.query(catalogue(ids));
    await owner.query('vacuum analyze');
    const log = (level, message, detail) => {
      if (level === 'error' || level === 'warn') console.error(level, message, detail);
    };
    const database = await openDatabase(appUrl, log, true);
    const ports = buildPorts(database, buildConnectors([systemAt(proxy)], log), 'USD', log);
    const people = {
      mia: await person(owner, 'mia', 'MERCHANDISER'),
      ada: await person(owner, 'ada', 'APPROVER'),
      oli: await person(owner, 'ada', 'OPERATOR'),
    };
    const all = { ports, proxy, database, owner, people };
    try {
      if (PARTS.has('read')) await reading(all);
      if (PARTS.has('publish')) await publishing(all);
    } finally {
      await database.close();
    }
  });
}

console.log(`Tryton 6.0 at ${tryton.url}; ${machine()}`);
const proxy = await spawned(
  [new URL('kit/counting-proxy.mjs', import.meta.url).pathname, tryton.url],
  process.env,
  /listening on (\d+)/,
);
try {
  const ids = await furnish(PRODUCTS);
  if (PARTS.has('read') || PARTS.has('publish')) await measured(ids, `http://127.0.0.1:${proxy.port}`);
} finally {
  await endService(proxy.child);
  clear();
}
