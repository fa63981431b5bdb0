import type { DriftAuditReader } from '../../application/ports/drift-audit-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import type { AuditedSystem, OwnedSkus, UndecidedValues } from '../../domain/audit/audit-gaps.js';
import type {
  AuditedForce,
  AuditFinding,
  CountedAudit,
  CountedQuarter,
  Dimension,
  DriftCount,
  WeeklyDrift,
} from '../../domain/audit/drift-audit.js';
import { DIMENSIONS, FINDINGS_LISTED } from '../../domain/audit/drift-audit.js';
import type { IsoWeek, Quarter } from '../../domain/audit/quarter.js';
import { LIFECYCLE_STATES } from '../../domain/catalog/lifecycle.js';
import { coverageOf } from '../../domain/ownership/coverage.js';
import { OWNERSHIP_SCOPES } from '../../domain/ownership/resolve-owner.js';
import type { Sql } from '../sql.js';
import { readParties } from '../stores/party-store.js';
import { AUDIT_FINDING, COMPARED, OPEN_AT_END, STEPS } from './drift-audit-sql.js';
import { readPage } from './keyset.js';
import { SqlOwnershipReader } from './ownership-reader.js';

type DimensionRow = DriftCount & Record<Dimension, string | null>;
type EventFigures = DriftCount & Pick<CountedQuarter, 'waived' | 'medianSecondsToResolve'>;
type SkuFigures = Pick<CountedQuarter, 'skusGoverned' | 'skusCovered' | 'skusDrifted'>;

const NO_EVENTS: EventFigures = { opened: 0, resolved: 0, openAtEnd: 0, waived: 0, medianSecondsToResolve: null };
const NO_SKUS: SkuFigures = { skusGoverned: 0, skusCovered: 0, skusDrifted: 0 };

/**
 * Counts the drift of a quarter from the events of findings, so that a finding which opened, closed and opened again
 * counts as often as it happened. Thirteen statements, whatever there is to count; no row per finding leaves the database.
 */
export class SqlDriftAuditReader implements DriftAuditReader {
  constructor(private readonly sql: Sql) {}

  async count(quarter: Quarter, previous: Quarter, weeks: readonly IsoWeek[]): Promise<CountedAudit> {
    const recurring = await this.recurring(quarter);
    const forced = await this.forced(quarter);
    return {
      current: await this.figures(quarter),
      previous: await this.figures(previous),
      breakdowns: await this.breakdowns(quarter),
      weekly: await this.weekly(quarter, weeks),
      recurring: recurring.map(({ total: _total, ...finding }) => finding),
      recurringCount: recurring[0]?.total ?? 0,
      unresolved: await this.unresolved(quarter),
      systems: await this.systems(quarter),
      undecided: await this.undecided(quarter),
      owned: await this.owned(),
      forced: forced.map(({ total: _total, ...request }) => request),
      forcedCount: forced[0]?.total ?? 0,
    };
  }

  unresolvedIds(quarter: Quarter, page: PageRequest): Promise<Page<string>> {
    const query = {
      from: 'finding f',
      where: OPEN_AT_END,
      values: [quarter.end],
      columns: 'f.id',
      order: [
        { column: 'f.opened_at', cast: 'timestamptz' },
        { column: 'f.id', cast: 'uuid' },
      ],
      descending: true,
    };
    return readPage<{ id: string }, string>(this.sql, page, query, (row) => row.id);
  }

  private async figures({ start, end }: Quarter): Promise<CountedQuarter> {
    const [events] = await this.sql.rows<EventFigures>(
      `with ${STEPS}
       select count(*) filter (where is_opening and at >= $1)::int as opened,
         count(*) filter (where not is_opening and at >= $1)::int as resolved,
         count(*) filter (where is_opening and next_at is null)::int as "openAtEnd",
         count(*) filter (where is_opening and next_at is null and f.state = 'WAIVED')::int as waived,
         percentile_cont(0.5) within group (
           order by extract(epoch from at - coalesce(step.opened_at, f.first_seen_at))::float8
         ) filter (where not is_opening and at >= $1) as "medianSecondsToResolve"
       from step join finding f on f.id = step.finding_id`,
      [start, end],
    );
    const [skus] = await this.sql.rows<SkuFigures>(
      `with ${COMPARED}
       select (select count(*) from governed)::int as "skusGoverned",
         (select count(*) from (select sku_id from pair group by sku_id having bool_and(compared)) c)::int as "skusCovered",
         (select count(distinct f.sku_id) from finding_event e join finding f on f.id = e.finding_id
            join governed g on g.id = f.sku_id
          where e.type in ('OPENED', 'REOPENED') and e.at >= $1 and e.at < $2)::int as "skusDrifted"`,
      [start, end],
    );
    return { ...(events ?? NO_EVENTS), ...(skus ?? NO_SKUS) };
  }

  private async breakdowns({ start, end }: Quarter): Promise<CountedAudit['breakdowns']> {
    const rows = await this.sql.rows<DimensionRow>(
      `with ${STEPS},
       counted as (
         select finding_id, count(*) filter (where is_opening and at >= $1) as opened,
           count(*) filter (where not is_opening and at >= $1) as resolved,
           count(*) filter (where is_opening and next_at is null) as open
         from step group by finding_id),
       told as (
         select c.*, f.system, coalesce(f.field, f.kind) as field, f.severity, coalesce(p.code, '(nobody)') as owner,
           coalesce(nullif(f.attribution->>'app', ''), nullif(f.attribution->>'actor', ''), 'unknown') as attribution
         from counted c join finding f on f.id = c.finding_id left join party p on p.id = f.owner_id
         where c.opened + c.resolved + c.open > 0)
       select system, field, owner, attribution, severity, sum(opened)::int as opened, sum(resolved)::int as resolved,
         sum(open)::int as "openAtEnd"
       from told group by grouping sets ((system), (field), (owner), (attribution), (severity))`,
      [start, end],
    );
    const breakdowns: CountedAudit['breakdowns'] = { system: [], field: [], owner: [], attribution: [], severity: [] };
    for (const row of rows) {
      // A grouping set leaves every column null but its own, and none of the five is null by itself.
      for (const dimension of DIMENSIONS) {
        const key = row[dimension];
        const { opened, resolved, openAtEnd } = row;
        if (key !== null) breakdowns[dimension].push({ key, opened, resolved, openAtEnd });
      }
    }
    return breakdowns;
  }

