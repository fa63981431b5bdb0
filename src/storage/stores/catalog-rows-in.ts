import type { Stamp } from '../../application/ports/catalog-store.js';
import { jsonInTurns, mapInTurns } from '../../application/ports/turns.js';
import type { FieldChange, FieldValues } from '../../domain/primitives/json.js';
import type { CopyValue } from '../copy-text.js';
import { arrayText, jsonText } from '../copy-text.js';
import type { Sql } from '../sql.js';

/** A stamp with the one instant that present rows, revisions and feed entries of a write bear. */
export interface InstantStamp extends Stamp {
  /** As PostgreSQL writes it, with its microseconds, which a Date would lose. */
  at: string;
}

/** A present row by column, and whether it is new. */
export interface PresentRow {
  created: boolean;
  values: Readonly<Record<string, unknown>>;
}

/** Columns of lists of texts; every other list is JSON. */
const TEXT_LISTS: ReadonlySet<string> = new Set(['tags', 'option_names', 'listed_in']);
/** What never changes once the row is there. */
const FIXED: ReadonlySet<string> = new Set(['id', 'handle', 'code', 'code_folded', 'kind']);
const REVISION_COLUMNS = ['revision', 'valid_from', 'actor', 'reason', 'change_request_id', 'changes', 'snapshot'];
const FEED_COLUMNS = ['id', 'entity', 'key', 'revision', 'at', 'changes', 'change_request_id'];

/**
 * Present rows: those that are new by COPY, the others by one UPDATE. A constant number of statements whatever the
 * number of rows.
 */
export async function writePresent(
  sql: Sql,
  table: 'product' | 'sku',
  columns: readonly string[],
  rows: readonly PresentRow[],
  at: string,
): Promise<void> {
  const created = rows.filter((row) => row.created);
  const copies = created.map(({ values }) => [...columns.map((column) => copyOf(column, values[column])), at, at]);
  await sql.copy(table, [...columns, 'created_at', 'updated_at'], copies);
  if (created.length === rows.length) return;
  const changed = rows.flatMap((row) => (row.created ? [] : [row.values]));
  const sets = columns.flatMap((column) => (FIXED.has(column) ? [] : [`${column} = n.${column}`]));
  await sql.rows(
    `update ${table} t set ${sets.join(', ')}, updated_at = $2
     from jsonb_populate_recordset(null::${table}, $1::jsonb) n where t.id = n.id`,
    [await jsonInTurns(changed), at],
  );
}

function copyOf(column: string, value: unknown): CopyValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return TEXT_LISTS.has(column) ? arrayText(value as string[]) : jsonText(value);
}

/** One more revision of each product or SKU. */
export async function appendRevisions(
  sql: Sql,
  of: 'product' | 'sku',
  revisions: readonly { id: string; revision: number; changes: FieldChange[]; snapshot: FieldValues }[],
  stamp: InstantStamp,
): Promise<void> {
  const actor = jsonText(stamp.actor);
  const rows = await mapInTurns(revisions, ({ id, revision, changes, snapshot }) => [
    id,
    revision,
    stamp.at,
    actor,
    stamp.reasons?.get(id) ?? stamp.reason,
    stamp.changeRequestId,
    jsonText(changes),
    jsonText(snapshot),
  ]);
  await sql.copy(`${of}_revision`, [`${of}_id`, ...REVISION_COLUMNS], rows);
}

/** What changed, for those who follow the feed. */
export async function appendFeed(
  sql: Sql,
  entity: 'SKU' | 'PRODUCT' | 'BUNDLE',
  entries: readonly { id: string; key: string; revision: number; changes: FieldChange[] }[],
  stamp: InstantStamp,
): Promise<void> {
  const rows = await mapInTurns(entries, ({ id, key, revision, changes }) => [
    id,
    entity,
    key,
    revision,
    stamp.at,
    jsonText(changes),
    stamp.changeRequestId,
  ]);
  await sql.copy('feed_entry', FEED_COLUMNS, rows);
}
