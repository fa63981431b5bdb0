#!/usr/bin/env node
/**
 * How fast a Shopify export becomes a master, and in how much memory: the built service (`dist`) on an embedded database of
 * its own takes the file over HTTP as baseline, and beside it stands a bare COPY of the very rows that it wrote, in the
 * same run, on the same server, over the same kind of connection:
 * - into empty copies of the tables (LIKE … INCLUDING ALL: every index and check, no foreign keys), and
 * - into the tables themselves, emptied (foreign keys too).
 * Processor seconds stand beside them: where other work shares the machine they say more than the clock.
 * The two systems of the master (a store and an ERP, so two records a SKU) do not answer: the scans that follow an import by
 * themselves end at once and take nothing from it.
 *
 * With --least (share of the COPY into empty copies) or --most-memory (MiB resident, of the service) it ends with 1 where a
 * run falls short.
 *
 * Usage: node bench/import.mjs [--skus 100000] [--runs 1] [--file FILE.csv] [--least 0.2] [--most-memory 800]
 * (needs `npm run build`)
 */
import { createReadStream, createWriteStream, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { findRunningEmbedded } from '../dist/storage/postgres/embedded-postgres.js';
import { inDirectory } from './kit/database.mjs';
import { machine } from './kit/figures.mjs';
import { endService, freePort, KEY, startService, until } from './kit/service.mjs';

const SAMPLE_MS = 50;
/** What an import writes, parents first. */
const TABLES = ['product', 'product_revision', 'sku', 'sku_revision', 'feed_entry', 'record', 'audit_event'];

const { values: options } = parseArgs({
  options: {
    skus: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '1' },
    file: { type: 'string' },
    least: { type: 'string', default: '0' },
    'most-memory': { type: 'string', default: 'Infinity' },
    node: { type: 'string', multiple: true, default: [] },
  },
});

/** A whole number below `limit` out of two others: the same file in every run. */
function pick(seed, salt, limit) {
  let mixed = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(salt + 7, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 12)) >>> 0) % limit;
}

/** GTIN-13 of a running number, with its check digit (GS1 General Specifications 7.9). */
function gtin(number) {
  const digits = `400${String(number).padStart(9, '0')}`;
  const sum = digits.split('').reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return digits + ((10 - (sum % 10)) % 10);
}

const COLORS = ['Black', 'Oat', 'Fern', 'Rust', 'Slate', 'Coral', 'Navy', 'Plum', 'Sand', 'Teal'];
const SIZES = ['XS', 'S', 'M', 'L', 'XL', '2XL'];
const NOUNS = ['Jacket', 'Overshirt', 'Crew Sock', 'Trail Tee', 'Wool Beanie', 'Day Pack', 'Rain Shell', 'Field Pant'];
const HEADER =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,' +
  'Variant SKU,Variant Grams,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,' +
  'Variant Barcode,Cost per item,Status,Image Src';

/** Lines of an export of so many variants: products of 1 to 24 variants, descriptions, barcodes, prices, image rows. */
function* exportLines(skus) {
  yield HEADER;
  for (let product = 0, sku = 0; sku < skus; product += 1) {
    const variants = Math.min(skus - sku, 1 + pick(product, 1, 24));
    const noun = NOUNS[pick(product, 2, NOUNS.length)];
    const body = `"<p>The ${noun} no. ${product}, made to last.</p>\n<ul><li>Care: wash cold</li></ul>"`;
    for (let variant = 0; variant < variants; variant += 1, sku += 1) {
      const lead = variant === 0;
      const price = 9 + pick(product, 3, 190);
      const cells = [
        `${noun.toLowerCase().replace(' ', '-')}-${product}`,
        lead ? `Fernhill ${noun} ${product}` : '',
        lead ? body : '',
        lead ? `Vendor ${pick(product, 4, 40)}` : '',
        lead ? noun : '',
        lead ? `"core, season-${pick(product, 5, 8)}"` : '',
        lead ? 'TRUE' : '',
        lead ? 'Color' : '',
        COLORS[Math.floor(variant / SIZES.length)],
        lead ? 'Size' : '',
        SIZES[variant % SIZES.length],
        `FH-${String(product).padStart(6, '0')}-${variant}`,
        `${100 + pick(sku, 6, 900)}`,
        `${price}.90`,
        pick(sku, 7, 4) === 0 ? `${price + 20}.00` : '',
        'TRUE',
        'TRUE',
        gtin(sku),
        `${Math.floor(price / 3)}.25`,
        lead ? 'active' : '',
        `https://cdn.example.com/${product}/${variant}.jpg`,
      ];
      yield cells.join(',');
    }
  }
}

