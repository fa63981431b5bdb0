import type { ChangeRequestHead, StoredChange } from '../../application/ports/change-request-store.js';
import { mapInTurns } from '../../application/ports/turns.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';

const COLUMNS = [
  'id',
  'change_request_id',
  'position',
  'operation',
  'target',
  'target_folded',
  'base_revision',
  'patch',
] as const;

/** The changes of a new request, in their order; one COPY, which takes half as long as one statement over JSON. */
export async function insertChanges(sql: Sql, requestId: string, changes: readonly StoredChange[]): Promise<void> {
  const rows = await mapInTurns(changes, ({ id, operation, target, baseRevision, patch }, position) => [
    id,
    requestId,
    position,
    operation,
    target,
    foldCode(target),
    baseRevision,
    JSON.stringify(patch),
  ]);
  await sql.copy('change', COLUMNS, rows);
}

/** Other content for a request that nobody has applied; what it was before is in the audit log. */
export async function replaceChanges(
  sql: Sql,
  requestId: string,
  { title, reason, effectiveAt, editors }: ChangeRequestHead,
  changes: readonly StoredChange[],
): Promise<void> {
  await sql.rows('update change_request set title = $2, reason = $3, effective_at = $4, editors = $5 where id = $1', [
    requestId,
    title,
    reason,
    effectiveAt,
    JSON.stringify(editors),
  ]);
  await sql.rows('delete from change where change_request_id = $1', [requestId]);
  await insertChanges(sql, requestId, changes);
}

/** Changes leave their request for another that has none yet, in the order in which they stood. */
export async function moveChanges(sql: Sql, ids: readonly string[], toRequestId: string): Promise<void> {
  await sql.rows(
    `update change h set change_request_id = $2, position = n.position
     from (select id, row_number() over (order by position) - 1 as position from change where id = any($1::uuid[])) n
     where n.id = h.id`,
    [ids, toRequestId],
  );
}
