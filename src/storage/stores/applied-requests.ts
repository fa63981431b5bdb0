import type { AppliedRequest, AppliedRequests } from '../../application/ports/applied-requests.js';
import type { TouchedThing } from '../../domain/approvals/touched.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { ChangeOperation } from '../../domain/change/change.js';
import type { OwnedThing } from '../../domain/ownership/resolve-owner.js';
import type { FieldChange } from '../../domain/primitives/json.js';
import type { Sql } from '../sql.js';

interface RequestRow {
  id: string;
  number: string;
  author_party_id: string | null;
  /** How many older ones are left out. */
  left: number;
}

interface TouchedRow {
  request_id: string;
  kind: TouchedThing['kind'];
  target: string;
  code: string | null;
  changes: FieldChange[];
  /** Of a SKU its own afterwards; of a product those that its SKUs were in before. */
  states: LifecycleState[];
  is_new: boolean;
  handle: string;
  product_type: string | null;
  vendor: string | null;
  operations: ChangeOperation[] | null;
}

export class SqlAppliedRequests implements AppliedRequests {
  constructor(private readonly sql: Sql) {}

  async lately(since: Date, changes: number): Promise<{ requests: AppliedRequest[]; left: number }> {
    const requests = await this.sql.rows<RequestRow>(
      `with lately as (select r.id, r.number, r.author_party_id, r.applied_at,
           sum((select count(*) from change c where c.change_request_id = r.id)) over (order by r.applied_at desc, r.number desc) as total
         from change_request r where r.state = 'APPLIED' and r.applied_at >= $1)
       select id, 'CR-' || number as number, author_party_id, (select count(*)::int from lately where total > $2) as left
       from lately where total <= $2 order by applied_at desc, lately.number desc`,
      [since, changes],
    );
    const touched = Map.groupBy(await this.touchedBy(requests.map(({ id }) => id)), (row) => row.request_id);
    return {
      requests: requests.map((row) => ({
        id: row.id,
        number: row.number,
        authorPartyId: row.author_party_id,
        touched: thingsOf(touched.get(row.id) ?? []),
      })),
      left: requests[0]?.left ?? 0,
    };
  }

  private touchedBy(ids: readonly string[]): Promise<TouchedRow[]> {
    return this.sql.rows<TouchedRow>(
      `with asked as (
         select change_request_id, target_folded, operation in ('PRODUCT_CREATE', 'PRODUCT_UPDATE') as of_product,
           array_agg(distinct operation order by operation) as operations
         from change where change_request_id = any($1) group by 1, 2, 3)
       select r.change_request_id as request_id, 'SKU' as kind, s.code as target, s.code, r.changes, r.revision = 1 as is_new,
         array[r.snapshot->>'state'] as states, p.handle, p.product_type, p.vendor, a.operations
       from sku_revision r join sku s on s.id = r.sku_id join product p on p.id = s.product_id
         left join asked a on a.change_request_id = r.change_request_id and not a.of_product and a.target_folded = s.code_folded
       where r.change_request_id = any($1)
       union all
       select r.change_request_id, 'PRODUCT', p.handle, null, r.changes, r.revision = 1,
         array(select distinct b.state from sku k cross join lateral (
           select e.snapshot->>'state' as state from sku_revision e where e.sku_id = k.id and e.valid_from < r.valid_from
             and e.change_request_id is distinct from r.change_request_id order by e.valid_from desc limit 1) b
           where k.product_id = p.id), p.handle,
         r.snapshot->>'productType', r.snapshot->>'vendor', a.operations
       from product_revision r join product p on p.id = r.product_id
         left join asked a on a.change_request_id = r.change_request_id and a.of_product and a.target_folded = fold_code(p.handle)
       where r.change_request_id = any($1)`,
      [ids],
    );
  }
}

/** What one request touched: as it left it, and where it gave a product another type or vendor, as that was before as well. */
function thingsOf(rows: readonly TouchedRow[]): TouchedThing[] {
  const before = new Map<string, Partial<OwnedThing>>();
  for (const { kind, handle, changes, is_new: isNew } of rows) {
    if (kind !== 'PRODUCT' || isNew) continue;
    const was = changes.filter(({ field }) => field === 'productType' || field === 'vendor');
    if (was.length > 0) before.set(handle, Object.fromEntries(was.map(({ field, from }) => [field, from])));
  }
  return rows.map((row) => thingOf(row, row.is_new ? undefined : before.get(row.handle)));
}

function thingOf(row: TouchedRow, before: Partial<OwnedThing> | undefined): TouchedThing {
  const was = row.changes.find(({ field }) => field === 'state')?.from;
  const states = [was, ...row.states].filter((state) => typeof state === 'string') as LifecycleState[];
  const now: OwnedThing = { code: row.code, handle: row.handle, productType: row.product_type, vendor: row.vendor };
  return {
    kind: row.kind,
    target: row.target,
    operations: row.operations ?? [],
    changes: row.changes,
    under: before ? [now, { ...now, ...before }] : [now],
    states: [...new Set(states)],
  };
}
