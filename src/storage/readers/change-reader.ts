import type {
  ChangeReader,
  ChangeRequestQuery,
  ChangeRequestView,
  ChangeView,
  CommentView,
  DecisionView,
  Descent,
} from '../../application/ports/change-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import type { ValidationView } from '../../application/ports/request-validations.js';
import { patchByKey } from '../../domain/change/changes-by-key.js';
import type { FieldChange, FieldValues, Json } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { Conditions, readPage } from './keyset.js';

const COLUMNS = `c.id, 'CR-' || c.number as number, c.title, c.reason, c.state, c.author, c.problems, c.warnings, c.conflicts,
  c.requirements, c.editors, c.effective_at as "effectiveAt", c.due_at as "dueAt", c.blocked_by as "blockedBy", c.forced,
  c.split_from_id as "splitFromId", c.reverts_id as "revertsId", c.created_at as "createdAt", c.submitted_at as "submittedAt", c.applied_at as "appliedAt"`;

interface ChangeRow {
  id: string;
  operation: ChangeView['operation'];
  target: string;
  base_revision: number | null;
  patch: FieldValues;
  base: FieldValues | null;
  applied: FieldChange[] | null;
}

/** Reads of change requests. */
export class SqlChangeReader implements ChangeReader {
  constructor(private readonly sql: Sql) {}

  requestById(id: string): Promise<ChangeRequestView | null> {
    return firstRow<ChangeRequestView>(this.sql, `select ${COLUMNS} from change_request c where c.id = $1`, [id]);
  }

  requestByNumber(number: string): Promise<ChangeRequestView | null> {
    const digits = /^(?:CR-)?(\d{1,15})$/i.exec(number.trim())?.[1];
    if (digits === undefined) return Promise.resolve(null);
    return firstRow<ChangeRequestView>(this.sql, `select ${COLUMNS} from change_request c where c.number = $1`, [
      digits,
    ]);
  }

