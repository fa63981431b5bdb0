#!/usr/bin/env node
/**
 * What the onboarding match costs: keeping what a scan saw, making the match of two systems, and reading it. Each figure
 * stands beside a baseline of the same rows in the same database and run:
 * - a scan's batches stored with their sightings, beside the same batches without (what a scan stored before there was a match);
 * - the match, beside a bare SQL full join by folded code of two tables that writes its rows as JSON into an unlogged table;
 * - the whole file as CSV, beside COPY of the stored rows to the client.
 *
 * Usage: node bench/onboarding.mjs [--records 100000] [--runs 3]   (needs `npm run build`)
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { to as copyTo } from 'pg-copy-streams';
import { v7 as uuid } from 'uuid';
import { exportMatch } from '../dist/application/onboarding/export-match.js';
import { presentMatch, readMatch } from '../dist/application/onboarding/read-match.js';
import { gs1CheckDigit } from '../dist/domain/catalog/gtin.js';
import { openSource } from '../dist/storage/data-source.js';
import { SqlScanStore } from '../dist/storage/scans/scan-store.js';
import { SqlOnboardingStore } from '../dist/storage/onboarding-store.js';
import { sqlOver } from '../dist/storage/sql.js';
import { SqlSettingReader } from '../dist/storage/stores/setting-store.js';

import { onDatabase } from './kit/database.mjs';
import { machine, median, timed } from './kit/figures.mjs';

const args = process.argv.slice(2);
const option = (name, fallback) => Number(args[args.indexOf(`--${name}`) + 1] ?? fallback) || fallback;
const RECORDS = option('records', 100_000);
const RUNS = option('runs', 3);
const BATCH = 500;
const BY = { kind: 'SYSTEM', id: 'system:bench', name: 'bench', partyId: null };
const COLORS = ['Clay', 'Moss', 'Ink', 'Sand', 'Rust'];

const gtinOf = (n) => {
  const body = `952${String(n).padStart(9, '0')}`;
  return body + gs1CheckDigit(body);
};
const seen = (entity, externalId, rootId, code, fields) => ({
  entity,
  externalId,
  root: { externalId: rootId, code: null },
  code,
  fields,
  unreadable: [],
  updatedAt: '2026-11-01T00:00:00Z',
  attribution: null,
  token: null,
});

/** A store of five variants a product, as a bulk scan shows it. */
function* shopify() {
  for (let n = 0; n < RECORDS; n += 1) {
    const product = `gid://shopify/Product/${8_000_000_000 + Math.floor(n / 5)}`;
    if (n % 5 === 0) {
      const fields = {
        'product.title': `Trail Shirt ${n / 5}`,
        'product.handle': `trail-shirt-${n / 5}`,
        'product.vendor': 'Fell & Harbor',
      };
      yield seen('PRODUCT', product, product, `trail-shirt-${n / 5}`, {
        ...fields,
        'product.tags': ['summer', 'trail'],
        lifecycle: { status: 'ACTIVE' },
      });
    }
    yield seen(
      'SKU',
      `gid://shopify/ProductVariant/${41_000_000_000 + n}`,
      product,
      `FH-TS-${String(n).padStart(6, '0')}`,
      {
        price: `${20 + (n % 80)}.00`,
        compareAtPrice: null,
        cost: `${8 + (n % 30)}.50`,
        gtin: gtinOf(n),
        weight: String(150 + (n % 400)),
        hsCode: '610910',
        countryOfOrigin: 'PT',
        requiresShipping: true,
        taxable: true,
        optionValues: [{ name: 'Color', value: COLORS[n % 5] }],
        lifecycle: { published: true, inventoryPolicy: 'DENY' },
      },
    );
  }
}

/** An ERP that agrees in nine of ten; the rest is recoded, mistyped, doubled, known by its name alone, or not there. */
function* erp() {
  for (let n = 0; n < RECORDS; n += 1) {
    const code = `fh-ts-${String(n).padStart(6, '0')}`;
    const kind = n % 100;
    const odd =
      { 1: `ERP-${n}`, 2: `ERP-${n}`, 3: code.replace('0', 'O'), 4: `'${code}`, 5: `X${n}`, 6: 'FH-TS-DOUBLE' }[kind] ??
      code;
    if (kind === 7) continue;
    yield seen('SKU', String(500_000 + n), String(500_000 + n), kind === 6 ? `${odd}-${Math.floor(n / 300)}` : odd, {
      title: `Trail Shirt ${Math.floor(n / 5)} - ${COLORS[n % 5]}`,
      gtin: kind === 3 || kind === 4 || kind === 5 ? null : gtinOf(n),
      price: `${20 + (n % 80)}.${kind === 8 ? '50' : '00'}`,
      cost: `${8 + (n % 30)}.50`,
      weight: String(150 + (n % 400)),
      hsCode: '610910',
      countryOfOrigin: 'PT',
      unitOfMeasure: null,
      lifecycle: { active: true, salable: true, purchasable: true },
    });
  }
}