async function writeExport(path, skus) {
  const lines = (function* () {
    for (const line of exportLines(skus)) yield `${line}\n`;
  })();
  await pipeline(Readable.from(lines), createWriteStream(path));
}

/** Resident MiB of a process, or what of it is its own (not shared with others). */
function memoryOf(pid, field) {
  try {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) / 1024 : 0;
  } catch {
    return 0;
  }
}

/** Processes whose parent is this one. */
function childrenOf(pid) {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]) === pid;
    } catch {
      return false;
    }
  });
}

/** Processor seconds that a process has used so far (Linux counts in hundredths). */
function cpuOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** Counts what PostgreSQL works from now on, backends that end meanwhile included. */
function countServer(postmaster) {
  const first = new Map();
  const last = new Map();
  const look = (initial) => {
    for (const pid of [String(postmaster), ...childrenOf(postmaster)]) {
      const used = cpuOf(pid);
      if (!first.has(pid)) first.set(pid, initial ? used : 0);
      if (used > 0) last.set(pid, used);
    }
  };
  look(true);
  const timer = setInterval(() => look(false), SAMPLE_MS);
  return () => {
    look(false);
    clearInterval(timer);
    return [...last].reduce((sum, [pid, used]) => sum + used - first.get(pid), 0);
  };
}

/** Watches memory until it is stopped: the service's, and the most that any one process of PostgreSQL has of its own. */
function watch(service, postmaster) {
  const peak = { service: 0, backend: 0, start: memoryOf(service, 'VmRSS') };
  const timer = setInterval(() => {
    peak.service = Math.max(peak.service, memoryOf(service, 'VmRSS'));
    for (const child of childrenOf(postmaster)) peak.backend = Math.max(peak.backend, memoryOf(child, 'RssAnon'));
  }, SAMPLE_MS);
  return { peak, stop: () => clearInterval(timer) };
}

async function importOf(url, csv) {
  const headers = { authorization: `Bearer ${KEY}` };
  const since = performance.now();
  const sent = await fetch(`${url}/imports?format=shopify-csv&mode=baseline`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/csv' },
    body: Readable.toWeb(createReadStream(csv)),
    duplex: 'half',
  });
  const { id } = await sent.json();
  const uploaded = performance.now() - since;
  for (;;) {
    const view = await (await fetch(`${url}/imports/${id}`, { headers })).json();
    if (view.state !== 'RUNNING')
      return { seconds: (performance.now() - since) / 1000, uploaded: uploaded / 1000, view };
    await sleep(50);
  }
}

/** The rows of the import out of the tables and in again, all of them in one transaction. Seconds of the way in. */
async function copyOf(client, dir, target, postmaster) {
  const used = countServer(postmaster);
  await client.query('begin');
  const since = performance.now();
  const times = {};
  for (const table of TABLES) {
    const began = performance.now();
    const stream = client.query(copyFrom(`copy ${target(table)} from stdin`));
    await pipeline(createReadStream(join(dir, table)), stream);
    times[table] = (performance.now() - began) / 1000;
  }
  await client.query('commit');
  return { seconds: (performance.now() - since) / 1000, cpu: used(), times };
}

/** A connection of the tables' owner for as long as `work` takes. */
async function asOwner(ownerUrl, work) {
  const client = new pg.Client(ownerUrl);
  // The server may be shut down under it, when something else has failed.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function copies(client, dir, postmaster) {
  const rows = {};
  for (const table of TABLES) {
    await pipeline(client.query(copyTo(`copy ${table} to stdout`)), createWriteStream(join(dir, table)));
    rows[table] = Number((await client.query(`select count(*) as n from ${table}`)).rows[0].n);
  }
  await client.query('create schema bench');
  for (const table of TABLES) await client.query(`create table bench.${table} (like ${table} including all)`);
  await client.query('checkpoint').catch(() => undefined);
  const bare = await copyOf(client, dir, (table) => `bench.${table}`, postmaster);
  await client.query('drop schema bench cascade');
  // The catalogue refuses to be emptied; here nobody will miss it.
  for (const table of TABLES) await client.query(`alter table ${table} disable trigger user`);
  await client.query(`truncate ${TABLES.join(', ')} cascade`);
  for (const table of TABLES) await client.query(`alter table ${table} enable trigger user`);
  const same = await copyOf(client, dir, (table) => table, postmaster);
  return { rows, bare, same };
}

