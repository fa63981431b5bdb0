import { v7 as uuid } from 'uuid';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import { setSourceOfTruth } from '../../src/application/truth/set-source-of-truth.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import type { ImportJob } from '../../src/application/ports/import-store.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import type { Caller, Role } from '../../src/domain/actor.js';
import { systemActor } from '../../src/domain/actor.js';
import type { Outcome } from '../../src/domain/problem.js';
import { Worker } from '../../src/jobs/worker.js';
import type { ConfiguredSystem } from '../../src/config.js';
import { buildPorts } from '../../src/porch/build-ports.js';
import type { Database } from '../../src/porch/open-database.js';
import { openDatabase } from '../../src/porch/open-database.js';
import { sandboxSystems } from '../../src/porch/sandbox-systems.js';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { sqlOver } from '../../src/storage/sql.js';
import { registerSystems } from '../../src/storage/stores/system-store.js';
import { freshDatabase } from './fresh-database.js';

/** Everything real, on a database and stand-ins of the test's own: no part of ours is replaced. */
export interface World {
  ports: Ports;
  database: Database;
  /** The role that owns the tables. */
  ownerUrl: string;
  sandbox: Sandbox;
  worker: Worker;
  /** Warnings and errors that were logged. */
  logged: string[];
  people: { mia: Caller; ada: Caller; oli: Caller; alex: Caller };
  close(): Promise<void>;
}

export const HOST: Caller = { actor: systemActor('test'), roles: ['ADMIN'] };

export async function buildWorld(
  options: { worker: boolean; bundles?: 'components' | 'fixed'; erp?: ConfiguredSystem } = { worker: true },
): Promise<World> {
  const fresh = await freshDatabase();
  const sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
  const logged: string[] = [];
  const log: Ports['log'] = (level, message, detail) => {
    if (level === 'warn' || level === 'error') logged.push(`${level}: ${message} ${JSON.stringify(detail ?? {})}`);
  };
  const database = await openDatabase(fresh.appUrl, log, options.worker);
  const { bundles = 'components', erp } = options;
  // A real ERP in the place of the stand-in, where a test has one.
  const systems = sandboxSystems(sandbox).map((system) =>
    system.code === 'erp' && erp ? erp : { ...system, bundles },
  );
  const ports = buildPorts(database, buildConnectors(systems, log), 'USD', log);
  await registerSystems(sqlOver(database.source), systems, uuid);
  const people = await seed(ports);
  const worker = new Worker(ports, database.boss);
  if (options.worker) await worker.start();
  const close = async (): Promise<void> => {
    await worker.stop();
    await database.close();
    await sandbox.close();
    await fresh.drop();
  };
  return { ports, database, ownerUrl: fresh.ownerUrl, sandbox, worker, logged, people, close };
}

async function seed(ports: Ports): Promise<World['people']> {
  const person = async (code: string, role: Role): Promise<Caller> => {
    const { id } = must(
      await setParty(ports, HOST, { code, kind: 'USER', name: code, email: null, active: true, members: null }),
    );
    const { keyId } = must(
      await createApiKey(ports, HOST, { name: code, party: code, roles: [role], expiresAt: null }),
    );
    return { actor: { kind: 'API_KEY', id: keyId, name: code, partyId: id }, roles: [role] };
  };
  const people = {
    mia: await person('mia', 'MERCHANDISER'),
    ada: await person('ada', 'APPROVER'),
    oli: await person('oli', 'OPERATOR'),
    alex: await person('alex', 'ADMIN'),
  };
  const rule = { scope: 'DEFAULT' as const, match: null, owner: 'ada', effectiveFrom: null, effectiveTo: null };
  must(await setOwnershipRule(ports, HOST, rule));
  return people;
}

/** The only ERP owns the cost (design 4.6); where a test is about a cost that people change, the house has decided otherwise. */
export async function costIsOurs(ports: Ports): Promise<void> {
  const rule = { field: 'cost', owner: 'MASTER', onDrift: 'FLAG', severity: 'MEDIUM', tolerance: null } as const;
  must(await setSourceOfTruth(ports, HOST, { rules: [rule], reason: 'costs are kept in the master' }));
}

/**
 * Imports a Shopify export as baseline, and waits for the scans that follow it.
 * @param seconds the patience for either; a large catalogue takes more.
 */
export async function importBaseline(world: World, csv: string, seconds = 20): Promise<ImportJob> {
  const body = (async function* () {
    yield Buffer.from(csv);
  })();
  const { ports, people } = world;
  const { id } = must(await receiveImport(ports, people.alex, { format: 'shopify-csv', mode: 'baseline' }, body));
  const isRead = async (): Promise<ImportJob | null> => {
    const row = await ports.imports.byId(id);
    return row && row.state !== 'RUNNING' && row.state !== 'RECEIVING' ? row : null;
  };
  const job = await until('the import', isRead, seconds);
  await scansDone(world, seconds);
  return job;
}

/** Waits until no scan runs, and at least one ever did. */
export async function scansDone({ ports }: World, seconds = 20): Promise<void> {
  const areOver = async (): Promise<boolean> => {
    const { items } = await ports.operations.scans({ first: 100, after: null }, null);
    return items.length > 0 && items.every(({ node }) => node.state !== 'RUNNING');
  };
  await until('scans', areOver, seconds);
}

/** The value of an outcome that must be good. */
export function must<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(
    outcome.problems.map(({ code, message, field }) => `${code} ${field?.join('.') ?? ''}: ${message}`).join('; '),
  );
}

/** The codes of an outcome that must be refused. */
export function codesOf(outcome: Outcome<unknown>): string[] {
  if (outcome.ok) throw new Error('was accepted');
  return outcome.problems.map(({ code }) => code);
}

/** Waits until `probe` answers something; fails with what it was waiting for. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | null | undefined | false>,
  seconds = 20,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > end) throw new Error(`still waiting for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function control(url: string, path: string, body?: unknown): Promise<unknown> {
  const isCsv = typeof body === 'string';
  const answer = await fetch(`${url}/control/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': isCsv ? 'text/csv' : 'application/json' },
    body: body === undefined ? null : isCsv ? body : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
