/**
 * A full scan of a store that is linked with the master, beside a tight loop over the very same bulk result that parses each
 * line and compares the dozen values of it with what they are to be. Neither holds the catalogue in memory.
 *
 *   node --expose-gc bench/scan.mjs [VARIANTS, 100000]
 *
 * Told are: the first scan after an import, which matches and judges every record and writes it down; one of a store in which
 * nothing has changed; one in which orders have moved every `updatedAt`; one in which one variant of a thousand has another
 * price, which is as many findings; the same with these on record; and one that judges all anew, as each does once a week. `of the loop`: the loop's time by the scan's; above 1 the scan is faster.
 */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScan } from '../dist/application/drift/scan/run-scan.js';
import { buildConnectors } from '../dist/connectors/connector-registry.js';
import { buildPorts } from '../dist/porch/build-ports.js';
import { openDatabase } from '../dist/porch/open-database.js';
import { onDatabase } from './kit/database.mjs';
import { machine, timed } from './kit/figures.mjs';
import { spawned } from './kit/service.mjs';

const VARIANTS = Number(process.argv[2] ?? 100_000);
const EACH = 5;
const COLORS = ['Clay', 'Moss', 'Ink', 'Sand', 'Rust'];
const BY = { kind: 'SYSTEM', id: 'system:bench', name: 'bench', partyId: null };
const STORE = fileURLToPath(new URL('./kit/bulk-store.mjs', import.meta.url));
const log = (level, message, detail) => level === 'error' && console.error(message, detail);

