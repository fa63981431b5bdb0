import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The built service. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Makes whoever shows it an ADMIN of the services that are started here. */
export const KEY = 'bench-bootstrap-key-0123456789abcdef';

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** What `probe` answers as soon as that is something; a probe that fails is asked again. */
export async function until(what, probe, pauseMs = 10) {
  for (const end = performance.now() + 120_000; performance.now() < end; await sleep(pauseMs)) {
    const value = await Promise.resolve()
      .then(probe)
      .catch(() => null);
    if (value) return value;
  }
  throw new Error(`waited in vain for ${what}`);
}

/** A service on a sandbox of its own, in a data directory; more of `env` on top. */
export function startService(dataDir, port, { env = {}, node = [], stdout = 'ignore' } = {}) {
  const own = { DATA_DIR: dataDir, PORT: String(port), BOOTSTRAP_API_KEY: KEY, LOG_LEVEL: 'error' };
  const stdio = ['ignore', stdout, 'inherit'];
  return spawn(process.execPath, [...node, MAIN], { env: { ...process.env, ...own, ...env }, stdio });
}

/** Ends it and waits until it is gone. */
export async function endService(child) {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

/** Starts node with `args` and waits until it says its port, as the first group of `ready`. */
export function spawned(args, env, ready) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (part) => {
      text += part;
      const found = ready.exec(text);
      if (found) resolve({ child, port: Number(found[1]) });
    });
    child.on('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}\n${text}`)));
  });
}

/** The service, role api, on a database that is there already, with two systems that nobody asks. */
export function spawnedApi({ directory, appUrl, ownerUrl }) {
  const systems = join(directory, 'systems.json');
  const base = { mode: 'READ_ONLY', baseUrl: 'http://127.0.0.1:9' };
  const token = { env: 'TOKEN' };
  const shop = { ...base, code: 'shopify-us', kind: 'SHOPIFY', connector: 'shopify', storeDomain: 'x.myshopify.com' };
  const erp = { ...base, code: 'erp', kind: 'ERP', connector: 'http', token };
  writeFileSync(systems, JSON.stringify({ systems: [{ ...shop, accessToken: token, clientSecret: token }, erp] }));
  const env = {
    ...process.env,
    ROLE: 'api',
    PORT: '0',
    LOG_LEVEL: 'info',
    DATABASE_URL: appUrl,
    MIGRATE_DATABASE_URL: ownerUrl,
    SYSTEMS_FILE: systems,
    TOKEN: 'bench-token',
    BOOTSTRAP_API_KEY: KEY,
  };
  return spawned([MAIN], env, /http:\/\/127\.0\.0\.1:(\d+)/);
}