/** A store and an ERP on ports where nobody listens. */
async function silentSystems() {
  const baseUrl = `http://127.0.0.1:${await freePort()}`;
  const store = {
    code: 'shopify',
    kind: 'SHOPIFY',
    connector: 'shopify',
    storeDomain: 'bench.myshopify.com',
    apiVersion: '2026-10',
  };
  const erp = {
    code: 'erp',
    kind: 'ERP',
    connector: 'http',

    token: { env: 'BENCH_SECRET' },
  };
  const secret = { accessToken: { env: 'BENCH_SECRET' }, clientSecret: { env: 'BENCH_SECRET' } };
  const common = { mode: 'READ_ONLY', currency: 'USD', baseUrl };
  return JSON.stringify({
    systems: [
      { ...common, ...store, ...secret },
      { ...common, ...erp },
    ],
  });
}

async function oneRun(csv, dir) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const systems = join(dir, 'systems.json');
  writeFileSync(systems, await silentSystems());
  const dataDir = join(dir, 'data');
  const env = { SYSTEMS_FILE: systems, BENCH_SECRET: 'nobody asks for it' };
  const child = startService(dataDir, port, { env, node: options.node });
  try {
    await until('the first answer', async () => (await fetch(`${url}/health/ready`)).ok);
    const { ownerUrl } = await findRunningEmbedded(dataDir);
    const postmaster = Number(childrenOf(child.pid).find((pid) => childrenOf(Number(pid)).length > 3));
    const watched = watch(child.pid, postmaster);
    const before = { node: cpuOf(child.pid), server: countServer(postmaster) };
    const done = await importOf(url, csv);
    watched.stop();
    const cpu = { node: cpuOf(child.pid) - before.node, server: before.server() };
    if (done.view.state !== 'SUCCEEDED') throw new Error(`import ${done.view.state}: ${done.view.error}`);
    const copied = await asOwner(ownerUrl, (client) => copies(client, dir, postmaster));
    return { ...done, cpu, ...copied, peak: watched.peak };
  } finally {
    await endService(child);
  }
}

const row = (cells) =>
  console.log(cells.map((cell, index) => (index ? String(cell).padStart(14) : String(cell).padEnd(46))).join(''));
await inDirectory(async (work) => {
  const csv = options.file ?? join(work, 'products_export.csv');
  if (!options.file) await writeExport(csv, Number(options.skus));
  console.log(`${machine()}, ${(statSync(csv).size / 2 ** 20).toFixed(1)} MiB of CSV`);
  for (let run = 0; run < Number(options.runs); run += 1) {
    const { seconds, uploaded, view, rows, bare, same, peak, cpu } = await inDirectory((dir) => oneRun(csv, dir));
    const skus = view.skusCreated;
    const all = rows.sku;
    row(['', 'seconds', 'SKUs/s', 'ratio', 'CPU s, server', 'CPU s, service']);
    const rate = skus / seconds;
    row([
      `import of ${skus} SKUs, upload to SUCCEEDED`,
      seconds.toFixed(2),
      Math.round(rate),
      '1',
      cpu.server.toFixed(1),
      cpu.node.toFixed(1),
    ]);
    row(['  of which the upload', uploaded.toFixed(2), '', '']);
    row([
      'COPY of the same rows, empty copies, no FKs',
      bare.seconds.toFixed(2),
      Math.round(all / bare.seconds),
      (rate / (all / bare.seconds)).toFixed(3),
      bare.cpu.toFixed(1),
    ]);
    row([
      'COPY of the same rows, the same tables',
      same.seconds.toFixed(2),
      Math.round(all / same.seconds),
      (rate / (all / same.seconds)).toFixed(3),
      same.cpu.toFixed(1),
    ]);
    for (const table of TABLES) row([`  ${table}, ${rows[table]} rows`, same.times[table].toFixed(2), '', '']);
    row([
      `memory, MiB: service before, peak; a backend's own`,
      peak.start.toFixed(0),
      peak.service.toFixed(0),
      peak.backend.toFixed(0),
    ]);
    if (rate < (Number(options.least) * all) / bare.seconds || peak.service > Number(options['most-memory'])) {
      console.log(`short of the bar: --least ${options.least}, --most-memory ${options['most-memory']}`);
      process.exitCode = 1;
    }
  }
});
