#!/usr/bin/env node
/**
 * How soon things follow each other in a real service, between two commits as PostgreSQL itself has noted them
 * (`track_commit_timestamp`), whatever a client sees of it:
 *
 *   apply    the commit of the transaction that applied a request -> of the one in which a worker leased its delivery
 *   webhook  what staff saved in the store -> the webhook is stored -> the finding on it is open
 *
 * with API and worker in one process and in two, idle and while full scans of both systems follow one another. Beside it,
 * on the same server in the same run, what any such thing takes at least: a row that is committed with a NOTIFY, and a
 * connection that listens and marks it; and for a webhook, one read of the product from the store.
 *
 *   npm run build && node bench/wake.mjs [--applies 100] [--edits 30] [--skus 1000] [--only all]
 *
 * The bars: apply -> claimed p95 under 250 ms (issue 7); webhook -> finding open p95 under 2 s when idle (design 8).
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { machine, quantile } from './kit/figures.mjs';
import { onSandbox } from './kit/sandboxed.mjs';
import { until } from './kit/service.mjs';

const { values: options } = parseArgs({
  options: {
    applies: { type: 'string', default: '100' },
    edits: { type: 'string', default: '30' },
    skus: { type: 'string', default: '1000' },
    only: { type: 'string' },
  },
});
const [APPLIES, EDITS, SKUS] = [options.applies, options.edits, options.skus].map(Number);
/** Between two applies: longer than a delivery takes, so that each finds a worker at rest. */
const PAUSE_MS = 150;

/** Notes in which transaction a delivery was made, and first taken; a webhook stored, and a finding opened. */
const NOTES = `
  create table bench_note (what text, key text, xid xid, primary key (what, key));
  create function bench_note() returns trigger language plpgsql security definer as $$ begin
    insert into bench_note values (tg_argv[0], to_jsonb(new)->>(case tg_argv[0] when 'webhook' then 'root_id' else 'id' end),
      pg_current_xact_id()::xid) on conflict do nothing; return null; end $$;
  create trigger made after insert on delivery for each row execute function bench_note('made');
  create trigger taken after update on delivery for each row when (new.state = 'IN_FLIGHT') execute function bench_note('taken');
  create trigger stored after insert on webhook for each row execute function bench_note('webhook');
  create trigger opened after insert on finding for each row execute function bench_note('opened')`;

const APPLY = `mutation ($input: ChangeRequestInput!) {
  changeRequestCreate(input: $input) { changeRequest { state } userErrors { code message } } }`;

async function measured({ graphql, control, readStore, owner, version }, name) {
  await owner.query(NOTES);
  console.log(`${name} (PostgreSQL ${version}):`);
  report('apply -> claimed, idle', await applies(graphql, owner, 0));
  report('webhook -> finding, idle', ...(await edits(control, owner)));
  const scans = scanning(graphql);
  report(`apply -> claimed, beside full scans`, await applies(graphql, owner, 1));
  console.log(`    (${await scans.stop()} scans of ${SKUS} SKUs ended meanwhile)`);
  report('bare: a committed row, NOTIFY, marked', await bareWake(owner.connectionParameters));
  const reads = [];
  for (let n = 0; n < EDITS; n += 1) {
    const since = performance.now();
    await readStore(`B-${n}`);
    reads.push(performance.now() - since);
  }
  report('bare: one read of a product from the store', reads);
}

/** Price changes of one SKU each, applied as they are created; milliseconds from commit to commit, both systems. */
async function applies(graphql, owner, round) {
  await owner.query('truncate bench_note');
  for (let n = 0; n < APPLIES; n += 1) {
    const fields = { price: `${20 + round + n / 100}` };
    const input = { title: 'Price', changes: [{ skuUpdate: { code: `B-${n % SKUS}`, fields } }] };
    const { changeRequestCreate: told } = await graphql(APPLY, { input });
    if (told.changeRequest?.state !== 'APPLIED') throw new Error(JSON.stringify(told));
    await sleep(PAUSE_MS);
  }
  await until('all to be claimed', async () => {
    const { rows } = await owner.query(
      `select count(*) filter (where what = 'made') as made, count(*) filter (where what = 'taken') as taken from bench_note`,
    );
    return rows[0].made === rows[0].taken;
  });
  return between(owner, 'made', 'taken');
}

