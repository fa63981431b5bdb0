#!/usr/bin/env node
/**
 * How soon what staff edit in a store is a finding, in a real service: prices, costs and HS codes of 500 SKUs among 10,000,
 * every webhook told twice and out of order. A price is told with its product; a cost and an HS code with the inventory
 * item, of which the store is asked where it is. Measured from before the edit is sent to the commit of the transaction that opened the finding, as
 * PostgreSQL itself has noted it (`track_commit_timestamp`). Beside it, in the same run, what any such thing takes at least:
 * the time that the store lets a webhook wait, and one read of the product from the store.
 *
 *   npm run build && node bench/edits.mjs [--edits 500] [--skus 10000] [--pace 100] [--jitter 300]
 *
 * The bar: p95 under 2 s, and each edit one finding, opened once (issue 8, design 8).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machine, quantile } from './kit/figures.mjs';
import { onSandbox } from './kit/sandboxed.mjs';
import { until } from './kit/service.mjs';

const { values: options } = parseArgs({
  options: {
    edits: { type: 'string', default: '500' },
    skus: { type: 'string', default: '10000' },
    /** Milliseconds from one edit to the next. */
    pace: { type: 'string', default: '100' },
    /** Up to so much later than 50 ms after its edit a webhook leaves the store, by chance. */
    jitter: { type: 'string', default: '300' },
  },
});
const [EDITS, SKUS, PACE_MS, JITTER_MS] = [options.edits, options.skus, options.pace, options.jitter].map(Number);
const BAR_MS = 2_000;
const BARE_READS = 50;
/** What is edited in turns, and what it is told with. */
const KINDS = [
  { field: 'price', set: { price: '77.00' }, with: 'product' },
  { field: 'cost', set: { cost: '7.70' }, with: 'inventory item' },
  { field: 'hsCode', set: { hsCode: '610910' }, with: 'inventory item' },
];

async function measured({ control, readStore, owner, version }) {
  console.log(`${EDITS} edits among ${SKUS} SKUs, one every ${PACE_MS} ms (PostgreSQL ${version}):`);
  await control('shopify', 'webhooks', { mode: 'doubled', doubleWith: 'otherId', jitterMs: JITTER_MS });
  const since = new Map();
  for (let n = 0; n < EDITS; n += 1) {
    const code = `B-${Math.floor((n * SKUS) / EDITS)}`;
    const at = Date.now();
    const kind = KINDS[n % KINDS.length];
    since.set(code, { at, kind });
    await control('shopify', 'edit', { as: { kind: 'staff', name: 'Maya' }, sku: code, set: kind.set });
    await sleep(Math.max(0, at + PACE_MS - Date.now()));
  }
  await until('all to be found, and told twice', async () => {
    const { rows } = await owner.query(
      `select (select count(*) from finding)::int as found, (select count(*) from webhook where handled_at is null)::int as waiting`,
    );
    return rows[0].found >= EDITS && rows[0].waiting === 0;
  });
  const { rows } = await owner.query(
    `select f.target, f.system, f.field, e.type, pg_xact_commit_timestamp(e.xmin) as at
     from finding_event e join finding f on f.id = e.finding_id where e.type in ('OPENED', 'REOPENED')`,
  );
  const timed = rows.map(({ target, at }) => {
    const edit = since.get(target);
    return { told: edit.kind.with, ms: at.getTime() - edit.at };
  });
  const took = timed.map(({ ms }) => ms);
  const isOnce = rows.length === EDITS && new Set(rows.map(({ target }) => target)).size === EDITS;
  const isRight = rows.every(
    ({ system, target, field, type }) =>
      system === 'shopify' && field === since.get(target).kind.field && type === 'OPENED',
  );
  report('edit -> finding open', took);
  for (const told of new Set(KINDS.map((kind) => kind.with)))
    report(
      `  told with its ${told}`,
      timed.filter((each) => each.told === told).map(({ ms }) => ms),
    );
  const reads = [];
  for (let n = 0; n < BARE_READS; n += 1) {
    const began = performance.now();
    await readStore(`B-${n}`);
    reads.push(performance.now() - began);
  }
  report('bare: one read of a product from the store', reads);
  console.log(`  bare: a webhook waits in the store             50 to ${50 + JITTER_MS} ms`);
  const { rows: webhooks } = await owner.query('select count(*)::int as count from webhook');
  console.log(
    `  ${webhooks[0].count} webhooks; each edit one finding, opened once: ${isOnce && isRight ? 'yes' : 'NO'}`,
  );
  const p95 = quantile(took, 0.95);
  console.log(`  p95 under ${BAR_MS} ms: ${p95 < BAR_MS ? 'yes' : 'NO'}`);
  if (!isOnce || !isRight || p95 >= BAR_MS) process.exitCode = 1;
}

function report(name, values) {
  const [p50, p95, longest] = [quantile(values, 0.5), quantile(values, 0.95), Math.max(...values)];
  const [a, b, c] = [p50, p95, longest].map((ms) => `${ms.toFixed(0).padStart(5)} ms`);
  console.log(`  ${name.padEnd(46)} p50 ${a}, p95 ${b}, longest ${c}   (${values.length})`);
}

console.log(machine());
await onSandbox({ roles: ['all'], skus: SKUS }, measured);
