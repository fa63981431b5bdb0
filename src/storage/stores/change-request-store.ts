import type { Actor } from '../../domain/actor.js';
import type {
  AskedRequest,
  ChangeRequest,
  ChangeRequestOutcome,
  ChangeRequestStore,
  NewChangeRequest,
} from '../../application/ports/change-request-store.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { Problem } from '../../domain/problem.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

interface RequestRow {
  id: string;
  number: string;
  title: string;
  reason: string | null;
  state: ChangeRequest['state'];
  origin: ChangeRequest['origin'];
  author: Actor;
  requirements: ChangeRequest['requirements'];
}

/** Change requests of one transaction. */
export class SqlChangeRequestStore implements ChangeRequestStore {
  constructor(private readonly sql: Sql) {}

  async add(request: NewChangeRequest): Promise<string> {
    const { id, title, reason, origin, author, idempotency } = request;
    const added = await firstRow<{ number: string }>(
      this.sql,
      `insert into change_request (id, title, reason, state, origin, author, author_party_id,
         idempotency_caller, idempotency_key, idempotency_hash)
       values ($1, $2, $3, 'DRAFT', $4, $5, $6, $7, $8, $9) returning 'CR-' || number as number`,
      [
        id,
        title,
        reason,
        origin,
        JSON.stringify(author),
        author.partyId,
        idempotency?.caller ?? null,
        idempotency?.key ?? null,
        idempotency?.hash ?? null,
      ],
    );
    const rows = request.changes.map((change, position) => ({
      id: change.id,
      position,
      operation: change.operation,
      target: change.target,
      target_folded: foldCode(change.target),
      base_revision: change.baseRevision,
      patch: change.patch,
    }));
    await this.sql.rows(
      `insert into change (id, change_request_id, position, operation, target, target_folded, base_revision, patch)
       select id, $2, position, operation, target, target_folded, base_revision, patch
       from jsonb_to_recordset($1::jsonb) as n(id uuid, position int, operation text, target text, target_folded text,
         base_revision int, patch jsonb)`,
      [JSON.stringify(rows), id],
    );
    if (!added) throw new Error('a change request was added without a number');
    return added.number;
  }

  lock(id: string): Promise<ChangeRequest | null> {
    return this.load(id, 'for update');
  }

  read(id: string): Promise<ChangeRequest | null> {
    return this.load(id, '');
  }

  private async load(id: string, lock: 'for update' | ''): Promise<ChangeRequest | null> {
    const row = await firstRow<RequestRow>(
      this.sql,
      `select id, 'CR-' || number as number, title, reason, state, origin, author, requirements
       from change_request where id = $1 ${lock}`,
      [id],
    );
    if (!row) return null;
    const changes = await this.sql.rows<ProposedChange & { id: string }>(
      `select id, operation, target, base_revision as "baseRevision", patch from change
       where change_request_id = $1 order by position`,
      [id],
    );
    const approvals = await this.sql.rows<{ party_id: string }>(
      `select party_id from decision where change_request_id = $1 and kind = 'APPROVE' group by party_id order by min(at)`,
      [id],
    );
    return { ...row, changes, approvedBy: approvals.map((each) => each.party_id) };
  }

  async update(id: string, outcome: ChangeRequestOutcome): Promise<void> {
    const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
    await this.sql.rows(
      `update change_request set state = $2, problems = coalesce($3::jsonb, problems), conflicts = coalesce($4::jsonb, conflicts),
         requirements = coalesce($5::jsonb, requirements), warnings = coalesce($8::jsonb, warnings),
         submitted_at = case when $6 then clock_timestamp() else submitted_at end,
         applied_at = case when $7 then clock_timestamp() else applied_at end
       where id = $1`,
      [
        id,
        outcome.state,
        json(outcome.problems),
        json(outcome.conflicts),
        json(outcome.requirements),
        outcome.submitted === true,
        outcome.applied === true,
        json(outcome.warnings),
      ],
    );
  }

  inReviewOf(partyIds: readonly string[], { lock }: { lock: boolean }): Promise<AskedRequest[]> {
    return this.sql.rows<AskedRequest>(
      `select c.id, 'CR-' || c.number as number, c.author_party_id as "authorPartyId", c.requirements,
         array(select d.party_id::text from decision d where d.change_request_id = c.id and d.kind = 'APPROVE') as "approvedBy"
       from change_request c
       where c.state = 'IN_REVIEW' and exists (select from jsonb_array_elements(c.requirements) q
         where q->'eligible' ?| $1::text[] or q->>'namedId' = any($1::text[]) or q->>'partyId' = any($1::text[]))
       order by c.id ${lock ? 'for update' : ''}`,
      [partyIds],
    );
  }

  async reask(requests: readonly Pick<AskedRequest, 'id' | 'requirements'>[]): Promise<void> {
    await this.sql.rows(
      `update change_request c set requirements = n.requirements
       from jsonb_to_recordset($1::jsonb) as n(id uuid, requirements jsonb) where c.id = n.id and c.state = 'IN_REVIEW'`,
      [JSON.stringify(requests.map(({ id, requirements }) => ({ id, requirements })))],
    );
  }

  async addProblems(id: string, problems: readonly Problem[]): Promise<void> {
    await this.sql.rows('update change_request set problems = problems || $2::jsonb where id = $1', [
      id,
      JSON.stringify(problems),
    ]);
  }

  async decide(decision: {
    id: string;
    requestId: string;
    actor: Actor;
    partyId: string;
    kind: 'APPROVE' | 'REJECT';
    comment: string | null;
  }): Promise<void> {
    await this.sql.rows(
      `insert into decision (id, change_request_id, actor, party_id, kind, comment, plan_id)
       values ($1, $2, $3, $4, $5, $6, (select id from request_plan where change_request_id = $2 order by at desc, id desc limit 1))`,
      [
        decision.id,
        decision.requestId,
        JSON.stringify(decision.actor),
        decision.partyId,
        decision.kind,
        decision.comment,
      ],
    );
  }

  async byIdempotency(caller: string, key: string): Promise<{ id: string; hash: string } | null> {
    // A key is kept for 72 hours; after that it is as good as new.
    await this.sql.rows(
      `update change_request set idempotency_key = null where idempotency_caller = $1 and idempotency_key = $2
         and created_at <= clock_timestamp() - interval '72 hours'`,
      [caller, key],
    );
    return firstRow<{ id: string; hash: string }>(
      this.sql,
      `select id, idempotency_hash as hash from change_request
       where idempotency_caller = $1 and idempotency_key = $2 and created_at > clock_timestamp() - interval '72 hours'`,
      [caller, key],
    );
  }
}
