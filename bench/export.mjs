#!/usr/bin/env node
/**
 * GET /exports/skus.csv, all columns: the built service (`dist`, role api) on an embedded database of its own sends the
 * file over HTTP, and beside it stands a bare COPY of the same columns' data in the same order out of the same tables,
 * over a connection to the same server; in turns, in one run. One size after the other, each on a fresh database and a
 * fresh service, so that the memory of the service (resident, read from /proc every 20 ms) can be compared.
 *
 * Usage: node bench/export.mjs [--skus 20000,100000] [--rounds 5] [--explain]   (needs `npm run build`)
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse';
import { to as copyTo } from 'pg-copy-streams';
import { openSource } from '../dist/storage/data-source.js';
import { SqlCatalogExport } from '../dist/storage/readers/catalog-export.js';

import { onDatabase } from './kit/database.mjs';
import { machine, median } from './kit/figures.mjs';
import { KEY, spawnedApi } from './kit/service.mjs';

const { values: options } = parseArgs({
  options: {
    skus: { type: 'string', default: '20000,100000' },
    rounds: { type: 'string', default: '5' },
    explain: { type: 'boolean', default: false },
  },
});
const ROUNDS = Number(options.rounds);
const SAMPLE_MS = 20;

/** A fifth as many products as SKUs, with a vendor, a type, two tags and an attribute; five sizes of each. */
const catalogue = (skus) => `
  insert into product (id, handle, revision, title, vendor, product_type, tags, option_names, attributes, created_at, updated_at)
  select gen_random_uuid(), 'style-' || n, 1, (array['Linen','Wool','Cotton','Silk','Denim'])[1 + n % 5] || ' shirt no. ' || n,
    case when n % 7 = 0 then 'House ' || n % 97 else 'Luma' end, 'Type ' || n % 60, '{sale,summer}', '{Size}', '{"season":"SS27"}',
    '2026-01-01Z', '2026-01-01Z' from generate_series(1, ${skus / 5}) n;
  insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, gtin, gtin14,
    price, cost, weight_value, weight_unit, hs_code, country_of_origin, requires_shipping, taxable, attributes, listed_in,
    system_values, created_at, updated_at)
  select gen_random_uuid(), code, lower(code), 'SIMPLE', case when n % 250 = 1 then 'ON_HOLD' else 'ACTIVE' end, id, 2,
    title || ' / ' || v, jsonb_build_array(jsonb_build_object('name', 'Size', 'value', v::text)), 'size=' || v,
    lpad(n::text, 13, '0'), lpad(n::text, 14, '0'), 19.9, 8, 250, 'GRAMS', '610910', 'PT', true, true,
    '{"material":"wool"}', '{shopify-us,erp}', '[]', '2026-01-01Z', '2026-02-01Z'
  from (select p.*, v, substr(handle, 7)::int * 5 + v as n, upper(substr(md5(handle), 1, 4)) || '-' || substr(handle, 7) || '-' || v as code
    from product p, generate_series(0, 4) v) x;`;

/** The data of the columns that the export has of such a catalogue. */
const COPY = `copy (select s.code, s.revision, s.kind, s.state, s.title,
    s.option_values->0->>'name', s.option_values->0->>'value', s.option_values->1->>'name', s.option_values->1->>'value',
    s.option_values->2->>'name', s.option_values->2->>'value', s.gtin, s.price, s.compare_at_price, s.cost,
    s.weight_value, s.weight_unit, s.hs_code, s.country_of_origin, s.requires_shipping, s.taxable, s.tax_code,
    s.unit_of_measure, s.successor, array_to_string(s.listed_in, ', '),
    p.handle, p.revision, p.title, p.vendor, p.product_type, p.category, array_to_string(p.tags, ', '),
    p.option_names[1], p.option_names[2], p.option_names[3]
  from product p join sku s on s.product_id = p.id order by p.handle, s.code_folded) to stdout csv header`;

/** Resident MiB of a process. */
function residentOf(pid) {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return found ? Number(found[1]) / 1024 : 0;
}

