import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CliIo } from '../cli/cli-io.js';
import type { Config } from '../config.js';
import { emitSchema } from '../graphql/emit-schema.js';
import { approvalsMarkdown, DEFAULT_IN_FORCE } from '../reporting/approvals-markdown.js';
import { sourceOfTruthMarkdown, TEMPLATE } from '../reporting/source-of-truth-markdown.js';
import { lifecycleMarkdown } from '../reporting/lifecycle-markdown.js';
import { dumpSchema } from '../storage/postgres/schema-dump.js';
import { buildLog } from './logger.js';
import { borrowDatabase, migrateDatabase } from './open-database.js';

const APPROVALS = fileURLToPath(new URL('../../docs/approvals.md', import.meta.url));
const GRAPHQL = fileURLToPath(new URL('../../schema.graphql', import.meta.url));
const LIFECYCLE = fileURLToPath(new URL('../../docs/lifecycle.md', import.meta.url));
const SOURCE_OF_TRUTH = fileURLToPath(new URL('../../docs/source-of-truth.md', import.meta.url));
const SQL = fileURLToPath(new URL('../../migrations/schema.sql', import.meta.url));

/** Writes schema.graphql out of the running definition, or proves that it is fresh. */
export async function schemaCommand(check: boolean, io: CliIo): Promise<number> {
  return derive(GRAPHQL, 'schema.graphql', await emitSchema(), check, io);
}

/** Writes the documents that say how the service behaves out of the tables that make it behave so, or proves that they are fresh. */
export async function docsCommand(check: boolean, io: CliIo): Promise<number> {
  const documents: [string, string, string][] = [
    [LIFECYCLE, 'docs/lifecycle.md', lifecycleMarkdown()],
    [APPROVALS, 'docs/approvals.md', approvalsMarkdown(DEFAULT_IN_FORCE)],
    [SOURCE_OF_TRUTH, 'docs/source-of-truth.md', sourceOfTruthMarkdown(TEMPLATE, null)],
  ];
  let code = 0;
  for (const [file, name, text] of documents) code = (await derive(file, name, text, check, io)) || code;
  return code;
}

/** Writes migrations/schema.sql out of a migrated database, or proves that it is fresh. */
export async function schemaSqlCommand(config: Config, check: boolean, io: CliIo): Promise<number> {
  const log = buildLog('warn');
  const urls = await borrowDatabase(config, log);
  try {
    await migrateDatabase(urls, log);
    return await derive(SQL, 'migrations/schema.sql', await dumpSchema(urls.ownerUrl), check, io);
  } finally {
    await urls.stop();
  }
}

async function derive(file: string, name: string, text: string, check: boolean, io: CliIo): Promise<number> {
  const present = await readFile(file, 'utf8').catch(() => '');
  if (present === text) {
    io.out(`${name} is fresh`);
    return 0;
  }
  if (check) {
    io.err(`${name} is stale: write it again with \`npm run ${scriptOf(name)}\``);
    return 1;
  }
  await writeFile(file, text);
  io.out(`${name} written`);
  return 0;
}

function scriptOf(name: string): string {
  if (name.startsWith('docs/')) return 'docs';
  return name.endsWith('.sql') ? 'schema:sql' : 'schema';
}
