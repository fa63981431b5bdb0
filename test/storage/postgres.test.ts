import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { PgBoss } from 'pg-boss';
import {
  type EmbeddedPostgres,
  findRunningEmbedded,
  startEmbeddedPostgres,
} from '../../src/storage/postgres/embedded-postgres.js';
import { migrate } from '../../src/storage/postgres/migrate.js';
import { dumpSchema } from '../../src/storage/postgres/schema-dump.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';

let database: FreshDatabase;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(async () => await database.drop());

async function as<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function migration(name: string, body: string): string {
  return `export class ${name} { name = '${name}'; async up(db: { query(sql: string): Promise<unknown> }): Promise<void> {
    await db.query(\`${body}\`); } async down(): Promise<void> {} }`;
}

describe('migrate', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'skuward-migrations-'));
  });
  afterAll(async () => await rm(directory, { recursive: true, force: true }));

  it('runs every migration once, however many processes start at the same moment', async () => {
    await writeFile(
      join(directory, '9001-probe.ts'),
      migration(
        'Probe1990000000001',
        `create table probe_log (id int); comment on table probe_log is 'x, append-only';
        create table probe_note (id int); comment on table probe_note is 'x'; insert into probe_log values (1)`,
      ),
    );
    const options = {
      ownerUrl: database.ownerUrl,
      appRole: 'skuward_app',
      queues: ['probe-late'],
      log: () => {},
      migrationsDirectory: directory,
    };
    const results = await Promise.all([migrate(options), migrate(options), migrate(options), migrate(options)]);
    expect(results.flatMap(({ applied }) => applied)).toEqual(['Probe1990000000001']);

    await as(database.appUrl, async (app) => {
      await app.query('insert into probe_log values (2)');
      await app.query('update probe_note set id = 1');
      await expect(app.query('update probe_log set id = 3')).rejects.toThrow(/permission denied/);
      await expect(app.query('delete from probe_log')).rejects.toThrow(/permission denied/);
      await expect(app.query('truncate probe_log')).rejects.toThrow(/permission denied/);
      await expect(app.query('delete from schema_migration')).rejects.toThrow(/permission denied/);
      await expect(app.query('create table mine (id int)')).rejects.toThrow(/permission denied/);
      const { rows } = await app.query(`select policy, retry_limit from pgboss.queue where name = 'probe-late'`);
      expect(rows).toEqual([{ policy: 'standard', retry_limit: 0 }]);
    });
  });

  it('refuses the app role to change what the real migrations call append-only', async () => {
    await as(database.appUrl, async (app) => {
      const { rows } = await app.query<{ name: string; writable: boolean }>(
        `select c.relname as name, has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE') as writable
           from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
            and obj_description(c.oid, 'pg_class') like '%append-only%'`,
      );
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter(({ writable }) => writable)).toEqual([]);
    });
  });
});

describe('pg-boss on the application role', () => {
  it('sends, works and schedules without owning anything', async () => {
    const boss = new PgBoss({
      connectionString: database.appUrl,
      schema: 'pgboss',
      migrate: false,
      createSchema: false,
      useListenNotify: true,
      cronMonitorIntervalSeconds: 1,
      cronWorkerIntervalSeconds: 1,
      clockMonitorIntervalSeconds: 1,
    });
    const errors: Error[] = [];
    boss.on('error', (error: Error) => errors.push(error));
    await boss.start();
    try {
      const worked = new Promise((resolve) => {
        void boss.work('probe', async ([job]) => resolve(job?.data));
      });
      await boss.send('probe', { answer: 42 });
      expect(await worked).toEqual({ answer: 42 });
      const due = new Promise((resolve) => {
        void boss.work('probe-schedule', async ([job]) => resolve(job?.data));
      });
      await boss.schedule('probe-schedule', '* * * * *', { every: 'minute' });
      expect(await due).toEqual({ every: 'minute' });
      await boss.supervise();
    } finally {
      await boss.stop({ graceful: false });
    }
    expect(errors).toEqual([]);
  });
});

describe('freshDatabase', () => {
  it('fails on a connection that the test leaves open', async () => {
    const leaky = await freshDatabase();
    const client = new Client(leaky.appUrl);
    client.on('error', () => {});
    await client.connect();
    await expect(leaky.drop()).rejects.toThrow(/left open/);
    await client.end();
  });
});

