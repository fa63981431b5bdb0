import type {
  DeadLetterCause,
  DigestFacts,
  DigestItem,
  DigestReader,
  FindingCount,
} from '../../application/ports/digest-reader.js';
import type { Sql } from '../sql.js';
import { ownersOf } from '../stores/finding-owner.js';

/** Dead letters whose owners are looked up; the digest says how many there are beyond. */
const DEAD_LETTERS = 2_000;
/** Lines of an owner that can be told at all: as many as `groupOf` takes. */
const LINES_AN_OWNER = 10;
const REQUESTS = 1_000;
const SCANS = 20;
/** Alerts that are named; all of them are counted. */
const ALERTS = 10;

interface DeadLetterRow {
  id: string;
  skuId: string | null;
  productId: string;
  assigneeId: string | null;
  line: string;
  fresh: boolean;
  overdue: boolean;
}

/** What the daily digest is made of. */
export class SqlDigestReader implements DigestReader {
  constructor(private readonly sql: Sql) {}

  async facts(since: Date): Promise<DigestFacts> {
    const causes = await this.causes(since);
    const deadLetters = await this.deadLetters(since);
    const dead = causes.reduce((sum, { open }) => sum + open, 0);
    return {
      causes,
      findings: await this.findings(since),
      items: [...deadLetters, ...(await this.requests(since)), ...(await this.findingItems(since))],
      beyond: Math.max(0, dead - deadLetters.length),
      pausedSystems: await this.paused(),
      stoppedCanaries: await this.stopped(),
      scans: await this.scans(since),
      alertsNotSent: await this.notSent(),
    };
  }

  /** By what they died of, as `deadLetterGroups` has them: class and code alone are the same for all that one system refuses. */
  private causes(since: Date): Promise<DeadLetterCause[]> {
    const latest = (of: string): string => `(array_agg(${of} order by d.died_at desc nulls last, d.id desc))[1]`;
    return this.sql.rows<DeadLetterCause>(
      `select d.system, coalesce(${latest(`d.last_error->>'class'`)}, 'UNKNOWN') as class, ${latest(`d.last_error->>'code'`)} as code,
         ${latest('d.cause_shape')} as shape, count(*)::int as open,
         (count(*) filter (where d.died_at > $1))::int as fresh,
         (count(*) filter (where d.due_at <= clock_timestamp()))::int as overdue
       from delivery d where d.state = 'DEAD_LETTERED' group by d.system, coalesce(d.cause, '')
       order by overdue desc, open desc, d.system, coalesce(d.cause, '')`,
      [since],
    );
  }

  private async deadLetters(since: Date): Promise<DigestItem[]> {
    const rows = await this.sql.rows<DeadLetterRow>(
      `select d.id, d.sku_id as "skuId", d.product_id as "productId", (select p.id from party p where p.id = d.assignee_id and p.active) as "assigneeId",
         concat(d.target, ' in ', d.system, ': ', coalesce(d.last_error->>'message', 'no reason given')) as line,
         coalesce(d.died_at > $1, false) as fresh, coalesce(d.due_at <= clock_timestamp(), false) as overdue
       from delivery d where d.state = 'DEAD_LETTERED' order by d.due_at nulls last, d.id limit ${DEAD_LETTERS}`,
      [since],
    );
    const unassigned = rows.filter(({ assigneeId }) => assigneeId === null);
    const owners = await ownersOf(
      this.sql,
      unassigned.map(({ id, skuId, productId }) => ({ identity: id, skuId, productId })),
    );
    // Whoever it was made is who is told of it; one who is gone looks at nothing, and it falls back to its owner.
    return rows.map(({ id, assigneeId, line, fresh, overdue }) => ({
      ownerId: assigneeId ?? owners.get(id) ?? null,
      kind: 'DEAD_LETTER' as const,
      line: overdue ? `OVERDUE ${line}` : line,
      fresh,
      overdue,
    }));
  }

