import type { AppliedRequest, AppliedRequests } from '../../application/ports/applied-requests.js';
import type { TouchedThing } from '../../domain/approvals/touched.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { ChangeOperation } from '../../domain/change/change.js';
import type { FieldChange } from '../../domain/primitives/json.js';
import type { Sql } from '../sql.js';

interface RequestRow {
  id: string;
  number: string;
  author_party_id: string | null;
}

interface TouchedRow {
  request_id: string;
  kind: TouchedThing['kind'];
  target: string;
  code: string | null;
  changes: FieldChange[];
  state: LifecycleState | null;
  handle: string;
  product_type: string | null;
  vendor: string | null;
  operations: ChangeOperation[] | null;
}

export class SqlAppliedRequests implements AppliedRequests {
  constructor(private readonly sql: Sql) {}

  async lately(since: Date, changes: number): Promise<AppliedRequest[]> {
    const requests = await this.sql.rows<RequestRow>(
      `select id, 'CR-' || number as number, author_party_id
       from (select r.id, r.number, r.author_party_id, r.applied_at,
           sum((select count(*) from change c where c.change_request_id = r.id)) over (order by r.applied_at desc, r.number desc) as total
         from change_request r where r.state = 'APPLIED' and r.applied_at >= $1) lately
       where total <= $2 order by applied_at desc, number desc`,
      [since, changes],
    );
    const touched = Map.groupBy(await this.touchedBy(requests.map(({ id }) => id)), (row) => row.request_id);
    return requests.map((row) => ({
      id: row.id,
      number: row.number,
      authorPartyId: row.author_party_id,
      touched: (touched.get(row.id) ?? []).map(thingOf),
    }));
  }

  private touchedBy(ids: readonly string[]): Promise<TouchedRow[]> {
    return this.sql.rows<TouchedRow>(
      `with asked as (
         select change_request_id, target_folded, operation in ('PRODUCT_CREATE', 'PRODUCT_UPDATE') as of_product,
           array_agg(distinct operation order by operation) as operations
         from change where change_request_id = any($1) group by 1, 2, 3)
       select r.change_request_id as request_id, 'SKU' as kind, s.code as target, s.code, r.changes,
         r.snapshot->>'state' as state, p.handle, p.product_type, p.vendor, a.operations
       from sku_revision r join sku s on s.id = r.sku_id join product p on p.id = s.product_id
         left join asked a on a.change_request_id = r.change_request_id and not a.of_product and a.target_folded = s.code_folded
       where r.change_request_id = any($1)
       union all
       select r.change_request_id, 'PRODUCT', p.handle, null, r.changes, null, p.handle, p.product_type, p.vendor, a.operations
       from product_revision r join product p on p.id = r.product_id
         left join asked a on a.change_request_id = r.change_request_id and a.of_product and a.target_folded = fold_code(p.handle)
       where r.change_request_id = any($1)`,
      [ids],
    );
  }
}

function thingOf(row: TouchedRow): TouchedThing {
  const was = row.changes.find(({ field }) => field === 'state')?.from;
  const states = [was, row.state].filter((state) => typeof state === 'string') as LifecycleState[];
  return {
    kind: row.kind,
    target: row.target,
    operations: row.operations ?? [],
    changes: row.changes,
    under: [{ code: row.code, handle: row.handle, productType: row.product_type, vendor: row.vendor }],
    states: [...new Set(states)],
  };
}
