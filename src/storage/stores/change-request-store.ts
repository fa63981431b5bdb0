import type { Actor } from '../../domain/actor.js';
import type {
  AskedRequest,
  ChangeRequest,
  ChangeRequestHead,
  ChangeRequestOutcome,
  ChangeRequestStore,
  NewChangeRequest,
  NewDecision,
  StoredChange,
} from '../../application/ports/change-request-store.js';
import type { AppliedTarget } from '../../domain/change/invert.js';
import type { Problem } from '../../domain/problem.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { readApplied } from './applied-request.js';
import { insertChanges, moveChanges, replaceChanges } from './change-rows.js';
import { forgetKeys, keepKey, keptUnder } from './idempotency-keys.js';

interface RequestRow {
  id: string;
  number: string;
  title: string;
  reason: string | null;
  state: ChangeRequest['state'];
  origin: ChangeRequest['origin'];
  author: Actor;
  requirements: ChangeRequest['requirements'];
  editors: Actor[];
  effectiveAt: Date | null;
  dueAt: Date | null;
  blockedBy: string | null;
}

/** Change requests of one transaction. */
export class SqlChangeRequestStore implements ChangeRequestStore {
  constructor(private readonly sql: Sql) {}

  async add(request: NewChangeRequest): Promise<string> {
    const { id, title, reason, origin, author, effectiveAt, editors = [], splitFromId, revertsId } = request;
    const added = await firstRow<{ number: string }>(
      this.sql,
      `insert into change_request (id, title, reason, state, origin, author, author_party_id, effective_at, editors,
         split_from_id, reverts_id)
       values ($1, $2, $3, 'DRAFT', $4, $5, $6, $7, $8, $9, $10) returning 'CR-' || number as number`,
      [
        id,
        title,
        reason,
        origin,
        JSON.stringify(author),
        author.partyId,
        effectiveAt,
        JSON.stringify(editors),
        splitFromId ?? null,
        revertsId ?? null,
      ],
    );
    await insertChanges(this.sql, id, request.changes);
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
      `select id, 'CR-' || number as number, title, reason, state, origin, author, requirements, editors,
         effective_at as "effectiveAt", due_at as "dueAt", blocked_by as "blockedBy"
       from change_request where id = $1 ${lock}`,
      [id],
    );
    if (!row) return null;
    const changes = await this.sql.rows<StoredChange>(
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
         applied_at = case when $7 then clock_timestamp() else applied_at end,
         due_at = $9, blocked_by = $10,
         forced = case when $11::jsonb is null then forced else $11::jsonb || jsonb_build_object('at', clock_timestamp()) end
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
        outcome.waits?.dueAt ?? null,
        outcome.waits?.blockedBy ?? null,
        json(outcome.forced),
      ],
    );
  }

  async inReviewOf(partyIds: readonly string[], { lock }: { lock: boolean }): Promise<AskedRequest[]> {
    const concerned = `c.state = 'IN_REVIEW' and exists (select from jsonb_array_elements(c.requirements) q
      where q->'eligible' ?| $1::text[] or q->>'namedId' = any($1::text[]) or q->>'partyId' = any($1::text[]))`;
    // Locked first, and read by a statement that begins then: one that waits for a lock still sees the approvals of before.
    const locking = `select c.id from change_request c where ${concerned} order by c.id for update`;
    const ids = lock ? (await this.sql.rows<{ id: string }>(locking, [partyIds])).map(({ id }) => id) : null;
    return this.sql.rows<AskedRequest>(
      `select c.id, 'CR-' || c.number as number, c.author_party_id as "authorPartyId", c.requirements,
         array(select e->>'partyId' from jsonb_array_elements(c.editors) e where e->>'partyId' is not null) as "editorPartyIds",
         array(select d.party_id::text from decision d where d.change_request_id = c.id and d.kind = 'APPROVE') as "approvedBy"
       from change_request c where ${concerned} and ($2::uuid[] is null or c.id = any($2::uuid[])) order by c.id`,
      [partyIds, ids],
    );
  }

  async leaveTeam(teamId: string, members: readonly Actor[]): Promise<void> {
    await this.sql.rows(
      `update change_request c set editors = c.editors || (
         select coalesce(jsonb_agg(m), '[]') from jsonb_array_elements($2::jsonb) m
         where not exists (select from jsonb_array_elements(c.editors) e where e->>'partyId' = m->>'partyId'))
       where c.state not in ('APPLIED', 'REJECTED', 'WITHDRAWN') and (c.author->>'partyId' = $1::text
         or exists (select from jsonb_array_elements(c.editors) e where e->>'partyId' = $1::text))`,
      [teamId, JSON.stringify(members)],
    );
  }

  async setEditors(id: string, editors: readonly Actor[]): Promise<void> {
    await this.sql.rows('update change_request set editors = $2::jsonb where id = $1', [id, JSON.stringify(editors)]);
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

  async decide(decision: NewDecision): Promise<void> {
    await this.sql.rows(
      `insert into decision (id, change_request_id, actor, party_id, kind, comment, decided_as, plan_id)
       values ($1, $2, $3, $4, $5, $6, $7, (select id from request_plan where change_request_id = $2 order by at desc, id desc limit 1))`,
      [
        decision.id,
        decision.requestId,
        JSON.stringify(decision.actor),
        decision.partyId,
        decision.kind,
        decision.comment,
        JSON.stringify(decision.decidedAs),
      ],
    );
  }

  rewrite(id: string, head: ChangeRequestHead, changes: readonly StoredChange[]): Promise<void> {
    return replaceChanges(this.sql, id, head, changes);
  }

  move(changeIds: readonly string[], toRequestId: string): Promise<void> {
    return moveChanges(this.sql, changeIds, toRequestId);
  }

  async comment({ id, requestId, actor, body }: Parameters<ChangeRequestStore['comment']>[0]): Promise<void> {
    await this.sql.rows('insert into change_comment (id, change_request_id, actor, body) values ($1, $2, $3, $4)', [
      id,
      requestId,
      JSON.stringify(actor),
      body,
    ]);
  }

  async countComments(id: string): Promise<number> {
    const row = await firstRow<{ n: number }>(
      this.sql,
      'select count(*)::int as n from change_comment where change_request_id = $1',
      [id],
    );
    return row?.n ?? 0;
  }

  applied(id: string): Promise<AppliedTarget[]> {
    return readApplied(this.sql, id);
  }

  scheduled(): ReturnType<ChangeRequestStore['scheduled']> {
    return this.sql.rows(
      `select 'CR-' || number as number, effective_at as "effectiveAt", due_at as "dueAt", blocked_by as "blockedBy" from change_request
       where state = 'SCHEDULED' order by due_at, id limit 10000`,
    );
  }

  async due(limit: number): Promise<string[]> {
    const rows = await this.sql.rows<{ id: string }>(
      `select id from change_request where state = 'SCHEDULED' and due_at <= clock_timestamp() order by due_at, id limit $1`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  async releaseBlocked(keptBy: readonly string[]): Promise<number> {
    const rows = await this.sql.rows(
      `update change_request set due_at = clock_timestamp() where id in (
         select id from change_request where state = 'SCHEDULED' and due_at > clock_timestamp() and blocked_by is not null
           and not blocked_by = any($1::text[]) order by id for update skip locked)
       returning id`,
      [keptBy],
    );
    return rows.length;
  }

  async lookWithin(windows: readonly { from: string; to: string }[]): Promise<number> {
    if (windows.length === 0) return 0;
    const rows = await this.sql.rows(
      `update change_request set due_at = clock_timestamp() where id in (
         select id from change_request c where state = 'SCHEDULED' and due_at > clock_timestamp() and blocked_by is null
           and exists (select from jsonb_to_recordset($1::jsonb) as w("from" timestamptz, "to" timestamptz)
             where c.effective_at >= w."from" and c.effective_at < w."to") order by id for update skip locked)
       returning id`,
      [JSON.stringify(windows.map(({ from, to }) => ({ from, to })))],
    );
    return rows.length;
  }

  byIdempotency(caller: string, key: string): Promise<{ id: string; hash: string } | null> {
    return keptUnder(this.sql, caller, key);
  }

  keepIdempotency(kept: Parameters<ChangeRequestStore['keepIdempotency']>[0]): Promise<void> {
    return keepKey(this.sql, kept);
  }

  forgetIdempotency(): Promise<number> {
    return forgetKeys(this.sql);
  }
}
