#!/usr/bin/env node
/**
 * One request of many changes, from its plan to the master: planning changes that nobody has submitted, creating the request
 * (validated, planned and kept), its plan as approvers see it, and the approval that applies it in one transaction. The
 * built verbs (`dist`) on an embedded database of their own, two linked systems, and beside the apply one bare SQL
 * transaction that writes the same rows. Meanwhile somebody else reads the same SKUs without a pause: the longest of those
 * reads tells whether readers are ever blocked.
 *
 * Usage: node bench/plan.mjs [--skus 50000] [--changes 10000] [--times 3]   (needs `npm run build`)
 */
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { approveChangeRequest } from '../dist/application/change/approve-change-request.js';
import { validateNext } from '../dist/application/change/bulk/validate-next.js';
import { createChangeRequest } from '../dist/application/change/create-change-request.js';
import { planOfRequest, previewChanges } from '../dist/application/change/plan/change-plan.js';
import { openSource } from '../dist/storage/data-source.js';
import { SqlChangeReader } from '../dist/storage/readers/change-reader.js';
import { SqlOperationsReader } from '../dist/storage/readers/operations-reader.js';
import { sqlOver } from '../dist/storage/sql.js';
import { SqlSettingReader } from '../dist/storage/stores/setting-store.js';
import { SqlUnitOfWork } from '../dist/storage/unit-of-work.js';

import { catalogue } from './kit/catalogue.mjs';
import { onDatabase, versionOf } from './kit/database.mjs';
import { machine } from './kit/figures.mjs';

const { values: options } = parseArgs({
  options: {
    skus: { type: 'string', default: '50000' },
    changes: { type: 'string', default: '10000' },
    times: { type: 'string', default: '3' },
  },
});
const SKUS = Number(options.skus);
const CHANGES = Number(options.changes);
const TIMES = Number(options.times);
const A_PRODUCT = 5;

/** Products of five SKUs, all of them in both systems, and there as the master has them; one person has a key. */
async function fill(owner) {
  await owner.query(`${catalogue({ skus: SKUS, aProduct: A_PRODUCT })};
    insert into api_key (id, name, hash, party_id, roles) select gen_random_uuid(), 'ada', 'none', id, '{APPROVER}' from party where code = 'ada'`);
  await owner.query('vacuum analyze');
}

/** The same rows by nothing but SQL: what any apply of so many changes has to write. */
async function bareApply(app, price) {
  const since = performance.now();
  await app.query('begin');
  await app.query(`create temporary table mine on commit drop as select id, product_id, code from sku
    where code_folded in (select 'c-' || n from generate_series(1, ${CHANGES}) n)`);
  await app.query('select 1 from sku where id in (select id from mine) order by id for update');
  await app.query(
    `update sku set price = ${price}, revision = revision + 1, updated_at = clock_timestamp() where id in (select id from mine)`,
  );
  await app.query(`insert into bare_revision select s.id, s.revision, clock_timestamp(), '[{"field": "price"}]'::jsonb, to_jsonb(s) from sku s
    where id in (select id from mine)`);
  await app.query(`insert into bare_feed select gen_random_uuid(), code, '[{"field": "price"}]'::jsonb from mine`);
  await app.query(
    `insert into bare_delivery select gen_random_uuid(), r.system, r.sku_id, m.code, clock_timestamp() from mine m join record r on r.sku_id = m.id`,
  );
  await app.query('commit');
  return performance.now() - since;
}

/** What the reader and we share: reads so far, the longest of them in milliseconds, and whether it is over. */
const [READS, LONGEST, OVER] = [0, 1, 2];

/** The reader, a thread with a connection of its own: the SKUs that are being written, one by one, without a pause. */
async function readMeanwhile({ url, count, shared }) {
  const client = new pg.Client(url);
  await client.connect();
  for (let place = 0; shared[OVER] === 0; place = (place + 1) % count) {
    const since = performance.now();
    await client.query('select * from sku where code_folded = $1', [`c-${1 + place}`]);
    shared[LONGEST] = Math.max(shared[LONGEST], performance.now() - since);
    shared[READS] += 1;
  }
  await client.end();
}

const seconds = (took) => `${(took / 1000).toFixed(2)} s`;

