import { createApiKey } from '../application/access/create-api-key.js';
import { doctorCommand } from '../cli/doctor-command.js';
import { exportCommand } from '../cli/export-command.js';
import { importCommand } from '../cli/import-command.js';
import { reportCommand } from '../cli/report-command.js';
import { scanCommand } from '../cli/scan-command.js';
import type { OpenedLog } from '../cli/verify-command.js';
import { verifyCommand } from '../cli/verify-command.js';
import type { CliIo } from '../cli/cli-io.js';
import type { Config } from '../config.js';
import { ConfigError } from '../config.js';
import { buildConnectors } from '../connectors/connector-registry.js';
import type { Role } from '../domain/actor.js';
import { ROLES, systemActor } from '../domain/actor.js';
import { demo } from './demo/run-demo.js';
import { buildPorts } from './build-ports.js';
import { examineWith } from './examine-system.js';
import { buildLog } from './logger.js';
import { borrowDatabase, locateDatabase, migrateDatabase, openDatabase } from './open-database.js';
import { docsCommand, schemaCommand, schemaSqlCommand } from './derived-files.js';
import { done } from './sample-people.js';

const USAGE = `skuward                                start the service
skuward import FILE [--format F] [--mode M] [--url U] [--key K]
skuward export FILE [--states S] [--vendor V] [--search W] [--columns C] [--url U] [--key K]
skuward report QUARTER --out FILE      the quarterly drift audit as HTML
skuward scan SYSTEM [--mode full|incremental] [--no-wait] [--url U] [--key K]   or --wait ID, --cancel ID, --confirm ID --reason R
skuward key NAME --role ROLE [--party CODE]   make an API key (on the machine of the database)
skuward verify [--export FILE | --file FILE] [--anchor SEQUENCE:HASH]   the audit log's hash chain
skuward doctor --system CODE [--json]  what is missing to work with a system
skuward migrate                        bring the database up to date
skuward demo                           tell the whole loop on the sandbox
skuward docs [--check]                 write docs/lifecycle.md, docs/approvals.md and docs/source-of-truth.md
skuward schema [--check]               write schema.graphql
skuward schema-sql [--check]           write migrations/schema.sql`;

/** Runs one command of the command line; answers the exit code. */
export async function runCommand(config: Config, command: string, args: string[]): Promise<number> {
  const io: CliIo = {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    isTty: process.stdout.isTTY,
    env: config.client,
  };
  switch (command) {
    case 'import':
      return importCommand(args, io);
    case 'export':
      return exportCommand(args, io);
    case 'report':
      return reportCommand(args, io);
    case 'scan':
      return scanCommand(args, io);
    case 'key':
      return keyCommand(config, args, io);
    case 'verify':
      return verifyCommand(args, io, () => openAuditLog(config));
    case 'doctor':
      return doctorCommand(args, io, examineWith(config, buildLog('error')));
    case 'migrate':
      return migrateCommand(config, io);
    case 'demo':
      return demo(config);
    case 'docs':
      return docsCommand(args.includes('--check'), io);
    case 'schema':
      return schemaCommand(args.includes('--check'), io);
    case 'schema-sql':
      return schemaSqlCommand(config, args.includes('--check'), io);
    default:
      io.err(command === 'help' || command === '--help' ? USAGE : `skuward: there is no command ${command}\n${USAGE}`);
      return command === 'help' || command === '--help' ? 0 : 2;
  }
}

async function migrateCommand(config: Config, io: CliIo): Promise<number> {
  const log = buildLog('warn');
  const urls = await locateDatabase(config, log);
  try {
    const applied = await migrateDatabase(urls, log);
    io.out(applied.length > 0 ? `applied: ${applied.join(', ')}` : 'nothing to do: the database is up to date');
    return 0;
  } finally {
    await urls.stop();
  }
}

/** The audit log of the database that this machine speaks to. */
async function openAuditLog(config: Config): Promise<OpenedLog> {
  const log = buildLog('warn');
  const urls = await borrowDatabase(config, log);
  try {
    if (urls.embedded) await migrateDatabase(urls, log);
    const database = await openDatabase(urls.appUrl, log, false);
    const close = async (): Promise<void> => {
      await database.close();
      await urls.stop();
    };
    return { ports: buildPorts(database, buildConnectors([], log), 'USD', log), close };
  } catch (error) {
    await urls.stop();
    throw error;
  }
}

/** Makes a key from the machine that has the database: how a first key comes to be where nobody has one. */
async function keyCommand(config: Config, args: string[], io: CliIo): Promise<number> {
  const option = (name: string): string | null => {
    const at = args.indexOf(`--${name}`);
    return at >= 0 ? (args[at + 1] ?? null) : null;
  };
  const role = ROLES.find((each): each is Role => each === option('role')?.toUpperCase());
  const name = args[0];
  if (!name || name.startsWith('--') || !role)
    throw new ConfigError(`usage: skuward key NAME --role ${ROLES.join('|')} [--party CODE]`);
  const log = buildLog('warn');
  const urls = await borrowDatabase(config, log);
  try {
    if (urls.embedded) await migrateDatabase(urls, log);
    const database = await openDatabase(urls.appUrl, log, false);
    try {
      const ports = buildPorts(database, buildConnectors([], log), 'USD', log);
      const caller = { actor: systemActor('command line'), roles: ['ADMIN' as const] };
      const made = done(
        await createApiKey(ports, caller, { name, party: option('party'), roles: [role], expiresAt: null }),
      );
      io.out(made.secret);
      return 0;
    } finally {
      await database.close();
    }
  } finally {
    await urls.stop();
  }
}
