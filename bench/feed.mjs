#!/usr/bin/env node
/**
 * The feed, measured on the service as it is started, each figure beside a baseline of the same run:
 * - entries numbered a second, beside one INSERT … SELECT that numbers the same rows with row_number();
 * - from the answer of the approval that applies a request to the answer of the feed that holds it, beside the same
 *   request to the feed when it has nothing;
 * - entries read a second in pages of 500 through GraphQL, beside a bare node:http and pg server on the same tables;
 * - commits a second of eight writers that wake the sequencer after the commit, as the service does, and inside it.
 *
 * Usage: node bench/feed.mjs [--entries 200000] [--seconds 5]   (needs `npm run build`)
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { findRunningEmbedded } from '../dist/storage/postgres/embedded-postgres.js';
import { inDirectory } from './kit/database.mjs';
import { machine, quantile } from './kit/figures.mjs';
import { endService, freePort, KEY, startService, until } from './kit/service.mjs';

const option = (name, fallback) => Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) || fallback;
const ENTRIES = option('entries', 200_000);
const SECONDS = option('seconds', 5);
const ROUNDS = 3;
const CLIENTS = 8;
const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

/** Over node:http, so that the client takes as little of the machine as it can. */
function post(url, body, key) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

async function graphql(url, key, query, variables = {}) {
  const { data, errors } = await post(`${url}/graphql`, { query, variables }, key);
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** The keys of its sample people, as the first start of a service prints them. */
async function keysOf(child) {
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  await until('the service', () => /^ {2}ADMIN .*\n/m.test(said));
  return new Map([...said.matchAll(/^ {2}([A-Z]+) +\S+ \S+ +(\S+)$/gm)].map(([, role, key]) => [role, key]));
}

const rowsOf = async (client, text, values) => (await client.query(text, values)).rows;
const numbered = async (owner) => Number((await rowsOf(owner, 'select max(position) as n from feed_position'))[0].n);

/** Entries as a change of two fields leaves them. */
async function append(owner, count) {
  await owner.query(
    `insert into feed_entry (id, entity, key, revision, at, changes)
     select gen_random_uuid(), 'SKU', 'bench-' || n, 1, clock_timestamp(),
       jsonb_build_array(jsonb_build_object('field', 'price', 'from', '1.00', 'to', n || '.50'),
         jsonb_build_object('field', 'title', 'from', 'Old', 'to', 'A title of ' || n))
     from generate_series(1, $1::int) n`,
    [count],
  );
}

async function measureNumbering(owner) {
  const before = await numbered(owner);
  await append(owner, ENTRIES);
  const since = performance.now();
  await owner.query('notify skuward_sequencer');
  await until('all numbers', async () => (await numbered(owner)) >= before + ENTRIES, 5);
  const took = performance.now() - since;
  await owner.query('create temp table bench_position (position bigint primary key, entry_id uuid not null unique)');
  const bareSince = performance.now();
  await owner.query(
    `insert into bench_position
     select row_number() over (order by at, change_request_id, key, revision, id), id from feed_entry where key like 'bench-%'`,
  );
  const bare = performance.now() - bareSince;
  return { ours: Math.round((ENTRIES / took) * 1_000), bare: Math.round((ENTRIES / bare) * 1_000) };
}

const FEED =
  'query ($after: String, $first: Int) { catalogFeed(after: $after, first: $first) { cursor hasMore entries { key } } }';

/** Mia proposes, Ada approves, and somebody reads the feed for as long as it takes. */
async function measureDelay({ url, keys }) {
  const sku = (await graphql(url, KEY, '{ skus(first: 1, filter: { states: [ACTIVE] }) { nodes { code } } }')).skus
    .nodes[0].code;
  const state = { cursor: null, hasMore: true };
  const read = async () => {
    const { catalogFeed: feed } = await graphql(url, KEY, FEED, { after: state.cursor, first: 500 });
    Object.assign(state, { cursor: feed.cursor, hasMore: feed.hasMore });
    return feed.entries;
  };
  do await read();
  while (state.hasMore);
  const create = `mutation ($input: ChangeRequestInput!) { changeRequestCreate(input: $input) { changeRequest { id } userErrors { message } } }`;
  const approve = `mutation ($id: ID!) { changeRequestApprove(id: $id) { changeRequest { state } userErrors { message } } }`;
  const waits = [];
  const idle = [];
  for (let round = 0; round < 60; round += 1) {
    const input = { title: 't', changes: [{ skuUpdate: { code: sku, fields: { price: `${round + 100}.00` } } }] };
    const made = (await graphql(url, keys.get('MERCHANDISER'), create, { input })).changeRequestCreate;
    if (!made.changeRequest) throw new Error(JSON.stringify(made.userErrors));
    const idleSince = performance.now();
    await read();
    idle.push(performance.now() - idleSince);
    // Another moment of the sequencer's own beat each time.
    await sleep(17 * (round % 13));
    const { changeRequestApprove: done } = await graphql(url, keys.get('APPROVER'), approve, {
      id: made.changeRequest.id,
    });
    if (done.changeRequest?.state !== 'APPLIED') throw new Error(JSON.stringify(done));
    const since = performance.now();
    await until('the entry', async () => (await read()).some(({ key }) => key === sku), 5);
    waits.push(performance.now() - since);
  }
  return { p50: quantile(waits, 0.5), p95: quantile(waits, 0.95), idle: quantile(idle, 0.5) };
}

const BARE = `
import { createServer } from 'node:http';
import pg from 'pg';
const pool = new pg.Pool({ connectionString: process.argv[1], max: 16 });
const text = \`select p.position, e.entity, e.key, e.revision, e.at, e.changes
  from (select position, entry_id from feed_position where position > $1 order by position limit 501) p
    join feed_entry e on e.id = p.entry_id order by p.position\`;
createServer((request, answer) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', async () => {
    const { rows } = await pool.query(text, [JSON.parse(body).after ?? 0]);
    const entries = rows.slice(0, 500);
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ entries, cursor: entries.at(-1)?.position ?? '0', hasMore: rows.length > 500 }));
  });
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));`;

async function startBare(ownerUrl) {
  const port = await freePort();
  const root = fileURLToPath(new URL('..', import.meta.url));
  const args = ['--input-type=module', '-e', BARE, ownerUrl, String(port)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return { url: `http://127.0.0.1:${port}/`, stop: () => child.kill() };
}

/** Entries a second by several readers at once, each from the beginning to the end and over again. */
async function readingRate(page) {
  const end = performance.now() + SECONDS * 1_000;
  const since = performance.now();
  let entries = 0;
  const reader = async () => {
    let cursor = null;
    while (performance.now() < end) {
      const answer = await page(cursor);
      entries += answer.entries.length;
      cursor = answer.hasMore ? answer.cursor : null;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, reader));
  return entries / ((performance.now() - since) / 1_000);
}

async function measureReading({ url, ownerUrl }) {
  const whole = `query ($after: String) { catalogFeed(after: $after, first: 500) {
    cursor hasMore entries { cursor entity key revision at changes { field from to } } } }`;
  const bare = await startBare(ownerUrl);
  const rates = { ours: [], bare: [] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      rates.ours.push(await readingRate(async (after) => (await graphql(url, KEY, whole, { after })).catalogFeed));
      rates.bare.push(await readingRate((after) => post(bare.url, { after }, KEY)));
    }
  } finally {
    bare.stop();
  }
  return { ours: Math.round(quantile(rates.ours, 0.5)), bare: Math.round(quantile(rates.bare, 0.5)) };
}

/** Eight writers, one row a transaction. */
async function measureWaking(ownerUrl) {
  const clients = [];
  for (let n = 0; n < CLIENTS; n += 1) clients.push(new pg.Client(ownerUrl));
  await Promise.all(clients.map((client) => client.connect()));
  await clients[0].query('create table bench_write (id bigint generated always as identity primary key)');
  const rates = { none: [], after: [], inside: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const how of Object.keys(rates)) {
      const end = performance.now() + SECONDS * 500;
      let commits = 0;
      const write = async (client) => {
        while (performance.now() < end) {
          await client.query('begin');
          await client.query('insert into bench_write default values');
          if (how === 'inside') await client.query('notify bench');
          await client.query('commit');
          if (how === 'after') await client.query('notify bench');
          commits += 1;
        }
      };
      await Promise.all(clients.map(write));
      rates[how].push(commits / (SECONDS / 2));
    }
  }
  await clients[0].query('drop table bench_write');
  await Promise.all(clients.map((client) => client.end()));
  return Object.fromEntries(Object.entries(rates).map(([how, list]) => [how, Math.round(quantile(list, 0.5))]));
}