async function timed(name, call, reader) {
  reader.fill(0);
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  const since = performance.now();
  const value = await call();
  const took = performance.now() - since;
  loop.disable();
  const [reads, longest] = reader;
  const busy = (loop.max / 1e6).toFixed(0);
  console.log(
    `  ${name.padEnd(40)} ${seconds(took).padStart(8)}   (meanwhile ${reads} reads, the longest ${longest.toFixed(0)} ms; own loop busy for ${busy} ms at most)`,
  );
  return value;
}

function valueOf(outcome) {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems.slice(0, 3)));
  return outcome.value;
}

async function measure(ports, people, reader, app, round) {
  const price = (20 + round).toFixed(2);
  const changes = Array.from({ length: CHANGES }, (_, index) => ({
    kind: 'skuUpdate',
    input: { code: `C-${index + 1}`, baseRevision: null, fields: { price } },
  }));
  console.log(`round ${round}:`);
  const preview = await timed(
    'changePlan: read, validate, plan',
    () => previewChanges(ports, people.mia, changes),
    reader,
  );
  if (preview.writes.length !== CHANGES * 2) throw new Error(`planned ${preview.writes.length} writes`);
  const draft = { title: 'Prices', reason: null, idempotencyKey: null, changes };
  const { id } = await timed(
    'create: answered as VALIDATING',
    async () => valueOf(await createChangeRequest(ports, people.mia, draft, false)),
    reader,
  );
  await timed('the job: validate, plan, keep', () => validateNext(ports), reader);
  const plan = await timed('ChangeRequest.plan', () => planOfRequest(ports, id), reader);
  await timed(
    'approve: plan again under locks, apply',
    async () => valueOf(await approveChangeRequest(ports, people.ada, id, null, plan.hash)),
    reader,
  );
  const { state } = await ports.changes.requestById(id);
  if (state !== 'APPLIED') throw new Error(`the request is ${state}`);
  await timed('the same rows by bare SQL', () => bareApply(app, 40 + round), reader);
  await app.query(
    `update sku set price = ${price}, revision = revision - 1 where code_folded in (select 'c-' || n from generate_series(1, ${CHANGES}) n)`,
  );
}

async function main({ appUrl, owner, app }) {
  await fill(owner);
  await owner.query(`create table bare_revision (sku_id uuid, revision int, valid_from timestamptz, changes jsonb, snapshot jsonb, primary key (sku_id, revision));
  create table bare_feed (id uuid primary key, key text, changes jsonb);
  create table bare_delivery (id uuid primary key, system text, sku_id uuid, target text, created_at timestamptz);
  create index bare_delivery_sku on bare_delivery (sku_id);
  grant all on bare_revision, bare_feed, bare_delivery to skuward_app; grant temporary on database ${owner.database} to skuward_app`);
  console.log(`${machine()}, PostgreSQL ${await versionOf(owner)}; ${SKUS} SKUs in two systems, ${CHANGES} changes`);
  const source = await openSource(appUrl);
  const sql = sqlOver(source);
  const nothing = async () => {};
  const wakeups = () => ({ deliveriesDue: nothing, bundleDue: nothing, validationDue: nothing });
  const ports = {
    work: new SqlUnitOfWork(source, wakeups, uuid, 'USD'),
    changes: new SqlChangeReader(sql),
    operations: new SqlOperationsReader(sql),
    settings: new SqlSettingReader(sql),
    masterCurrency: 'USD',
    log: () => {},
    newId: uuid,
  };
  const ids = new Map((await app.query('select code, id from party')).rows.map((row) => [row.code, row.id]));
  const person = (code, roles) => ({
    actor: { kind: 'API_KEY', id: code, name: code, partyId: ids.get(code) },
    roles,
  });
  const people = { mia: person('mia', ['MERCHANDISER']), ada: person('ada', ['APPROVER']) };
  const reader = new Float64Array(new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT));
  const shared = { url: appUrl, count: CHANGES, shared: reader };
  const thread = new Worker(new URL(import.meta.url), { workerData: shared });
  for (let round = 1; round <= TIMES; round += 1) await measure(ports, people, reader, app, round);
  const { rows } = await app.query(
    'select pg_size_pretty(avg(pg_column_size(commitments) + pg_column_size(content))::bigint) as size from request_plan',
  );
  console.log(`a kept plan takes ${rows[0].size}; ${Math.round(process.memoryUsage().rss / 1e6)} MB resident`);
  reader[OVER] = 1;
  await once(thread, 'exit');
  await source.destroy();
}

if (isMainThread) await onDatabase(main);
else await readMeanwhile(workerData);