  async requestsByIds(ids: readonly string[]): Promise<Map<string, ChangeRequestView>> {
    const rows = await this.sql.rows<ChangeRequestView>(
      `select ${COLUMNS} from change_request c where c.id = any($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  requests(page: PageRequest, query: ChangeRequestQuery): Promise<Page<ChangeRequestView>> {
    const conditions = new Conditions()
      .add(query.states, (place) => `c.state = any(${place}::text[])`)
      .add(
        query.awaitingParty,
        (place) => `c.state = 'IN_REVIEW' and c.author_party_id is distinct from ${place}::uuid
          and exists (select from jsonb_array_elements(c.requirements) q where q->'eligible' ? ${place}::text
            and (coalesce(q->'voided' ? ${place}::text, false) or not exists (select from decision d
              where d.change_request_id = c.id and d.party_id = ${place}::uuid))
            and coalesce((q->>'count')::int, 1) > (select count(distinct d.party_id) from decision d
              where d.change_request_id = c.id and d.kind = 'APPROVE' and q->'eligible' ? d.party_id::text
                and not coalesce(q->'voided' ? d.party_id::text, false)))`,
      )
      .add(
        query.target === null ? null : foldCode(query.target),
        (place) => `exists (select from change h where h.change_request_id = c.id and h.target_folded = ${place})`,
      );
    const keyset = {
      from: 'change_request c',
      where: conditions.where,
      values: conditions.values,
      columns: COLUMNS,
      order: [{ column: 'c.number', cast: 'bigint' }],
      descending: true,
    };
    return readPage<ChangeRequestView, ChangeRequestView>(this.sql, page, keyset, requestOf);
  }

  changesOf(requestId: string, page: PageRequest): Promise<Page<ChangeView>> {
    const keyset = {
      from: `change h left join sku s on h.operation not like 'PRODUCT%' and s.code_folded = h.target_folded
        left join sku_revision b on b.sku_id = s.id and b.revision = h.base_revision
        left join sku_revision a on a.sku_id = s.id and a.change_request_id = h.change_request_id
          and not exists (select from sku_revision e where e.sku_id = s.id and e.change_request_id = h.change_request_id
            and e.revision < a.revision)
        left join product p on h.operation like 'PRODUCT%' and p.handle = h.target
        left join product_revision pb on pb.product_id = p.id and pb.revision = h.base_revision
        left join product_revision pa on pa.product_id = p.id and pa.change_request_id = h.change_request_id`,
      where: 'h.change_request_id = $1',
      values: [requestId],
      columns: `h.id, h.operation, h.target, h.base_revision, h.patch, coalesce(b.snapshot, pb.snapshot) as base,
        coalesce(a.changes, pa.changes) as applied`,
      order: [{ column: 'h.position', cast: 'int' }],
    };
    return readPage<ChangeRow, ChangeView>(this.sql, page, keyset, changeOf);
  }

  async decisionsOf(requestIds: readonly string[]): Promise<Map<string, DecisionView[]>> {
    const rows = await this.sql.rows<DecisionView>(
      `select change_request_id as "changeRequestId", actor, party_id as "partyId", kind, comment, at, decided_as as "decidedAs"
       from decision
       where change_request_id = any($1::uuid[]) order by at, id`,
      [requestIds],
    );
    return Map.groupBy(rows, (row) => row.changeRequestId);
  }

  async commentsOf(requestIds: readonly string[]): Promise<Map<string, CommentView[]>> {
    const rows = await this.sql.rows<CommentView>(
      `select change_request_id as "changeRequestId", actor, body, at from change_comment
       where change_request_id = any($1::uuid[]) order by at, id`,
      [requestIds],
    );
    return Map.groupBy(rows, (row) => row.changeRequestId);
  }

  async descendantsOf(requestIds: readonly string[]): Promise<Map<string, Descent[]>> {
    const rows = await this.sql.rows<Descent & { of: string }>(
      `select split_from_id as of, id, split_from_id as "splitFromId", reverts_id as "revertsId", number from change_request
         where split_from_id = any($1::uuid[])
       union all
       select reverts_id, id, split_from_id, reverts_id, number from change_request where reverts_id = any($1::uuid[])
       order by number`,
      [requestIds],
    );
    return Map.groupBy(rows, (row) => row.of);
  }

  async validationsOf(requestIds: readonly string[]): Promise<Map<string, ValidationView>> {
    const rows = await this.sql.rows<ValidationView>(
      `select change_request_id as "changeRequestId", phase, done, total, attempts, asked_at as "askedAt",
         finished_at as "finishedAt"
       from request_validation where change_request_id = any($1::uuid[])`,
      [requestIds],
    );
    return new Map(rows.map((row) => [row.changeRequestId, row]));
  }

  async held(): Promise<{ now: Date; byWindow: Map<string, number> }> {
    const rows = await this.sql.rows<{ now: Date; name: string | null; count: number }>(
      `select clock_timestamp() as now, h.name, coalesce(h.count, 0)::int as count from (select) one left join
         (select blocked_by as name, count(*) as count from change_request
          where state = 'SCHEDULED' and blocked_by is not null group by 1) h on true`,
    );
    const [first] = rows;
    if (!first) throw new Error('the database did not tell the time');
    const counts = rows.flatMap(({ name, count }): [string, number][] => (name === null ? [] : [[name, count]]));
    return { now: first.now, byWindow: new Map(counts) };
  }
}

function requestOf(row: ChangeRequestView): ChangeRequestView {
  const {
    id,
    number,
    title,
    reason,
    state,
    author,
    problems,
    warnings,
    conflicts,
    requirements,
    editors,
    effectiveAt,
    dueAt,
    blockedBy,
    forced,
    splitFromId,
    revertsId,
    createdAt,
    submittedAt,
    appliedAt,
  } = row;
  return {
    id,
    number,
    title,
    reason,
    state,
    author,
    problems,
    warnings,
    conflicts,
    requirements,
    editors,
    effectiveAt,
    dueAt,
    blockedBy,
    forced,
    splitFromId,
    revertsId,
    createdAt,
    submittedAt,
    appliedAt,
  };
}

/** What was applied, where it was; else what the patch would change against its base. */
function changeOf(row: ChangeRow): ChangeView {
  const { patch, base, applied } = row;
  const named = Object.entries(patch).flatMap(([field, to]) => patchByKey(field, fromBase(base, field), to));
  const isCreation = row.operation.endsWith('CREATE');
  const isNamed = (field: string): boolean =>
    named.some((each) => each.field === field || (each.field === 'attributes' && field.startsWith('attributes.')));
  const fields = applied ? applied.filter(({ field }) => isCreation || isNamed(field)) : named;
  return { id: row.id, operation: row.operation, target: row.target, baseRevision: row.base_revision, fields };
}

function fromBase(base: FieldValues | null, field: string): Json {
  return base?.[field] ?? null;
}
