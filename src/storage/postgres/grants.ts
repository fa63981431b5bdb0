import { type Client, escapeIdentifier } from 'pg';
import { QUEUE_SCHEMA } from './queue-schema.js';

/** A table whose comment holds this word gets rows and never loses or changes one. */
export const APPEND_ONLY = 'append-only';

/** A table whose comment holds these words never loses a row, though its rows change. */
const NEVER_DELETED = 'never deleted';

/**
 * Gives the application's role what it needs and no more: reading and writing every table of ours and of pg-boss, but
 * neither UPDATE, DELETE nor TRUNCATE on tables whose comment says `append-only`, neither DELETE nor TRUNCATE where it
 * says `never deleted`, nor any writing to the list of migrations. Runs after every migration, so that new tables are
 * covered without a word in them about roles.
 */
export async function grantTo(owner: Client, appRole: string): Promise<void> {
  const role = escapeIdentifier(appRole);
  await owner.query('begin');
  for (const schema of ['public', QUEUE_SCHEMA]) {
    await owner.query(`grant usage on schema ${schema} to ${role}`);
    await owner.query(`grant select, insert, update, delete on all tables in schema ${schema} to ${role}`);
    await owner.query(`grant usage, select on all sequences in schema ${schema} to ${role}`);
    await owner.query(`grant execute on all functions in schema ${schema} to ${role}`);
  }
  // pg-boss makes partitions and indexes of its own on an upgrade, between two runs of this.
  const later = `alter default privileges in schema ${QUEUE_SCHEMA} grant`;
  await owner.query(`${later} select, insert, update, delete on tables to ${role}`);
  await owner.query(`${later} usage, select on sequences to ${role}`);
  for (const name of await tablesThatSay(owner, APPEND_ONLY)) {
    await owner.query(`revoke update, delete, truncate on ${name} from ${role}`);
  }
  for (const name of await tablesThatSay(owner, NEVER_DELETED)) {
    await owner.query(`revoke delete, truncate on ${name} from ${role}`);
  }
  await owner.query(`revoke insert, update, delete, truncate on schema_migration from ${role}`);
  await owner.query('commit');
}

/** Tables of ours whose comment holds these words, quoted. */
async function tablesThatSay(owner: Client, words: string): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p')
        and obj_description(c.oid, 'pg_class') ~ $1
      order by 1`,
    [`\\m${words}\\M`],
  );
  return rows.map(({ name }) => name);
}
