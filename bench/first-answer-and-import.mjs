#!/usr/bin/env node
/**
 * How long a new user waits: from `node dist/main.js` on an empty data directory to the first answer, and for the import
 * of a catalogue of about 1,900 SKUs. Each figure stands beside a baseline taken in the same run:
 * - the first answer beside a bare node process that answers one HTTP request;
 * - the import beside an INSERT … SELECT of the `sku` and `sku_revision` rows that it made into empty copies of those
 *   tables with all their indexes, in the same database: what PostgreSQL alone takes for the rows.
 *
 * Usage: node bench/first-answer-and-import.mjs [FILE.csv] [--runs 3]   (needs `npm run build`; the default file is made up)
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { findRunningEmbedded } from '../dist/storage/postgres/embedded-postgres.js';
import { inDirectory } from './kit/database.mjs';
import { machine, median } from './kit/figures.mjs';
import { endService, freePort, KEY, startService, until } from './kit/service.mjs';

const args = process.argv.slice(2);
const runs = Number(args[args.indexOf('--runs') + 1] ?? 3) || 3;
const file = args.find((each) => each.endsWith('.csv'));

/** 190 products of 10 variants each, in the shape that Shopify exports. */
function madeUp() {
  const rows = ['Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Status'];
  for (let product = 0; product < 190; product += 1) {
    for (let size = 0; size < 10; size += 1) {
      const head = size === 0 ? `Product ${product},Bench,Size` : ',,';
      const status = size === 0 ? 'active' : '';
      rows.push(`p-${product},${head},${size},B-${product}-${size},454,${product}.50,${status}`);
    }
  }
  return `${rows.join('\n')}\n`;
}

async function answers(url, since) {
  await until('an answer', async () => (await fetch(url)).ok);
  return performance.now() - since;
}

async function bareNode() {
  const port = await freePort();
  const script = `require('node:http').createServer((q, s) => s.end('ok')).listen(${port}, '127.0.0.1')`;
  const since = performance.now();
  const child = spawn(process.execPath, ['-e', script]);
  const took = await answers(`http://127.0.0.1:${port}/`, since);
  child.kill();
  return took;
}

async function importOf(url, csv) {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'text/csv' };
  const since = performance.now();
  const sent = await fetch(`${url}/imports?format=shopify-csv&mode=baseline`, { method: 'POST', headers, body: csv });
  const { id } = await sent.json();
  for (;;) {
    const view = await (await fetch(`${url}/imports/${id}`, { headers })).json();
    if (view.state !== 'RUNNING') return { took: performance.now() - since, view };
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The same rows from table to table: no wire, no parsing, no rules. */
async function rowsAlone(dataDir) {
  const client = new pg.Client((await findRunningEmbedded(dataDir)).ownerUrl);
  await client.connect();
  try {
    await client.query(
      'create temp table bench_sku (like sku including all); create temp table bench_revision (like sku_revision including all)',
    );
    const { rows } = await client.query(
      `select string_agg(quote_ident(attname), ', ') as names from pg_attribute
       where attrelid = 'sku'::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    );
    const columns = rows[0].names;
    const since = performance.now();
    await client.query('begin');
    await client.query(`insert into bench_sku (${columns}) select ${columns} from sku`);
    await client.query('insert into bench_revision select * from sku_revision');
    await client.query('commit');
    return performance.now() - since;
  } finally {
    await client.end();
  }
}

async function oneRun(csv, dataDir) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const bare = await bareNode();
  const since = performance.now();
  const child = startService(dataDir, port);
  try {
    const first = await answers(`${url}/health/live`, since);
    const { took, view } = await importOf(url, csv);
    if (view.state !== 'SUCCEEDED') throw new Error(`import ${view.state}: ${view.error}`);
    const copied = await rowsAlone(dataDir);
    return { bare, first, took, copied, skus: view.skusCreated };
  } finally {
    await endService(child);
  }
}

const csv = file ? readFileSync(file, 'utf8') : madeUp();
const results = [];
for (let run = 0; run < runs; run += 1) results.push(await inDirectory((dataDir) => oneRun(csv, dataDir)));
const of = (key) => Math.round(median(results.map((each) => each[key])));
console.log(`${machine()}, ${runs} runs, medians`);
console.log(`first answer, empty data directory   ${of('first')} ms   (bare node and http: ${of('bare')} ms)`);
console.log(
  `import of ${of('skus')} SKUs, to SUCCEEDED  ${of('took')} ms   (the same rows between tables: ${of('copied')} ms)`,
);
