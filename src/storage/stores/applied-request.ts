import type { AppliedTarget } from '../../domain/change/invert.js';
import type { FieldChange, FieldValues } from '../../domain/primitives/json.js';
import type { Sql } from '../sql.js';

interface Row {
  entity: AppliedTarget['entity'];
  id: string;
  target: string;
  revision: number;
  is_mine: boolean;
  changes: FieldChange[];
  actor: string;
  request: string | null;
  present: FieldValues | null;
  present_revision: number;
}

/** Of one kind of thing: every revision from the first by the request on, and the newest with what it holds. */
const revisionsOf = (entity: 'SKU' | 'PRODUCT', table: string, column: string, name: string): string => `
  select '${entity}' as entity, t.id, t.${name} as target, r.revision, r.change_request_id is not distinct from $1 as is_mine,
    r.changes, r.actor->>'name' as actor, 'CR-' || c.number as request,
    case when r.revision = t.revision then r.snapshot end as present, t.revision as present_revision
  from (select ${column}, min(revision) as revision from ${table}_revision where change_request_id = $1 group by 1) f
    join ${table} t on t.id = f.${column}
    join ${table}_revision r on r.${column} = f.${column} and r.revision >= f.revision
    left join change_request c on c.id = r.change_request_id`;

/** What a request that was applied did, and what has become of it: one statement, however many SKUs it touched. */
export async function readApplied(sql: Sql, requestId: string): Promise<AppliedTarget[]> {
  const rows = await sql.rows<Row>(
    `${revisionsOf('PRODUCT', 'product', 'product_id', 'handle')}
     union all ${revisionsOf('SKU', 'sku', 'sku_id', 'code')}
     order by entity, target, revision`,
    [requestId],
  );
  return [...Map.groupBy(rows, ({ entity, id }) => `${entity}:${id}`).values()].flatMap(targetOf);
}

function targetOf(rows: readonly Row[]): AppliedTarget[] {
  const first = rows[0];
  if (!first) return [];
  const { entity, target, present_revision: presentRevision } = first;
  return [
    {
      entity,
      target,
      created: first.revision === 1,
      changes: rows.filter(({ is_mine: isMine }) => isMine).map(({ changes }) => changes),
      present: rows.find(({ present }) => present !== null)?.present ?? {},
      presentRevision,
      later: rows
        .filter(({ is_mine: isMine }) => !isMine)
        .map(({ changes, actor, request }) => ({ changes, by: request === null ? actor : `${actor} in ${request}` })),
    },
  ];
}