/** Milliseconds between the commits of two notes on the same thing. */
async function between(owner, from, to) {
  const { rows } = await owner.query(
    `select extract(epoch from pg_xact_commit_timestamp(b.xid) - pg_xact_commit_timestamp(a.xid)) * 1000 as ms
     from bench_note a join bench_note b on b.key = a.key where a.what = $1 and b.what = $2`,
    [from, to],
  );
  return rows.map(({ ms }) => Number(ms));
}

/** Staff change a title in the store; until the finding, from the edit, and from when the webhook is stored. */
async function edits(control, owner) {
  await owner.query('truncate bench_note');
  const saved = [];
  for (let n = 0; n < EDITS; n += 1) {
    const code = `B-${SKUS - 1 - n}`;
    const since = Date.now();
    await control('shopify', 'edit', { as: { kind: 'staff', name: 'Maya' }, sku: code, set: { price: '77.00' } });
    const at = await until(
      'the finding',
      async () => {
        const { rows } = await owner.query(
          `select pg_xact_commit_timestamp(n.xid) as at from bench_note n join finding f on f.id::text = n.key
         where n.what = 'opened' and f.target = $1 and f.system = 'shopify'`,
          [code],
        );
        return rows[0]?.at;
      },
      20,
    );
    saved.push(at.getTime() - since);
    await sleep(PAUSE_MS);
  }
  const stored = await owner.query(
    `select extract(epoch from pg_xact_commit_timestamp(o.xid) - pg_xact_commit_timestamp(w.xid)) * 1000 as ms
     from bench_note o join finding f on f.id::text = o.key join record r on r.id = f.record_id
     join bench_note w on w.what = 'webhook' and w.key = r.root_id where o.what = 'opened' and f.system = 'shopify'`,
  );
  return [saved, stored.rows.map(({ ms }) => Number(ms))];
}

/** Starts a full scan of each system whenever there is none. */
function scanning(graphql) {
  const run = { isOver: false, count: 0 };
  const one = async (system) => {
    while (!run.isOver) {
      await graphql(`mutation { driftScanStart(system: "${system}", mode: FULL) { scan { id } userErrors { code } } }`);
      run.count += 1;
      await until(
        'the scan',
        async () => {
          const { driftScans } = await graphql(`{ driftScans(system: "${system}", first: 1) { nodes { state } } }`);
          return driftScans.nodes[0].state !== 'RUNNING';
        },
        50,
      );
    }
  };
  const both = Promise.all(['shopify', 'erp'].map(one));
  return {
    async stop() {
      run.isOver = true;
      await both;
      return run.count;
    },
  };
}

/** The least that it can take: somebody listens, and marks what was committed. */
async function bareWake(parameters) {
  const { host, port, user, password, database } = parameters;
  const [writer, listener] = [0, 1].map(() => new pg.Client({ host, port, user, password, database }));
  for (const client of [writer, listener]) await client.connect();
  await writer.query('create table bench_row (id int primary key, made xid, taken xid)');
  await listener.query('listen bench_wake');
  for (let n = 0; n < APPLIES; n += 1) {
    const heard = once(listener, 'notification');
    await writer.query(
      `begin; insert into bench_row values (${n}, pg_current_xact_id()::xid); select pg_notify('bench_wake', ''); commit`,
    );
    await heard;
    await listener.query('update bench_row set taken = pg_current_xact_id()::xid where id = $1', [n]);
  }
  const { rows } = await writer.query(
    'select extract(epoch from pg_xact_commit_timestamp(taken) - pg_xact_commit_timestamp(made)) * 1000 as ms from bench_row',
  );
  await writer.query('drop table bench_row');
  for (const client of [writer, listener]) await client.end();
  return rows.map(({ ms }) => Number(ms));
}

function report(name, ...measures) {
  const of = (values) =>
    `p50 ${quantile(values, 0.5).toFixed(0).padStart(5)} ms, p95 ${quantile(values, 0.95).toFixed(0).padStart(5)} ms, longest ${Math.max(
      ...values,
    )
      .toFixed(0)
      .padStart(5)} ms`;
  console.log(
    `  ${name.padEnd(44)} ${measures.map(of).join('; since the webhook was stored: ')}   (${measures[0].length})`,
  );
}

console.log(machine());
const places = [
  { name: 'all', roles: ['all'], title: 'API and worker in one process' },
  { name: 'two', roles: ['api', 'worker'], title: 'API and worker in two processes' },
];
for (const { name, roles, title } of places) {
  if (!options.only || options.only === name) await onSandbox({ roles, skus: SKUS }, (site) => measured(site, title));
}