  private findings(since: Date): Promise<FindingCount[]> {
    return this.sql.rows<FindingCount>(
      `select owner_id as "ownerId", severity, count(*)::int as open, (count(*) filter (where opened_at > $1))::int as fresh,
         (count(*) filter (where due_at <= clock_timestamp()))::int as overdue
       from finding where state in ('OPEN', 'ACKNOWLEDGED') group by 1, 2 order by 1, 2`,
      [since],
    );
  }

  private findingItems(since: Date): Promise<DigestItem[]> {
    return this.sql.rows<DigestItem>(
      `select "ownerId", 'FINDING' as kind, line, fresh, overdue from (
         select owner_id as "ownerId", due_at, opened_at > $1 as fresh, coalesce(due_at <= clock_timestamp(), false) as overdue,
           concat(case when due_at <= clock_timestamp() then 'OVERDUE ' end, severity, ' ', target, ' in ', system, ': ',
             coalesce(field, lower(kind)), ' differs') as line,
           row_number() over (partition by owner_id order by due_at nulls last, id) as place
         from finding where state in ('OPEN', 'ACKNOWLEDGED')) f
       where place <= ${LINES_AN_OWNER} order by due_at nulls last`,
      [since],
    );
  }

  /** Requests by the party that each open requirement asks: as many approvals as it wants are not there yet. */
  private requests(since: Date): Promise<DigestItem[]> {
    return this.sql.rows<DigestItem>(
      `select distinct on (c.submitted_at, c.number, q->>'partyId') q->>'partyId' as "ownerId", 'REQUEST' as kind,
         concat('CR-', c.number, ' waits for approval: ', c.title) as line, coalesce(c.submitted_at > $1, true) as fresh,
         false as overdue
       from change_request c cross join jsonb_array_elements(c.requirements) q
       where c.state = 'IN_REVIEW' and (select count(distinct d.party_id) from decision d
           where d.change_request_id = c.id and d.kind = 'APPROVE' and q->'eligible' ? d.party_id::text
             and not coalesce(q->'voided' ? d.party_id::text, false)) < coalesce((q->>'count')::int, 1)
       order by c.submitted_at, c.number, q->>'partyId' limit ${REQUESTS}`,
      [since],
    );
  }

  private async paused(): Promise<string[]> {
    const rows = await this.sql.rows<{ code: string }>(
      `select code from system y where health = 'DOWN' or exists (select from system_hold h where h.system = y.code
         and h.ended_at is null and (h.until is null or h.until > clock_timestamp())) order by code`,
    );
    return rows.map(({ code }) => code);
  }

  private async stopped(): Promise<string[]> {
    const rows = await this.sql.rows<{ line: string }>(
      `select concat('CR-', r.number, ' in ', c.system, ': ', (select count(*) from delivery d where d.canary_id = c.id
           and d.state = 'PENDING' and d.next_attempt_at is null), ' of ', c.records, ' records are held since ',
         to_char(c.stopped_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), ' UTC') as line
       from canary c join change_request r on r.id = c.change_request_id where c.state = 'STOPPED' order by c.stopped_at, c.id`,
    );
    return rows.map(({ line }) => line);
  }

  private async scans(since: Date): Promise<string[]> {
    const rows = await this.sql.rows<{ line: string }>(
      `select concat(system, ': ', lower(state), coalesce(': ' || error, '')) as line from scan
       where state = 'HELD' or (state in ('FAILED', 'CANCELLED') and finished_at > $1)
       order by started_at desc limit ${SCANS}`,
      [since],
    );
    return rows.map(({ line }) => line);
  }

  /** The newest of them by name: what was told when it happened is news, what is a month old is history. */
  private async notSent(): Promise<{ count: number; lines: string[] }> {
    const rows = await this.sql.rows<{ line: string; count: number }>(
      `select concat(state, ': ', title, ' (', to_char(raised_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), ' UTC)', ': ' || last_error) as line,
         count(*) over ()::int as count
       from alert where state in ('NOT_SENT', 'NOWHERE') or (state = 'WAITING' and attempts > 0)
       order by raised_at desc, id desc limit ${ALERTS}`,
    );
    return { count: rows[0]?.count ?? 0, lines: rows.map(({ line }) => line) };
  }
}
