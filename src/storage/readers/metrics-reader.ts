import type { MetricsReader, SystemFacts } from '../../application/ports/metrics-reader.js';
import { QUEUE_SCHEMA } from '../postgres/queue-schema.js';
import type { Sql } from '../sql.js';

/** Rows of a log that are looked at: what is behind is among the newest, whose ids begin with their time. */
const NEWEST = 1_000;

/** Figures for /metrics: one statement each, over indexes of what is open and never over what is long done. */
export class SqlMetricsReader implements MetricsReader {
  /** @param lateDigest the day whose digest should be there by now and is not. */
  constructor(
    private readonly sql: Sql,
    private readonly lateDigest: () => Promise<string | null> = () => Promise.resolve(null),
  ) {}

  async facts(): Promise<SystemFacts> {
    // One after the other on one connection of the pool: a scrape must not take what the API needs.
    return {
      deliveries: await this.sql.rows(DELIVERIES),
      deadLetters: await this.sql.rows(DEAD_LETTERS),
      findings: await this.sql.rows(FINDINGS),
      systems: await this.sql.rows(SYSTEMS),
      holds: await this.sql.rows(HOLDS),
      lateDigest: await this.lateDigest(),
      alerts: await this.sql.rows(ALERTS),
      sequencer: await this.sql.rows(SEQUENCER),
      jobs: await this.sql.rows(JOBS),
    };
  }
}

const ageOf = (column: string): string => `extract(epoch from clock_timestamp() - ${column})::float8`;

/** Of a record that is gone, and of which a finding tells that: nothing is tried until a person has decided on it. */
const UNDECIDED = `select distinct r.system, r.entity, r.product_id, r.sku_id
  from finding f join record r on r.id = f.record_id and r.match = 'MISSING' where f.kind = 'MISSING' and f.state <> 'RESOLVED'`;

const DELIVERIES = `with undecided as materialized (${UNDECIDED})
  select d.system, d.state, count(*)::int as count, count(u.system)::int as undecided,
    ${ageOf("min(d.created_at) filter (where u.system is null and y.mode = 'WRITE')")} as "oldestSeconds"
  from delivery d join system y on y.code = d.system left join undecided u on u.system = d.system and u.entity = d.entity and u.product_id = d.product_id
    and u.sku_id is not distinct from d.sku_id
  where d.state in ('PENDING', 'RETRYING', 'IN_FLIGHT', 'DEAD_LETTERED') group by 1, 2`;

const DEAD_LETTERS = `select system, coalesce(last_error->>'class', 'UNKNOWN') as class, count(*)::int as count,
    (count(*) filter (where due_at <= clock_timestamp()))::int as overdue
  from delivery where state = 'DEAD_LETTERED' group by 1, 2`;

const FINDINGS = `select system, severity, count(*)::int as count,
    (count(*) filter (where due_at <= clock_timestamp()))::int as overdue
  from finding where state <> 'RESOLVED' and state <> 'WAIVED' group by 1, 2`;

const SYSTEMS = `select y.code as system, (y.link = 'LINKED')::int as linked,
    (select ${ageOf('c.finished_at')} from scan c where c.system = y.code and c.mode = 'FULL' and c.state = 'SUCCEEDED'
      order by c.started_at desc limit 1) as "scannedSecondsAgo",
    (select count(*)::int from webhook w where w.system = y.code and w.handled_at is null) as webhooks
  from system y`;

const HOLDS = `select y.code as system, k.kind, (exists (select from system_hold h where h.system = y.code and h.kind = k.kind
    and h.ended_at is null and (h.until is null or h.until > clock_timestamp())))::int as held
  from system y cross join (values ('PAUSE'), ('AUTH'), ('BREAKER')) as k(kind)`;

const ALERTS = `select state, count(*)::int as count, ${ageOf('min(raised_at)')} as "oldestSeconds"
  from alert where state <> 'SENT' group by 1`;

const behind = (log: string, table: string, numbered: string, key: string): string => `
  select '${log}' as log, count(*)::int as waiting, coalesce(max(${ageOf('e.at')}), 0) as "oldestSeconds"
  from (select id, at from ${table} order by id desc limit ${NEWEST}) e
  where not exists (select from ${numbered} n where n.${key} = e.id)`;

const SEQUENCER = `${behind('feed', 'feed_entry', 'feed_position', 'entry_id')} union all
  ${behind('audit', 'audit_event', 'audit_seal', 'event_id')}`;

const JOBS = `select name as queue, state::text as state, count(*)::int as count from ${QUEUE_SCHEMA}.job
  where state < 'completed' and name not like '\\_\\_%' group by 1, 2`;
