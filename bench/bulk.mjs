#!/usr/bin/env node
/**
 * One request of many changes on a running service, as its callers have it: how soon its creation is answered, how long
 * it is checked and planned as a job, how long the approval takes that applies it in one transaction, and what everybody
 * else notices meanwhile. The built service (`dist`, API and worker in one process) on an embedded database of its own; beside
 * it, in another process, a bare node:http + pg server over the same database. A reader asks the two in turn for one SKU
 * after another, without a pause, and an event-loop histogram in the service tells for how long nobody had a turn there.
 *
 * Usage: node bench/bulk.mjs [--skus 50000] [--changes 10000] [--times 2]   (needs `npm run build`)
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { QUEUE_NAMES } from '../dist/jobs/queues.js';
import { startEmbeddedPostgres } from '../dist/storage/postgres/embedded-postgres.js';
import { migrate } from '../dist/storage/postgres/migrate.js';
import { catalogue } from './kit/catalogue.mjs';

const { values: options } = parseArgs({
  options: {
    skus: { type: 'string', default: '50000' },
    changes: { type: 'string', default: '10000' },
    times: { type: 'string', default: '2' },
    pauses: { type: 'string', default: '0,20' },
    as: { type: 'string' },
  },
});
const SKUS = Number(options.skus);
const CHANGES = Number(options.changes);
const TIMES = Number(options.times);
/** Milliseconds between two reads, by round. */
const PAUSES = options.pauses.split(',').map(Number);
const A_PRODUCT = 5;
const ONE = 'query ($code: String!) { sku(code: $code) { code title state price } }';

/** In a process of its own: the service, with keys for two people; answers how long its event loop was held since last asked. */
async function beService() {
  await import('reflect-metadata');
  const [{ serve }, { readConfig }, { createApiKey }] = [
    await import('../dist/porch/serve.js'),
    await import('../dist/config.js'),
    await import('../dist/application/access/create-api-key.js'),
  ];
  const { url, ports, stop } = await serve(readConfig());
  const host = { actor: { kind: 'SYSTEM', id: 'bench', name: 'bench', partyId: null }, roles: ['ADMIN'] };
  const key = async (party, role) =>
    (await createApiKey(ports, host, { name: party, party, roles: [role], expiresAt: null })).value.secret;
  const keys = { mia: await key('mia', 'MERCHANDISER'), ada: await key('ada', 'APPROVER') };
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  process.on('message', (asked) => {
    if (asked === 'stop') return void stop().finally(() => process.exit());
    process.send({ held: loop.max / 1e6, usual: loop.percentile(99) / 1e6, rss: process.memoryUsage().rss / 1e6 });
    loop.reset();
  });
  process.send({ port: Number(new URL(url).port), keys });
}