  private weekly({ start, end }: Quarter, weeks: readonly IsoWeek[]): Promise<WeeklyDrift[]> {
    return this.sql.rows<WeeklyDrift>(
      `with ${STEPS},
       week as (select * from unnest($3::text[], $4::timestamptz[], $5::timestamptz[]) as w(id, starts, ends))
       select w.id as week,
         count(*) filter (where s.is_opening and s.at >= w.starts and s.at >= $1)::int as opened,
         count(*) filter (where not s.is_opening and s.at >= w.starts and s.at >= $1)::int as resolved,
         count(*) filter (where s.is_opening and (s.next_at is null or s.next_at >= w.ends))::int as open
       from week w left join step s on s.at < w.ends
       group by w.id, w.starts order by w.starts`,
      [start, end, weeks.map(({ id }) => id), weeks.map((week) => week.start), weeks.map((week) => week.end)],
    );
  }

  private recurring({ start, end }: Quarter): Promise<(AuditFinding & { total: number })[]> {
    return this.sql.rows(
      `select ${AUDIT_FINDING}, count(*) over ()::int as total
       from (select finding_id, count(*) as times from finding_event
             where type = 'REOPENED' and at >= $1 and at < $2 group by finding_id) again
       join finding f on f.id = again.finding_id left join party p on p.id = f.owner_id
       order by f.recurrences desc, again.times desc, f.opened_at desc, f.id limit ${FINDINGS_LISTED}`,
      [start, end],
    );
  }

  private unresolved({ end }: Quarter): Promise<AuditFinding[]> {
    return this.sql.rows<AuditFinding>(
      `select ${AUDIT_FINDING} from finding f left join party p on p.id = f.owner_id
       where ${OPEN_AT_END}
       order by array_position(array['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], f.severity), f.opened_at, f.id
       limit ${FINDINGS_LISTED}`,
      [end],
    );
  }

  private async undecided({ end }: Quarter): Promise<UndecidedValues> {
    const [row] = await this.sql.rows<UndecidedValues>(
      `select count(*)::int as values, count(distinct sku_id)::int as skus,
         (count(distinct product_id) filter (where entity = 'PRODUCT'))::int as products
       from quality_issue where found_at < $1 and (resolved_at is null or resolved_at >= $1)`,
      [end],
    );
    return row ?? { values: 0, skus: 0, products: 0 };
  }

  /** As it stands: of who is active no history is kept. */
  private async owned(): Promise<OwnedSkus> {
    const states = LIFECYCLE_STATES.filter((state) => state !== 'DRAFT' && state !== 'RETIRED');
    const counts = await new SqlOwnershipReader(this.sql).counts(states);
    const parties = new Map((await readParties(this.sql)).map((party) => [party.id, party]));
    return coverageOf(counts, parties, states, OWNERSHIP_SCOPES);
  }

  private forced({ start, end }: Quarter): Promise<(AuditedForce & { total: number })[]> {
    return this.sql.rows(
      `select 'CR-' || number as number, title, forced->'actor'->>'name' as by, applied_at as at, forced->>'reason' as reason,
         forced->'skipped' as skipped, count(*) over ()::int as total
       from change_request where forced is not null and applied_at >= $1 and applied_at < $2
       order by applied_at, id limit ${FINDINGS_LISTED}`,
      [start, end],
    );
  }

  private systems({ start, end }: Quarter): Promise<AuditedSystem[]> {
    return this.sql.rows<AuditedSystem>(
      `with ${COMPARED},
       missed as (select system, count(*) as skus from pair where not compared group by system),
       looked as (
         select system,
           count(*) filter (where mode = 'FULL' and state = 'SUCCEEDED') as finished,
           count(*) filter (where state = 'FAILED') as failed,
           count(*) filter (where state = 'HELD') as held,
           (array_agg(error order by started_at desc) filter (where state = 'FAILED'))[1] as last_failure
         from scan
         where coalesce(finished_at, started_at) >= $1 and coalesce(finished_at, started_at) < $2 group by system),
       dead as (
         select system, count(*) as letters from delivery where state = 'DEAD_LETTERED' and died_at < $2 group by system)
       select y.code, y.mode, y.link, coalesce(l.finished, 0)::int as "fullScansFinished",
         coalesce(l.failed, 0)::int as "scansFailed", l.last_failure as "lastFailure",
         coalesce(l.held, 0)::int as "scansHeld", coalesce(m.skus, 0)::int as "skusNotCompared",
         (select count(*)::int from sku s where s.state in ('ACTIVE', 'PHASE_OUT') and s.price is null
           and y.code = any(s.listed_in)) as "skusUnpriced",
         coalesce(d.letters, 0)::int as "deadLetters"
       from system y left join looked l on l.system = y.code left join missed m on m.system = y.code
         left join dead d on d.system = y.code
       order by y.code`,
      [start, end],
    );
  }
}
