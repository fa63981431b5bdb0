import { normaliseAll } from '../../src/domain/drift/normalise.js';
import type { PlannedWrite } from '../../src/domain/change/plan/write-plan.js';
import type { FieldChange, FieldValues, Json } from '../../src/domain/primitives/json.js';
import { canonicalJson } from '../../src/domain/primitives/json.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import type { JournalEntry } from '../../src/sandbox/request-journal.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from './world.js';
import { control } from './world.js';

/** What one stand-in shows of every record, by `<entity> <code>`. */
export type Shelf = Map<string, FieldValues>;

const SYSTEMS = ['erp', 'shopify'] as const;

/** What both stand-ins hold at this moment, asked of themselves. */
export async function shelves({ ports }: World): Promise<Map<string, Shelf>> {
  const out = new Map<string, Shelf>();
  for (const system of SYSTEMS) {
    const shelf: Shelf = new Map();
    for await (const batch of ports.connectors.of(system).scan()) {
      for (const { entity, code, fields } of batch) shelf.set(`${entity} ${code}`, normaliseAll(fields));
    }
    out.set(system, shelf);
  }
  return out;
}

/** Bundles wait for their components, and outer ones for those; nothing waits for anything further out. */
const ROUNDS = 4;

/** Brings everything that is owed to both systems, here and now, without back-offs; no worker may run beside it. */
export async function deliverAll({ ports, database }: World): Promise<void> {
  const sql = sqlOver(database.source);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const system of SYSTEMS) while (await publishLane(ports, system));
    const late = await sql.rows<{ system: string; product_id: string }>(
      `update delivery set next_attempt_at = clock_timestamp() where state = 'RETRYING' returning system, product_id`,
    );
    if (late.length === 0) return;
    await sql.rows(
      `update lane l set due_at = clock_timestamp() from jsonb_to_recordset($1::jsonb) as n(system text, product_id uuid)
       where l.system = n.system and l.product_id = n.product_id`,
      [JSON.stringify(late)],
    );
  }
}

/** Every value that is otherwise in the second look than in the first: `<system> <entity> <code> <field>: from → to`. */
export function differences(before: Map<string, Shelf>, after: Map<string, Shelf>): string[] {
  const out: string[] = [];
  for (const system of SYSTEMS) {
    const [was, is] = [before.get(system) ?? new Map(), after.get(system) ?? new Map()];
    for (const record of new Set([...was.keys(), ...is.keys()])) {
      const [old, now]: [FieldValues | undefined, FieldValues | undefined] = [was.get(record), is.get(record)];
      for (const field of new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])) {
        // Whatever a system makes of a new record by itself is no write of ours.
        const change = { field, from: old?.[field] ?? null, to: now?.[field] ?? null };
        out.push(...told(`${system} ${record}`, change, old === undefined));
      }
    }
  }
  return out.sort();
}

/** The same lines, out of a plan. */
export function plannedDifferences(writes: readonly PlannedWrite[]): string[] {
  return writes
    .flatMap(({ system, entity, target, fields, action }) =>
      fields.flatMap((change) => told(`${system} ${entity} ${target}`, change, action === 'CREATE')),
    )
    .sort();
}

/** A lifecycle is told key by key: only the keys that the master governs are written. */
function told(record: string, { field, from, to }: FieldChange, isNew: boolean): string[] {
  if (field !== 'lifecycle') {
    return same(from, to) || (isEmpty(to) === isEmpty(from) && isEmpty(to))
      ? []
      : [`${record} ${field}: ${text(from)} → ${text(to)}`];
  }
  const [was, is] = [mapOf(from), mapOf(to)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) => {
    if (isNew && key === 'inventoryPolicy') return [];
    const [a, b] = [was[key] ?? null, is[key] ?? null];
    return same(a, b) ? [] : [`${record} lifecycle.${key}: ${text(a)} → ${text(b)}`];
  });
}

function isEmpty(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function same(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function text(value: Json): string {
  return canonicalJson(value);
}

function mapOf(value: Json): Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** What requests of ours committed in a stand-in since an entry of its journal: what they wrote, by the stand-in's own ids. */
export async function committedSince(
  url: string,
  after: number,
): Promise<{ commits: { act: string; id: string }[]; last: number }> {
  const { entries, last } = (await control(url, `journal?after=${after}`)) as { entries: JournalEntry[]; last: number };
  return { commits: entries.filter(({ source }) => source === 'request').flatMap(({ commits }) => commits), last };
}