describe('dumpSchema', () => {
  it('says the same of two copies, and shows every change', async () => {
    const other = await freshDatabase();
    try {
      const before = await dumpSchema(other.ownerUrl);
      expect(before).toContain('create table party (');
      expect(before).not.toContain('schema_migration');
      expect(await dumpSchema(database.ownerUrl)).toBe(before);
      for (const change of [
        'alter table party add column probe numeric(14,4) default 1',
        'create index party_probe on party (probe) where probe > 0',
        `comment on column party.probe is 'probe'`,
        'alter table party alter column probe set not null',
      ]) {
        const last = await dumpSchema(other.ownerUrl);
        await as(other.ownerUrl, async (owner) => await owner.query(change));
        expect(await dumpSchema(other.ownerUrl)).not.toBe(last);
      }
    } finally {
      await other.drop();
    }
  });
});

describe('startEmbeddedPostgres', () => {
  let dataDir: string;
  const start = async (): Promise<EmbeddedPostgres> =>
    await startEmbeddedPostgres({ dataDir, durable: false, log: () => {} });

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'skuward-embedded-'));
    await chmod(dataDir, 0o755);
  });
  afterEach(async () => await rm(dataDir, { recursive: true, force: true }));

  it('finds nothing in a directory that holds nothing', async () => {
    expect(await findRunningEmbedded(join(dataDir, 'nowhere'))).toBeNull();
  });

  it('keeps its data from start to start, and lets one process in at a time', async () => {
    const first = await start();
    await as(first.ownerUrl, async (owner) => await owner.query('create table kept as select 42 as answer'));
    expect(await findRunningEmbedded(dataDir)).toEqual({ ownerUrl: first.ownerUrl, appUrl: first.appUrl });
    await expect(start()).rejects.toThrow(/already running on this data directory/);
    await first.stop();
    expect(await findRunningEmbedded(dataDir)).toBeNull();
    const second = await start();
    const { rows } = await as(second.ownerUrl, async (owner) => await owner.query('select answer from kept'));
    await second.stop();
    expect(rows).toEqual([{ answer: 42 }]);
  });

  it('shuts down the server that a killed process left, also when its pid belongs to somebody else now', async () => {
    const killed = await start();
    await writeFile(join(dataDir, 'skuward.pid'), `${process.pid}\n1\n`);
    const next = await start();
    expect(next.pid).not.toBe(killed.pid);
    expect(() => process.kill(killed.pid, 0)).toThrow(/ESRCH/);
    await next.stop();
  });

  it('is started again where it dies, on the same port and with its data, and its end is said', async () => {
    const said: string[] = [];
    const revived = Promise.withResolvers<void>();
    const watch = {
      died: (what: string) => void said.push(what),
      lost: ({ message }: Error) => revived.reject(message),
    };
    const log = (line: string): void => void (line.includes('ready to accept connections') && revived.resolve());
    const server = await startEmbeddedPostgres({ dataDir, log: (line) => said.length > 0 && log(line), watch });
    await as(server.ownerUrl, async (owner) => await owner.query('create table kept as select 42 as answer'));
    const before = server.pid;
    process.kill(before, 'SIGKILL');
    await revived.promise;
    const { rows } = await as(server.ownerUrl, async (owner) => await owner.query('select answer from kept'));
    expect(rows).toEqual([{ answer: 42 }]);
    expect(said).toEqual(['the embedded PostgreSQL died (SIGKILL) and is started again']);
    expect(await findRunningEmbedded(dataDir)).toEqual({ ownerUrl: server.ownerUrl, appUrl: server.appUrl });
    await server.stop();
    expect(await findRunningEmbedded(dataDir)).toBeNull();
  });

  it.each([
    ['cannot be started again', 'SIGKILL', /died \(SIGKILL\) and cannot be started again: PostgreSQL did not start/],
    ['was shut down from outside', 'SIGINT', /was shut down from outside/],
  ] as const)('says that it is lost where it %s', async (_, signal, message) => {
    const gone = Promise.withResolvers<Error>();
    const server = await startEmbeddedPostgres({
      dataDir,
      durable: false,
      log: () => {},
      watch: { died: () => {}, lost: gone.resolve },
    });
    if (signal === 'SIGKILL') await rm(join(dataDir, 'postgres', 'PG_VERSION'));
    process.kill(server.pid, signal);
    expect((await gone.promise).message).toMatch(message);
    await server.stop();
  });

  it('makes a half-made cluster again, and leaves one alone whose passwords are lost', async () => {
    await (await start()).stop();
    const note = await readFile(join(dataDir, 'postgres.json'), 'utf8');
    await writeFile(join(dataDir, 'postgres.json'), note.replace('COMPLETE', 'CREATING'));
    await rm(join(dataDir, 'postgres', 'global'), { recursive: true });
    await (await start()).stop();
    await rm(join(dataDir, 'postgres.json'));
    await expect(start()).rejects.toThrow(/no postgres.json/);
  });
});