/** In a process of its own: what any server has to do that answers for one SKU out of PostgreSQL, and no more. */
async function beBare() {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
  const tell = async (code, answer) => {
    const { rows } = await pool.query('select code, title, state, price from sku where code_folded = $1', [code]);
    answer.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { sku: rows[0] } }));
  };
  const server = createServer((asked, answer) => {
    tell(decodeURIComponent(asked.url.slice(1)).toLowerCase(), answer).catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', () => process.exit());
}

function ask(agent, port, path, key, body) {
  const method = body === null ? 'GET' : 'POST';
  const headers = body === null ? {} : { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, host: '127.0.0.1', path, method, headers }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Reads both servers in turn for as long as `work` takes; prints what their readers, and the service's loop, noticed. */
async function beside(name, { service, bare, pause }, work) {
  const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
  const took = [[], []];
  const run = { isOver: false };
  const reading = (async () => {
    for (let n = 1; !run.isOver; n = (n % SKUS) + 1) {
      const body = JSON.stringify({ query: ONE, variables: { code: `C-${n}` } });
      for (const [index, call] of [
        () => ask(agents[0], service.port, '/graphql', service.keys.ada, body),
        () => ask(agents[1], bare.port, `/C-${n}`, null, null),
      ].entries()) {
        const since = performance.now();
        const { data } = await call();
        if (data.sku.code !== `C-${n}`) throw new Error(`asked for C-${n}: ${JSON.stringify(data)}`);
        took[index].push(performance.now() - since);
      }
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  })();
  await answered(service.child, 'loop');
  const since = performance.now();
  const value = await work();
  const seconds = ((performance.now() - since) / 1000).toFixed(2);
  const { held, usual, rss } = await answered(service.child, 'loop');
  run.isOver = true;
  await reading;
  const told = took.map((all) => {
    const sorted = all.toSorted((a, b) => a - b);
    return [0.5, 0.99, 1].map((share) => sorted[Math.ceil(sorted.length * share) - 1]?.toFixed(0) ?? '-').join(' / ');
  });
  console.log(
    `  ${name.padEnd(34)} ${seconds.padStart(6)} s   reader p50 / p99 / longest ms: ${told[0].padEnd(14)} bare ${told[1].padEnd(14)}` +
      ` loop p99 ${usual.toFixed(0)}, held ${held.toFixed(0)} ms at most   ${rss.toFixed(0)} MB`,
  );
  for (const agent of agents) agent.destroy();
  return value;
}

async function answered(child, question) {
  child.send(question);
  const [answer] = await once(child, 'message');
  return answer;
}

async function measure(parts, round) {
  const { service } = parts;
  const gql = async (key, text) => {
    const { data, errors } = await ask(undefined, service.port, '/graphql', key, text);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  const price = `${20 + round}.00`;
  const changes = Array.from({ length: CHANGES }, (_, n) => ({ skuUpdate: { code: `C-${n + 1}`, fields: { price } } }));
  const create = JSON.stringify({
    query:
      'mutation ($i: ChangeRequestInput!) { changeRequestCreate(input: $i) { changeRequest { id state } userErrors { code message } } }',
    variables: { i: { title: 'Prices', changes } },
  });
  console.log(`round ${round}, ${parts.pause} ms between reads:`);
  await beside('nothing', parts, () => new Promise((resolve) => setTimeout(resolve, 3_000)));
  const made = await beside(
    'creation, to its answer',
    parts,
    async () => (await gql(service.keys.mia, create)).changeRequestCreate,
  );
  const { id, state } = made.changeRequest ?? {};
  if (state !== 'VALIDATING') throw new Error(JSON.stringify(made));
  const look = JSON.stringify({
    query: 'query ($id: ID!) { node(id: $id) { ... on ChangeRequest { state } } }',
    variables: { id },
  });
  const reached = async (wanted) => {
    for (;;) {
      const now = (await gql(service.keys.mia, look)).node.state;
      if (now === wanted) return;
      if (now !== 'VALIDATING') throw new Error(`the request is ${now}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await beside('the job: checked and planned', parts, () => reached('IN_REVIEW'));
  const approve = JSON.stringify({
    query:
      'mutation ($id: ID!) { changeRequestApprove(id: $id) { changeRequest { state } userErrors { code message } } }',
    variables: { id },
  });
  const { changeRequestApprove: done } = await beside('approval: planned again, applied', parts, () =>
    gql(service.keys.ada, approve),
  );
  if (done.changeRequest?.state !== 'APPLIED') throw new Error(JSON.stringify(done));
}

async function started(as, env) {
  const child = fork(fileURLToPath(import.meta.url), ['--as', as], { env: { ...process.env, ...env } });
  const [{ port, keys }] = await once(child, 'message');
  return { child, port, keys };
}

async function main() {
  const directory = mkdtempSync(join(tmpdir(), 'skuward-bench-'));
  chmodSync(directory, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: directory, log: () => {} });
  const owner = new pg.Client(server.ownerUrl);
  const children = [];
  try {
    await migrate({ ownerUrl: server.ownerUrl, appRole: 'skuward_app', queues: QUEUE_NAMES, log: () => {} });
    await owner.connect();
    await owner.query(catalogue({ skus: SKUS, aProduct: A_PRODUCT }));
    await owner.query('vacuum analyze');
    const systems = join(directory, 'systems.json');
    const there = { mode: 'WRITE', baseUrl: 'http://127.0.0.1:9' };
    const shop = {
      code: 'shopify',
      kind: 'SHOPIFY',
      connector: 'shopify',
      currency: 'USD',
      storeDomain: 'shop.example',
      apiVersion: '2026-10',
      ...there,
    };
    const erp = { code: 'erp', kind: 'ERP', connector: 'http', token: { env: 'TOKEN' }, ...there };
    const secrets = { accessToken: { env: 'TOKEN' }, clientSecret: { env: 'TOKEN' }, publications: [] };
    writeFileSync(systems, JSON.stringify({ systems: [{ ...shop, ...secrets }, erp] }));
    const env = {
      PORT: '0',
      LOG_LEVEL: 'error',
      DATABASE_URL: server.appUrl,
      MIGRATE_DATABASE_URL: server.ownerUrl,
      SYSTEMS_FILE: systems,
      TOKEN: 'bench-token',
    };
    const service = await started('service', env);
    children.push(service.child);
    const bare = await started('bare', env);
    children.push(bare.child);
    console.log(
      `node ${process.version}, ${cpus().length} cores; ${SKUS} SKUs in two systems, ${CHANGES} changes; reader, servers and PostgreSQL share the cores`,
    );
    for (let round = 1; round <= TIMES * PAUSES.length; round += 1)
      await measure({ service, bare, pause: PAUSES[(round - 1) % PAUSES.length] }, round);
  } finally {
    for (const child of children) {
      child.send('stop');
      await once(child, 'exit');
    }
    await owner.end();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

if (options.as === 'service') await beService();
else if (options.as === 'bare') await beBare();
else await main();
