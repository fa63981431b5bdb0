#!/usr/bin/env node
/**
 * What the service costs while nothing happens: processor seconds over a minute, out of /proc, of the service with a worker
 * and of its PostgreSQL, beside a bare NestJS application that says hello, at the same time on the same machine.
 *
 *   npm run build && node bench/idle.mjs [--seconds 60] [--settle 30]
 *
 * Linux only. The bar: under 1% of a core (issue 7).
 */
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    settle: { type: 'string', default: '30' },
    hello: { type: 'boolean' },
  },
});
/** Linux counts processor time in these, whatever the kernel's own clock. */
const TICKS_A_SECOND = 100;

if (values.hello) await hello();
else await measure(Number(values.seconds), Number(values.settle));

/** The baseline: what Nest costs by itself. */
async function hello() {
  await import('reflect-metadata');
  const { NestFactory } = await import('@nestjs/core');
  const { Module } = await import('@nestjs/common');
  class Hello {
    greeting = 'hello';
  }
  Module({})(Hello);
  const app = await NestFactory.create(Hello, { logger: false });
  app.use('/hello', (_, response) => response.end(new Hello().greeting));
  await app.listen(0, '127.0.0.1');
  process.stdout.write('ready\n');
}

async function measure(seconds, settle) {
  const dataDir = await mkdtemp(join(tmpdir(), 'skuward-idle-'));
  await chmod(dataDir, 0o755);
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const env = { ...process.env, PORT: String(20_000 + (process.pid % 20_000)), DATA_DIR: dataDir, LOG_LEVEL: 'error' };
  const service = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const bare = spawn(process.execPath, [fileURLToPath(import.meta.url), '--hello'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await Promise.all([ready(service), ready(bare)]);
    // First scans and the sample's own deliveries end before anything is counted.
    await sleep(settle * 1_000);
    const before = look(service.pid, bare.pid);
    await sleep(seconds * 1_000);
    const after = look(service.pid, bare.pid);
    const share = (name) => `${(((after[name] - before[name]) / seconds) * 100).toFixed(2)}%`;
    console.log(`over ${seconds} s, of one core:`);
    console.log(`  service (API, worker, sandbox)  ${share('service')}`);
    console.log(`  its PostgreSQL                  ${share('postgres')}`);
    console.log(`  a bare NestJS hello             ${share('bare')}`);
  } finally {
    service.kill('SIGTERM');
    bare.kill('SIGTERM');
    await new Promise((resolve) => service.once('exit', resolve));
    await rm(dataDir, { recursive: true, force: true });
  }
}

function ready(child) {
  return new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}

/** Processor seconds so far: of the two, and of all PostgreSQL processes below the service. */
function look(service, bare) {
  const processes = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []));
  const below = new Set([service]);
  // The embedded server is in a session of its own, and its parent is the service as long as that lives.
  for (let grown = -1; grown !== below.size;) {
    grown = below.size;
    for (const { pid, parent } of processes) if (below.has(parent)) below.add(pid);
  }
  const seconds = (pids) => processes.reduce((sum, each) => (pids.has(each.pid) ? sum + each.seconds : sum), 0);
  below.delete(service);
  return { service: seconds(new Set([service])), postgres: seconds(below), bare: seconds(new Set([bare])) };
}

function statOf(name) {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      pid: Number(name),
      parent: Number(fields[1]),
      seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    };
  } catch {
    return null;
  }
}
