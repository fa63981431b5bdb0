import type { BundleStore, DueVersion, HoldingVersion } from '../../application/ports/bundle-store.js';
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

  async due(codes: readonly string[] | null, limit: number): Promise<DueVersion[]> {
    const rows = await this.sql.rows<DueRow>(
      `select b.code, v.effective_from as at, r.id as "changeRequestId", r.reason, ${LINES}
       from (select * from bundle_version
             where state = 'SCHEDULED' and effective_from <= clock_timestamp()
               and ($1::text[] is null or bundle_id in (select id from sku where code_folded = any($1)))
             order by effective_from, bundle_id limit $2) v
         join sku b on b.id = v.bundle_id
         left join change_request r on r.id = v.change_request_id
       order by v.effective_from, v.bundle_id`,
      [codes?.map(foldCode) ?? null, limit],
    );
    return rows.map((row) => ({ ...row, at: instantKey(row.at) }));
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
