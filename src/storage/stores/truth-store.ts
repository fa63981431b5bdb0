import type { ActingRules, TakenValue, TruthStore } from '../../application/ports/truth-store.js';
import type { Actor } from '../../domain/actor.js';
import type { FieldRule } from '../../domain/drift/source-of-truth.js';
import type { SystemKind } from '../../domain/publishing/system.js';
import { wholeMatrix } from '../../domain/truth/matrix.js';
import type { SignOff, SourceOfTruth } from '../../domain/truth/standing.js';
import { rulesActing } from '../../domain/truth/standing.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

interface Row {
  version: number;
  rules: FieldRule[];
  reason: string | null;
  setBy: Actor | null;
  effectiveFrom: Date;
  erps: string[];
  signOffs: { actor: Actor; at: string; comment: string | null }[];
  now: Date;
}

/**
 * One statement: the version asked for (null: the newest), its sign-offs, and which ERPs there are, because a default
 * hangs on it. Version 0 is nobody's: it is from the day on which the first system was set up.
 */
const VERSION = `
  with asked as (
    select version, value as rules, reason, changed_by, changed_at from setting_version
      where key = 'sourceOfTruth' and ($1::integer is null or version = $1)
    union all
    select 0, '[]', null, null, (select coalesce(min(created_at), clock_timestamp()) from system)
      where $1::integer is null or $1 = 0
    order by version desc limit 1)
  select a.version, a.rules, a.reason, a.changed_by as "setBy", a.changed_at as "effectiveFrom", clock_timestamp() as now,
    (select coalesce(array_agg(code order by code), '{}') from system where kind = 'ERP') as erps,
    (select coalesce(jsonb_agg(jsonb_build_object('actor', s.actor, 'at', s.at, 'comment', s.comment) order by s.at, s.id), '[]')
      from source_of_truth_sign_off s where s.version = a.version) as "signOffs"
  from asked a`;

/** The source-of-truth matrix: versions of the setting `sourceOfTruth`, and who signed which. */
export class SqlTruthStore implements TruthStore {
  constructor(
    private readonly sql: Sql,
    private readonly newId: () => string,
  ) {}

  async version(version: number | null): Promise<SourceOfTruth | null> {
    const row = await firstRow<Row>(this.sql, VERSION, [version]);
    return row && policyOf(row);
  }

  async acting(): Promise<ActingRules> {
    const row = await firstRow<Row>(this.sql, VERSION, [null]);
    if (!row) throw new Error('there is always a version of the source-of-truth matrix');
    return { version: row.version, rules: rulesActing(policyOf(row), row.now) };
  }

  systems(): Promise<{ code: string; kind: SystemKind }[]> {
    return this.sql.rows('select code, kind from system order by code');
  }

  async openFindings(fields: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.sql.rows<{ field: string; count: number }>(
      `select field, count(*)::integer as count from finding
       where field = any($1::text[]) and state in ('OPEN', 'ACKNOWLEDGED') group by field`,
      [fields],
    );
    return new Map(rows.map(({ field, count }) => [field, count]));
  }

  async tallyTakeover(
    system: string,
    replaced: ReadonlyMap<string, number>,
    hours: number,
  ): Promise<{ linked: number; before: Map<string, number> }> {
    const fields = [...replaced.keys()];
    // Serialised per system, so that two looks side by side do not each see less than there is.
    await this.sql.rows(`select pg_advisory_xact_lock(hashtextextended('takeover:' || $1, 0))`, [system]);
    const rows = await this.sql.rows<{ field: string; count: number }>(
      `select field, sum(replaced)::int as count from takeover_tally
       where system = $1 and field = any($2::text[]) and hour > clock_timestamp() - make_interval(hours => $3) group by field`,
      [system, fields, hours],
    );
    const linked = await firstRow<{ count: number }>(
      this.sql,
      `select count(*)::int as count from record where system = $1 and entity = 'SKU' and match = 'MATCHED'`,
      [system],
    );
    await this.sql.rows(
      `insert into takeover_tally (system, field, hour, replaced)
       select $1, field, date_trunc('hour', clock_timestamp()), replaced from jsonb_to_recordset($2::jsonb) as n(field text, replaced int)
       where replaced > 0
       on conflict (system, field, hour) do update set replaced = takeover_tally.replaced + excluded.replaced`,
      [system, JSON.stringify([...replaced].map(([field, count]) => ({ field, replaced: count })))],
    );
    await this.sql.rows(`delete from takeover_tally where hour < clock_timestamp() - interval '2 days'`);
    return { linked: linked?.count ?? 0, before: new Map(rows.map(({ field, count }) => [field, count])) };
  }

  async signOff(version: number, { actor, comment }: Omit<SignOff, 'at'>): Promise<void> {
    await this.sql.rows(
      `insert into source_of_truth_sign_off (id, version, actor, comment) values ($1, $2, $3::jsonb, $4)`,
      [this.newId(), version, JSON.stringify(actor), comment],
    );
  }

  async keepTaken(changeRequestId: string, policyVersion: number, values: readonly TakenValue[]): Promise<void> {
    const rows = values.map(({ recordId, field, found, attribution, source, findingId }) => {
      return { record_id: recordId, field, found, attribution, source, finding_id: findingId };
    });
    await this.sql.rows(
      `insert into taken_value (change_request_id, record_id, field, source, found, attribution, finding_id, policy_version)
       select $1, n.record_id, n.field, coalesce(n.source, f.source), n.found, n.attribution, n.finding_id, $2
       from jsonb_to_recordset($3::jsonb) as n(record_id uuid, field text, found jsonb, attribution jsonb, source text, finding_id uuid)
       left join finding f on f.id = n.finding_id`,
      [changeRequestId, policyVersion, JSON.stringify(rows)],
    );
  }
}

function policyOf({ version, rules, reason, setBy, effectiveFrom, erps, signOffs }: Row): SourceOfTruth {
  return {
    version,
    effectiveFrom,
    setBy,
    reason,
    rules: wholeMatrix(rules, erps),
    signOffs: signOffs.map(({ actor, at, comment }) => ({ actor, at: new Date(at), comment })),
  };
}