/** The master and its records in the store, made by PostgreSQL itself. */
async function fill(owner) {
  const id = (kind, n) => `('0199000${kind}-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
  const products = VARIANTS / EACH;
  await owner.query(
    `insert into system (code, kind, connector, mode, currency, link, health) values ('shopify', 'SHOPIFY', 'shopify', 'WRITE', 'USD', 'LINKED', 'UP')`,
  );
  await owner.query(
    `insert into product (id, handle, revision, title, vendor, product_type, category, tags, option_names, attributes, created_at, updated_at)
     select ${id(1, 'n')}, 'trail-shirt-' || n, 1, 'Trail Shirt ' || n, 'Fell and Harbor', 'Shirts', null, '{summer,trail}', '{Color}', '{}', now(), now()
     from generate_series(0, $1::int - 1) n`,
    [products],
  );
  await owner.query(
    `insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, price, cost, weight_value, weight_unit,
       hs_code, country_of_origin, requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
     select ${id(2, 'n')}, 'FH-TS-' || lpad(n::text, 7, '0'), 'fh-ts-' || lpad(n::text, 7, '0'), 'SIMPLE', 'ACTIVE', ${id(1, `n / ${EACH}`)}, 1,
       'Trail Shirt ' || n, jsonb_build_array(jsonb_build_object('name', 'Color', 'value', ($2::text[])[n % ${EACH} + 1])), (n % ${EACH})::text,
       20 + n % 80, 8.5 + n % 30, 150 + n % 400, 'GRAMS', '610910', 'PT', true, true, '{}', '{shopify}', '[]', now(), now()
     from generate_series(0, $1::int - 1) n`,
    [VARIANTS, COLORS],
  );
  await owner.query(
    `insert into record (id, system, entity, product_id, match) select ${id(3, 'n')}, 'shopify', 'PRODUCT', ${id(1, 'n')}, 'WAITING'
     from generate_series(0, $1::int - 1) n`,
    [products],
  );
  await owner.query(
    `insert into record (id, system, entity, product_id, sku_id, match)
     select ${id(4, 'n')}, 'shopify', 'SKU', ${id(1, `n / ${EACH}`)}, ${id(2, 'n')}, 'WAITING' from generate_series(0, $1::int - 1) n`,
    [VARIANTS],
  );
  await owner.query('analyze');
}

/** What the store is to show of a variant: as little work as telling it takes. */
function expectedOf(n) {
  return { price: `${20 + (n % 80)}.00`, cost: `${8 + (n % 30)}.50`, weight: 150 + (n % 400), color: COLORS[n % EACH] };
}

/** Downloads, splits, parses and compares; keeps nothing. */
async function tightLoop(url) {
  const response = await fetch(url);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let differ = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return differ;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) if (!agrees(JSON.parse(line))) differ += 1;
  }
}

function agrees(row) {
  if (row.__parentId === undefined) {
    const n = row.id.slice('gid://shopify/Product/'.length) - 8_000_000_000;
    return (
      row.title === `Trail Shirt ${n}` &&
      row.handle === `trail-shirt-${n}` &&
      row.vendor === 'Fell and Harbor' &&
      row.productType === 'Shirts' &&
      row.category === null &&
      row.status === 'ACTIVE' &&
      row.tags.length === 2 &&
      row.tags[0] === 'summer' &&
      row.tags[1] === 'trail'
    );
  }
  const n = row.id.slice('gid://shopify/ProductVariant/'.length) - 41_000_000_000;
  const to = expectedOf(n);
  const item = row.inventoryItem;
  return (
    row.price === to.price &&
    row.compareAtPrice === null &&
    row.barcode === null &&
    row.taxable === true &&
    row.inventoryPolicy === 'DENY' &&
    row.pub0 === true &&
    row.selectedOptions[0].value === to.color &&
    item.requiresShipping === true &&
    item.unitCost.amount === to.cost &&
    item.harmonizedSystemCode === '610910' &&
    item.countryCodeOfOrigin === 'PT' &&
    item.measurement.weight.value === to.weight
  );
}

let peak = 0;
setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20).unref();

async function measured(call) {
  global.gc?.();
  peak = process.memoryUsage().rss;
  const { ms, value } = await timed(call);
  return { ms, value, peak: peak / 2 ** 20 };
}

await onDatabase(async ({ appUrl, owner }) => {
  const { child, port } = await spawned([STORE, String(VARIANTS)], process.env, /listening on (\d+)/);
  const database = await openDatabase(appUrl, log, false);
  try {
    await fill(owner);
    const base = `http://127.0.0.1:${port}`;
    const store = {
      code: 'shopify',
      kind: 'SHOPIFY',
      connector: 'shopify',
      baseUrl: base,
      storeDomain: 'bench.myshopify.com',
      apiVersion: '2026-10',
      accessToken: 'bench',
      clientId: null,
      clientSecret: 'bench',
      previousClientSecret: null,
      publications: ['gid://shopify/Publication/1'],
      bundles: 'components',
      token: null,
      headRoomPercent: 20,
      concurrency: 4,
    };
    const ports = buildPorts(database, buildConnectors([store], log), 'USD', log);
    const scan = async () => {
      const { id } = await ports.scans.beginScan(ports.newId(), 'shopify', 'FULL', BY);
      await runScan(ports, id);
      const view = await ports.scans.scan(id);
      if (view.state !== 'SUCCEEDED') throw new Error(`${view.state}: ${view.error}`);
      return view;
    };
    const rows = VARIANTS + VARIANTS / EACH;
    console.log(`${machine()}, ${VARIANTS} variants, ${rows} lines (${basename(import.meta.url)})`);
    const loops = [];
    for (let run = 0; run < 3; run += 1) loops.push(await measured(() => tightLoop(`${base}/result`)));
    const loop = loops.map(({ ms }) => ms).toSorted((a, b) => a - b)[1];
    const tell = (what, { ms, peak, value }) => {
      const more =
        value.recordsRead === undefined
          ? ''
          : `, ${value.recordsUnchanged} unchanged, ${value.findingsOpened} findings`;
      console.log(
        `${what.padEnd(34)} ${ms.toFixed(0).padStart(8)} ms  ${((ms * 1_000) / rows).toFixed(2).padStart(7)} µs a line  ${(loop / ms).toFixed(2).padStart(6)} of the loop  ${peak.toFixed(0).padStart(5)} MB${more}`,
      );
    };
    tell('parse and compare, tight', { ms: loop, peak: Math.max(...loops.map((each) => each.peak)), value: {} });
    const first = await measured(scan);
    tell('first scan: all matched, judged', first);
    // No round of statistics in between: a scan is to be as fast by those of an empty table.
    for (let run = 0; run < 3; run += 1) tell('nothing has changed', await measured(scan));
    await fetch(`${base}/orders`, { method: 'POST' });
    tell('every updatedAt moved', await measured(scan));
    await fetch(`${base}/touch?every=1000`, { method: 'POST' });
    tell('one price of 1,000 changed', await measured(scan));
    tell('the same again', await measured(scan));
    await owner.query(`update scan_piece set judged_at = judged_at - interval '8 days'`);
    tell('all judged anew, after a week', await measured(scan));
  } finally {
    await database.close();
    child.kill('SIGTERM');
  }
});
process.exit(0);
