#!/usr/bin/env node
/**
 * How many deliveries a second go through claim, read, compare, write, verify and settle: one real worker process on PostgreSQL, and
 * three, against a connector that answers at once, until nothing of an applied request is owed any more. In two shapes: items of
 * an ERP, each the only one of its product, so that every delivery is a claim of its own; and products of five variants in a store.
 * Beside it, on the same server in the same run, pg-boss alone: empty jobs that are sent, fetched and completed, one by
 * one on as many connections, and fifty at a time.
 *
 *   npm run build && node bench/deliveries.mjs [--deliveries 10000] [--jobs 5000] [--workers 1,3] [--profile]
 *
 * `--profile` leaves a .cpuprofile of each worker in the working directory. The bar: 1,000 deliveries a second (issue 7).
 */
import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { registryOf } from '../dist/application/ports/connector.js';
import { approveChangeRequest } from '../dist/application/change/approve-change-request.js';
import { validateNext } from '../dist/application/change/bulk/validate-next.js';
import { createChangeRequest } from '../dist/application/change/create-change-request.js';
import { QUEUES } from '../dist/jobs/queues.js';
import { buildPorts } from '../dist/porch/build-ports.js';
import { openDatabase } from '../dist/porch/open-database.js';
import { catalogue } from './kit/catalogue.mjs';
import { onDatabase, versionOf } from './kit/database.mjs';
import { machine, timed } from './kit/figures.mjs';
import { until } from './kit/service.mjs';

const { values: options } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '10000' },
    jobs: { type: 'string', default: '5000' },
    workers: { type: 'string', default: '1,3' },
    profile: { type: 'boolean', default: false },
  },
});
const DELIVERIES = Number(options.deliveries);
const JOBS = Number(options.jobs);
const FLEETS = options.workers.split(',').map(Number);
const WORKER = fileURLToPath(new URL('kit/instant-worker.mjs', import.meta.url));
/** Jobs of pg-boss that are under way side by side: what its pool has connections for. */
const SIDE_BY_SIDE = 6;
const BATCH = 50;

function valueOf(outcome) {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems.slice(0, 3)));
  return outcome.value;
}

/** What is owed to one system only, on a database of its own, brought by so many workers. */
async function round(name, { system, aProduct, productRecords, workers, bare }) {
  await onDatabase(async ({ appUrl, owner }) => {
    await owner.query(catalogue({ skus: DELIVERIES, aProduct }));
    await owner.query(`update system set mode = 'READ_ONLY' where code <> '${system}'`);
    await owner.query(`insert into setting_version (key, version, value, reason, changed_by)
      values ('publishing', 1, '{"canary": {"above": 100000000}}', 'for the bench', '{"kind": "SYSTEM", "id": "bench", "name": "bench"}')`);
    await owner.query('vacuum analyze');
    const database = await openDatabase(appUrl, console.error, true);
    try {
      await apply(
        buildPorts(
          database,
          registryOf(() => null),
          'USD',
          () => {},
        ),
        owner,
      );
      // Before any worker, who would take its jobs.
      if (bare) await pgBoss(database.boss, await versionOf(owner));
    } finally {
      await database.close();
    }
    await deliver(name, { appUrl, system, productRecords }, workers, owner);
  });
}

/** One request that changes every price, through the verbs, with nobody at work yet. */
async function apply(ports, owner) {
  const person = async (code, role) => {
    const { id } = (await owner.query('select id from party where code = $1', [code])).rows[0];
    return { actor: { kind: 'API_KEY', id: code, name: code, partyId: id }, roles: [role] };
  };
  await owner.query(`insert into api_key (id, name, hash, party_id, roles)
    select gen_random_uuid(), 'ada', 'none', id, '{APPROVER}' from party where code = 'ada'`);
  const [mia, ada] = [await person('mia', 'MERCHANDISER'), await person('ada', 'APPROVER')];
  const changes = Array.from({ length: DELIVERIES }, (_, index) => ({
    kind: 'skuUpdate',
    input: { code: `C-${index + 1}`, baseRevision: null, fields: { price: '12.00' } },
  }));
  const draft = { title: 'Prices', reason: null, idempotencyKey: null, changes };
  const { id } = valueOf(await createChangeRequest(ports, mia, draft, false));
  while (await validateNext(ports));
  valueOf(await approveChangeRequest(ports, ada, id, null));
  const { state } = await ports.changes.requestById(id);
  if (state !== 'APPLIED') throw new Error(`the request is ${state}`);
}

