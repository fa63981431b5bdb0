import type { GovernedSystem } from '../../domain/publishing/system.js';
import type { Sql } from '../sql.js';

/**
 * Makes the systems of the configuration known. What was learnt of one before (its link, its health) stays; a system
 * that is no longer configured stays too, because its records and findings are history.
 */
export async function registerSystems(
  sql: Sql,
  systems: readonly Omit<GovernedSystem, 'link'>[],
  newId: () => string,
): Promise<void> {
  await forgetPublished(sql, systems);
  await sql.rows(
    `insert into system (code, kind, connector, mode, currency, link, health)
     select code, kind, connector, mode, currency, 'UNLINKED', 'UNKNOWN'
     from jsonb_to_recordset($1::jsonb) as n(code text, kind text, connector text, mode text, currency text)
     on conflict (code) do update set kind = excluded.kind, connector = excluded.connector, mode = excluded.mode,
       currency = excluded.currency,
       write_since = case when system.mode = 'READ_ONLY' and excluded.mode = 'WRITE' then clock_timestamp() else system.write_since end`,
    [JSON.stringify(systems)],
  );
  // A system that joins later: every SKU that is there already waits for its first scan.
  const missing = await sql.rows<{ system: string; entity: string; product_id: string; sku_id: string | null }>(
    `select y.code as system, 'SKU' as entity, s.product_id, s.id as sku_id from system y cross join sku s
     where not exists (select from record r where r.system = y.code and r.sku_id = s.id)
     union all
     select y.code, 'PRODUCT', p.id, null from system y cross join product p where y.kind = 'SHOPIFY'
       and not exists (select from record r where r.system = y.code and r.entity = 'PRODUCT' and r.product_id = p.id)`,
  );
  await sql.rows(
    `insert into record (id, system, entity, product_id, sku_id, match)
     select id, system, entity, product_id, sku_id, 'WAITING'
     from jsonb_to_recordset($1::jsonb) as n(id uuid, system text, entity text, product_id uuid, sku_id uuid)
     on conflict do nothing`,
    [JSON.stringify(missing.map((each) => ({ id: newId(), ...each })))],
  );
}

/**
 * A system that is switched from READ_ONLY to WRITE gets nothing pushed that differed before (design 4.13). Where the master has moved
 * a record since it was last compared, nobody has put on record yet what differs: without what was published last, the next look finds
 * a difference of which nobody can say who moved, and not one that is owed.
 */
async function forgetPublished(sql: Sql, systems: readonly Pick<GovernedSystem, 'code' | 'mode'>[]): Promise<void> {
  const since = "v.valid_from > coalesce(r.compared_at, '-infinity')";
  await sql.rows(
    `update record r set published = '{}' from system y join jsonb_to_recordset($1::jsonb) as n(code text, mode text) on n.code = y.code
     where y.mode = 'READ_ONLY' and n.mode = 'WRITE' and r.system = y.code and r.published is not null and (
       exists (select from product_revision v where v.product_id = r.product_id and ${since})
       or exists (select from sku s join sku_revision v on v.sku_id = s.id where s.product_id = r.product_id and ${since})
       or exists (select from sku s where s.id = r.sku_id and s.kind = 'BUNDLE')
         and exists (select from sku s join sku_revision v on v.sku_id = s.id where s.kind = 'BUNDLE' and ${since}))`,
    [JSON.stringify(systems)],
  );
}
