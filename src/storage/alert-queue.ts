import type { DataSource } from 'typeorm';
import type { Addressee, AlertOutcome, AlertQueue, ClaimedAlert } from '../application/ports/alert-store.js';
import type { AlertRow } from './readers/alert-where.js';
import { ALERT_COLUMNS } from './readers/alert-where.js';
import { inTransaction } from './in-transaction.js';
import type { Sql } from './sql.js';
import { firstRow, sqlOver } from './sql.js';

/** Longer than any attempt may take, so that nobody sends what another is still sending. */
const LEASE_SECONDS = 60;

/** So many are removed by one statement; the next hour goes on. */
const FORGET_LIMIT = 1_000;

type ClaimedRow = AlertRow & { unsure: boolean; isLast: boolean };

/** The outbox as whoever sends it sees it; every method is one short transaction. */
export class SqlAlertQueue implements AlertQueue {
  constructor(
    private readonly source: DataSource,
    private readonly newId: () => string,
  ) {}

  claim(): Promise<ClaimedAlert | null> {
    const leaseToken = this.newId();
    return inTransaction(this.source, async (tx) => {
      const sql = sqlOver(tx);
      // A lease that is there still was left by an attempt that nobody settled: its process died, and it may have been sent.
      const row = await firstRow<ClaimedRow>(
        sql,
        `update alert a set unsure = a.unsure or a.lease_token is not null, lease_token = $1, attempts = a.attempts + 1,
           lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
         where a.id = (select x.id from alert x where x.state = 'WAITING' and x.next_attempt_at <= clock_timestamp()
             and (x.lease_until is null or x.lease_until < clock_timestamp())
           order by x.next_attempt_at limit 1 for update skip locked)
         returning ${ALERT_COLUMNS}, a.unsure, a.patient_until <= clock_timestamp() as "isLast"`,
        [leaseToken],
      );
      if (!row) return null;
      return { ...row, leaseToken, addressees: await addresseesOf(sql, row) };
    });
  }

  async settle(alert: ClaimedAlert, outcome: AlertOutcome): Promise<boolean> {
    const values = [
      alert.id,
      alert.leaseToken,
      outcome.kind === 'AGAIN' ? 'WAITING' : outcome.kind,
      outcome.kind === 'AGAIN' ? outcome.seconds : 0,
      outcome.kind === 'SENT' ? null : outcome.error,
      outcome.kind === 'AGAIN' && outcome.unsure,
    ];
    const held = await sqlOver(this.source).rows(
      `update alert set state = $3::text, lease_token = null, lease_until = null, last_error = $5, unsure = unsure or $6,
         sent_at = case when $3::text = 'SENT' then clock_timestamp() end,
         next_attempt_at = case when $3::text = 'WAITING' then clock_timestamp() + make_interval(secs => $4) end
       where id = $1 and lease_token = $2 returning 1`,
      values,
    );
    return held.length > 0;
  }

  async putOffAll(seconds: number): Promise<void> {
    await sqlOver(this.source).rows(
      `update alert set next_attempt_at = clock_timestamp() + make_interval(secs => $1)
       where state = 'WAITING' and next_attempt_at < clock_timestamp() + make_interval(secs => $1)`,
      [seconds],
    );
  }

  async letGo(all: boolean): Promise<void> {
    await sqlOver(this.source).rows(
      `update alert set next_attempt_at = clock_timestamp()
       where state = 'WAITING' and next_attempt_at > clock_timestamp() and ($1 or attempts > 0)`,
      [all],
    );
  }

  async nowhere(): Promise<number> {
    const rows = await sqlOver(this.source).rows(
      `update alert set state = 'NOWHERE', next_attempt_at = null, lease_token = null, lease_until = null
       where state = 'WAITING' and (lease_until is null or lease_until < clock_timestamp()) returning 1`,
    );
    return rows.length;
  }

  async forgetSent(days: number): Promise<number> {
    // Raised before it was sent, so that the index of the list finds them.
    const rows = await sqlOver(this.source).rows(
      `delete from alert where id in (select a.id from alert a
         where a.raised_at < clock_timestamp() - make_interval(days => $1) and a.state = 'SENT'
           and a.sent_at < clock_timestamp() - make_interval(days => $1)
           and a.id is distinct from (select d.id from alert d where d.kind = 'DIGEST' order by d.raised_at desc limit 1)
         order by a.raised_at limit ${FORGET_LIMIT}) returning 1`,
      [days],
    );
    return rows.length;
  }

  lastDigest(): Promise<{ key: string; raisedAt: Date } | null> {
    return firstRow(
      sqlOver(this.source),
      `select key, raised_at as "raisedAt" from alert where kind = 'DIGEST' order by raised_at desc limit 1`,
    );
  }
}

/** Names and Slack ids of the parties that an alert speaks to, as they are when it is sent. */
async function addresseesOf(sql: Sql, { groups }: AlertRow): Promise<Map<string, Addressee>> {
  const ids = groups.flatMap(({ ownerId }) => ownerId ?? []);
  if (ids.length === 0) return new Map();
  const rows = await sql.rows<Addressee & { id: string }>(
    'select id, name, slack_id as "slackId" from party where id = any($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, name, slackId }) => [id, { name, slackId }]));
}