async function deliver(name, place, workers, owner) {
  const owed = Number((await owner.query(`select count(*) from delivery where state = 'PENDING'`)).rows[0].count);
  const fleet = Array.from({ length: workers }, () =>
    fork(WORKER, [JSON.stringify(place)], { execArgv: options.profile ? ['--cpu-prof'] : [] }),
  );
  await Promise.all(fleet.map((worker) => once(worker, 'message')));
  const { ms } = await timed(async () => {
    for (const worker of fleet) worker.send('start');
    // Whoever has claimed a lane leaves it due until it is settled.
    const done = 'select not exists (select from lane where due_at is not null) as done';
    await until('all deliveries', async () => (await owner.query(done)).rows[0].done, 100);
  });
  const figures = await Promise.all(
    fleet.map(async (worker) => {
      const said = once(worker, 'message');
      worker.send('stop');
      const [told] = await said;
      await once(worker, 'exit');
      return told;
    }),
  );
  const { rows } = await owner.query(`select state, count(*)::int as count from delivery group by 1`);
  if (rows.some(({ state }) => state !== 'DELIVERED')) throw new Error(JSON.stringify(rows));
  const at = await owner.query(`select count(*)::int as count from record where published_revision = 2 and in_sync`);
  if (at.rows[0].count !== owed) throw new Error(`${at.rows[0].count} records of ${owed} are as they should be`);
  const sum = (of) => figures.reduce((total, each) => total + each[of], 0);
  if (sum('writes') !== owed) throw new Error(`${sum('writes')} writes for ${owed} deliveries`);
  const [each, own] = [sum('statements'), sum('cpuMs')].map((total) => (total / owed).toFixed(2));
  const title = `${name}, ${workers} worker process${workers === 1 ? '' : 'es'}`;
  console.log(
    `  ${title.padEnd(54)} ${rate(owed, ms)}   (${each} statements and ${own} ms of their processor time a delivery)`,
  );
}

/** pg-boss by itself, as bare as it goes: nothing is in a job, and nothing is done with it. */
async function pgBoss(boss, version) {
  const queue = QUEUES.stock;
  const one = async () => {
    await boss.send(queue, {});
    // What somebody else has just taken is passed by; there is one for everybody.
    let [job] = await boss.fetch(queue);
    while (!job) [job] = await boss.fetch(queue);
    await boss.complete(queue, job.id);
  };
  const single = await timed(() =>
    Promise.all(
      Array.from({ length: SIDE_BY_SIDE }, async () => {
        for (let n = 0; n < JOBS / SIDE_BY_SIDE; n += 1) await one();
      }),
    ),
  );
  console.log(`  ${'pg-boss, jobs one by one'.padEnd(54)} ${rate(JOBS, single.ms)}   (PostgreSQL ${version})`);
  const batches = await timed(async () => {
    for (let n = 0; n < JOBS; n += BATCH) {
      await boss.insert(
        queue,
        Array.from({ length: BATCH }, () => ({ data: {} })),
      );
      const jobs = await boss.fetch(queue, { batchSize: BATCH });
      await boss.complete(
        queue,
        jobs.map(({ id }) => id),
      );
    }
  });
  console.log(`  ${`pg-boss, ${BATCH} jobs at a time`.padEnd(54)} ${rate(JOBS, batches.ms)}`);
}

function rate(count, ms) {
  return `${Math.round((count / ms) * 1000)
    .toLocaleString('en')
    .padStart(7)} a second`;
}

console.log(`${machine()}; ${DELIVERIES} changed SKUs`);
for (const [index, workers] of FLEETS.entries()) {
  const bare = index === 0;
  const [item, product] = ['an ERP, items one by one', 'a store, products of five variants'];
  await round(item, { system: 'erp', aProduct: 1, productRecords: false, workers, bare });
  await round(product, { system: 'shopify', aProduct: 5, productRecords: true, workers, bare: false });
}
