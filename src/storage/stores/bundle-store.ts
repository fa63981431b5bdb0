import type {
  BundleStore,
  DuePlace,
  DueVersion,
  HoldingVersion,
  VersionFailure,
} from '../../application/ports/bundle-store.js';
import type { Actor } from '../../domain/actor.js';
import { instantKey } from '../../domain/bundle/timeline.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';

/** Lines of the version `v` by code, in their order. */
const LINES = `(select jsonb_agg(jsonb_build_object('sku', s.code, 'quantity', c.quantity) order by c.position)
  from bundle_component c join sku s on s.id = c.component_id where c.version_id = v.id) as lines`;

type DueRow = Omit<DueVersion, 'at'> & { at: Date };

/** Compositions of bundles, in one transaction. */
export class SqlBundleStore implements BundleStore {
  constructor(private readonly sql: Sql) {}

  async due(codes: readonly string[] | null, limit: number, after: DuePlace | null = null): Promise<DueVersion[]> {
    const rows = await this.sql.rows<DueRow>(
      `select v.bundle_id as "bundleId", b.code, v.effective_from as at, r.id as "changeRequestId", r.reason, ${LINES}
       from (select * from bundle_version
             where state = 'SCHEDULED' and effective_from <= clock_timestamp()
               and ($1::text[] is null or bundle_id in (select id from sku where code_folded = any($1)))
               and ($3::timestamptz is null or (effective_from, bundle_id) > ($3, $4::uuid))
             order by effective_from, bundle_id limit $2) v
         join sku b on b.id = v.bundle_id
         left join change_request r on r.id = v.change_request_id
       order by v.effective_from, v.bundle_id`,
      [codes?.map(foldCode) ?? null, limit, after?.at ?? null, after?.bundleId ?? null],
    );
    return rows.map((row) => ({ ...row, at: instantKey(row.at) }));
  }

  async fail({ id, version, kind, problems, error }: VersionFailure): Promise<boolean> {
    const rows = await this.sql.rows<{ attempts: number }>(
      `insert into bundle_version_failure as f (id, bundle_id, due_at, kind, problems, error, change_request_id)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (bundle_id, due_at) do update set kind = excluded.kind, problems = excluded.problems,
         error = excluded.error, last_at = excluded.last_at, attempts = f.attempts + 1,
         closed_at = null, closed_by = null, closed_because = null
       returning attempts`,
      [id, version.bundleId, version.at, kind, JSON.stringify(problems), error, version.changeRequestId],
    );
    return rows[0]?.attempts === 1;
  }

  async recovered({ bundleId, at }: DuePlace, by: Actor): Promise<void> {
    await this.sql.rows(
      `update bundle_version_failure
       set closed_at = clock_timestamp(), closed_by = $3, closed_because = 'it took effect'
       where bundle_id = $1 and due_at = $2 and closed_at is null`,
      [bundleId, at, JSON.stringify(by)],
    );
  }

  async closeFailure(id: string, by: Actor, because: string): Promise<boolean> {
    const rows = await this.sql.rows(
      `update bundle_version_failure set closed_at = clock_timestamp(), closed_by = $2, closed_because = $3
       where id = $1 and closed_at is null returning id`,
      [id, JSON.stringify(by), because],
    );
    return rows.length > 0;
  }

  async holding(code: string): Promise<HoldingVersion[]> {
    const rows = await this.sql.rows<{ bundle: string; state: string; at: Date; lines: HoldingVersion['lines'] }>(
      `select b.code as bundle, v.state, v.effective_from as at, ${LINES}
       from bundle_component h join bundle_version v on v.id = h.version_id join sku b on b.id = v.bundle_id
       where h.component_id = (select id from sku where code_folded = $1) and h.state in ('CURRENT', 'SCHEDULED')
         and b.state <> 'RETIRED'
       order by b.code_folded, v.effective_from`,
      [foldCode(code)],
    );
    return rows.map(({ bundle, state, at, lines }) => ({
      bundle,
      at: state === 'CURRENT' ? null : instantKey(at),
      lines,
    }));
  }
}