/** Answers with the body, piece by piece, as the service sends it. */
function download(port) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${KEY}` };
    const call = request({ host: '127.0.0.1', port, path: '/exports/skus.csv', headers }, (answer) => {
      if (answer.statusCode === 200) resolve(answer);
      else reject(new Error(`the export answered ${answer.statusCode}`));
    });
    call.on('error', reject);
    call.end();
  });
}

/** Reads a stream to its end. */
async function drained(stream) {
  const began = performance.now();
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return { ms: performance.now() - began, bytes };
}

async function codesOf(stream) {
  const codes = [];
  for await (const [code] of stream.pipe(parse({ bom: true, from_line: 2, relax_column_count: true })))
    codes.push(code);
  return codes;
}

/** Statements that the export sends, each as often as it was sent; and the plan of a page in the middle. */
async function statementsOf(url, skus) {
  const source = await openSource(url);
  const sent = new Map();
  const values = new Map();
  const create = source.createQueryRunner.bind(source);
  source.createQueryRunner = (...args) => {
    const runner = create(...args);
    const query = runner.query.bind(runner);
    runner.query = (text, given, structured) => {
      sent.set(text, (sent.get(text) ?? 0) + 1);
      if (sent.get(text) === Math.ceil(skus / 2_000)) values.set(text, given);
      return query(text, given, structured);
    };
    return runner;
  };
  const pages = new SqlCatalogExport(source).stream(async function* (snapshot) {
    await snapshot.columnsInUse();
    yield* snapshot.skus({});
  });
  let rows = 0;
  for await (const page of pages) rows += page.length;
  if (rows !== skus) throw new Error(`the export reads ${rows} SKUs, not ${skus}`);
  const total = [...sent.values()].reduce((sum, each) => sum + each, 0);
  console.log(`${skus} SKUs: ${total} statements, ${sent.size} different ones`);
  if (options.explain) {
    for (const [text, given] of values) {
      const plan = await source.query(`explain (analyze, buffers) ${text}`, given);
      console.log(`\n${text}\n${plan.map((row) => row['QUERY PLAN'].slice(0, 160)).join('\n')}`);
    }
  }
  await source.destroy();
}

async function measure(skus, { child, port }, client) {
  const idle = residentOf(child.pid);
  const [ours, theirs] = [await codesOf(await download(port)), await codesOf(client.query(copyTo(COPY)))];
  if (ours.length !== skus || ours.join() !== theirs.join()) throw new Error('the two files differ');
  let peak = residentOf(child.pid);
  const watch = setInterval(() => (peak = Math.max(peak, residentOf(child.pid))), SAMPLE_MS);
  const runs = { ours: [], copy: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    runs.ours.push(await drained(await download(port)));
    runs.copy.push(await drained(client.query(copyTo(COPY))));
  }
  clearInterval(watch);
  const told = (list) => {
    const ms = median(list.map((each) => each.ms));
    const size = (list[0].bytes / 1e6).toFixed(1);
    return { ms, text: `${ms.toFixed(0)} ms, ${size} MB, ${((skus / ms) * 1_000).toFixed(0)} SKUs/s` };
  };
  const [mine, bare] = [told(runs.ours), told(runs.copy)];
  console.log(`  export  ${mine.text}`);
  console.log(`  COPY    ${bare.text}`);
  console.log(`  COPY's time / ours: ${(bare.ms / mine.ms).toFixed(2)}`);
  console.log(
    `  service resident: ${idle.toFixed(0)} MiB before, ${peak.toFixed(0)} MiB at most during ${ROUNDS} exports\n`,
  );
  return peak;
}

function ofSize(skus) {
  return onDatabase(async (database) => {
    const { owner, appUrl } = database;
    await owner.query(catalogue(skus));
    await owner.query('vacuum analyze');
    await statementsOf(appUrl, skus);
    const service = await spawnedApi(database);
    try {
      return await measure(skus, service, owner);
    } finally {
      service.child.kill();
    }
  });
}

console.log(`${machine()} (${cpus()[0]?.model}); client, service and PostgreSQL share them\n`);
const sizes = options.skus.split(',').map(Number);
const peaks = [];
for (const skus of sizes) peaks.push(await ofSize(skus));
console.log(sizes.map((skus, index) => `${skus} SKUs: at most ${peaks[index].toFixed(0)} MiB`).join('; '));