async function report(service) {
  const owner = new pg.Client(service.ownerUrl);
  await owner.connect();
  const delay = await measureDelay(service);
  const numbering = await measureNumbering(owner);
  await owner.query('analyze feed_entry; analyze feed_position');
  const reading = await measureReading(service);
  const waking = await measureWaking(service.ownerUrl);
  const share = (part, whole) => `${(part / whole).toFixed(2)} of it`;
  console.log(`${machine()}, ${ENTRIES} entries, medians of ${ROUNDS}`);
  console.log(
    `numbered    ${numbering.ours} entries/s   (one INSERT with row_number(): ${numbering.bare}; ${share(numbering.ours, numbering.bare)})`,
  );
  console.log(
    `visible     p50 ${delay.p50.toFixed(1)} ms, p95 ${delay.p95.toFixed(1)} ms after apply   (a feed request that finds nothing: ${delay.idle.toFixed(1)} ms)`,
  );
  console.log(
    `read        ${reading.ours} entries/s, pages of 500, ${CLIENTS} readers   (bare node:http and pg: ${reading.bare}; ${share(reading.ours, reading.bare)})`,
  );
  console.log(
    `8 writers   ${waking.after} commits/s waking after the commit, ${waking.inside} inside   (without waking: ${waking.none})`,
  );
  await owner.end();
}

await inDirectory(async (dataDir) => {
  const port = await freePort();
  const child = startService(dataDir, port, { stdout: 'pipe' });
  try {
    const keys = await keysOf(child);
    const { ownerUrl } = await findRunningEmbedded(dataDir);
    await report({ url: `http://127.0.0.1:${port}`, keys, ownerUrl });
  } finally {
    await endService(child);
  }
});