function* inBatches(records) {
  let batch = [];
  for (const each of records) {
    batch.push(each);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** What `scanSaw` stores of a batch that nobody is matched with beside the sightings. */
async function withoutSightings(client, { id, system }, batch) {
  const piece = uuid();
  const rows = batch.map((each) => ({
    entity: each.entity,
    external_id: each.externalId,
    root_id: each.root.externalId,
    root_code: each.root.code,
    code: each.code,
    code_folded: each.code?.toLowerCase() ?? null,
    observed: each,
  }));
  await client.query(`insert into scan_piece (id, system, fingerprint, records, seen_in) values ($1, $2, $1, $3, $4)`, [
    piece,
    system,
    batch.length,
    id,
  ]);
  await client.query(
    `insert into ungoverned_record (system, entity, external_id, root_id, root_code, code, code_folded, piece_id, observed)
     select $2, n.entity, n.external_id, n.root_id, n.root_code, n.code, n.code_folded, $3, n.observed
     from jsonb_to_recordset($1::jsonb) as n(entity text, external_id text, root_id text, root_code text, code text,
       code_folded text, observed jsonb)
     on conflict (system, entity, external_id) do update set piece_id = excluded.piece_id, observed = excluded.observed`,
    [JSON.stringify(rows), system, piece],
  );
}

async function scan(scans, client, system, records, sighted) {
  const { id } = await scans.beginScan(uuid(), system, 'FULL', BY);
  const run = await scans.claimScan(id, uuid());
  const { ms: took } = await timed(async () => {
    for (const batch of inBatches(records)) {
      await (sighted
        ? scans.scanSaw(run, [{ fingerprint: uuid(), records: batch }])
        : withoutSightings(client, run, batch));
    }
  });
  const end = await timed(() => scans.endScan(run, sighted ? 'SUCCEEDED' : 'FAILED', null));
  return { took, end: end.ms };
}

/** By code alone, without looking at anything else of a record. */
async function bareJoin(client) {
  const sides = ['shopify', 'erp'].map(
    (system) => `(select r->>'code' as code, lower(r->>'code') as folded, r->'fields' as fields
    from sighting s join scan c on c.id = s.scan_id and c.system = '${system}', json_array_elements(s.skus) r)`,
  );
  await client.query(
    `create temp table a as select * from ${sides[0]} x; create temp table b as select * from ${sides[1]} x; analyze a; analyze b`,
  );
  const { ms: took } = await timed(() =>
    client.query(
      `create unlogged table bench_join as select json_build_array(row_to_json(a), row_to_json(b))::jsonb as told from a full join b using (folded)`,
    ),
  );
  await client.query('drop table a, b, bench_join');
  return took;
}

/** Takes everything and keeps nothing. */
function drain() {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

async function oneRun(client, ports, scans) {
  const bare = await scan(scans, client, 'shopify', shopify(), false);
  const kept = await scan(scans, client, 'shopify', shopify(), true);
  await scan(scans, client, 'erp', erp(), true);
  await client.query('truncate onboarding_match, onboarding_row');
  const joined = await bareJoin(client);
  global.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const match = await timed(() => presentMatch(ports));
  delay.disable();
  clearInterval(watch);
  const page = await timed(() => readMatch(ports, { first: 100, after: null }, { problems: ['FIELDS_DIFFER'] }));
  const csv = await timed(async () => pipeline((await exportMatch(ports)).value, drain()));
  const copied = await timed(() => pipeline(client.query(copyTo('copy onboarding_row to stdout')), drain()));
  return {
    bare: bare.took,
    kept: kept.took,
    end: kept.end,
    joined,
    match: match.ms,
    head: match.value,
    grown: (peak - before) / 2 ** 20,
    block: delay.max / 1e6,
    page: page.ms,
    csv: csv.ms,
    copied: copied.ms,
  };
}

await onDatabase(async ({ appUrl, owner: client }) => {
  const source = await openSource(appUrl);
  for (const [code, kind, connector] of [
    ['shopify', 'SHOPIFY', 'shopify'],
    ['erp', 'ERP', 'http'],
  ]) {
    await client.query(
      `insert into system (code, kind, connector, mode, currency, link, health) values ($1, $2, $3, 'READ_ONLY', 'USD', 'UNLINKED', 'UP')`,
      [code, kind, connector],
    );
  }
  const wakeups = () => ({
    deliveriesDue: async () => undefined,
    webhookArrived: async () => undefined,
    scanDue: async () => undefined,
  });
  const scans = new SqlScanStore(source, wakeups, uuid);
  const ports = {
    onboarding: new SqlOnboardingStore(source, uuid),
    masterCurrency: 'USD',
    settings: new SqlSettingReader(sqlOver(source)),
  };
  const results = [];
  for (let run = 0; run < RUNS; run += 1) results.push(await oneRun(client, ports, scans));
  const of = (key) => median(results.map((each) => each[key])).toFixed(0);
  console.log(`${machine()}, ${RECORDS} records a side, ${RUNS} runs, medians`);
  console.log(
    `rows ${results[0].head.grades
      .filter(({ rows }) => rows > 0)
      .map(({ grade, rows }) => `${grade} ${rows}`)
      .join(', ')}`,
  );
  console.log(
    `scan's batches stored with sightings   ${of('kept')} ms   (without: ${of('bare')} ms); at its end ${of('end')} ms`,
  );
  console.log(
    `match made and stored                  ${of('match')} ms   (bare full join by code, stored: ${of('joined')} ms)`,
  );
  console.log(
    `  memory beyond what was there before  ${of('grown')} MB; longest turn of the event loop ${of('block')} ms`,
  );
  console.log(`page of 100 rows that differ           ${of('page')} ms`);
  console.log(`whole file as CSV                      ${of('csv')} ms   (COPY of the stored rows: ${of('copied')} ms)`);
  await source.destroy();
});
