import type { WrittenRevision } from '../../application/ports/catalog-store.js';
import type { RecordStore } from '../../application/ports/record-store.js';
import { hasRecordsOf } from '../../domain/publishing/owed.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { SystemKind } from '../../domain/publishing/system.js';
import { EVERY_BUNDLE_AROUND } from '../readers/bundle-sql.js';
import type { Sql } from '../sql.js';

/** Records of one transaction. */
export class SqlRecordStore implements RecordStore {
  constructor(
    private readonly sql: Sql,
    private readonly newId: () => string,
  ) {}

  async ensure(written: readonly WrittenRevision[], match: 'TO_CREATE' | 'WAITING'): Promise<void> {
    const created = written.filter((each) => each.created);
    if (created.length === 0) return;
    const systems = await this.sql.rows<{ code: string; kind: SystemKind }>(
      'select code, kind from system order by code',
    );
    const rows = systems.flatMap(({ code, kind }) =>
      created.flatMap(({ entity, productId, skuId }) =>
        hasRecordsOf(kind, entity) ? [[this.newId(), code, entity, productId, skuId, match]] : [],
      ),
    );
    // Of what has just been created there can be no record yet.
    await this.sql.copy('record', ['id', 'system', 'entity', 'product_id', 'sku_id', 'match'], rows);
  }

  async lock(reach: Parameters<RecordStore['lock']>[0]): Promise<void> {
    const { productIds, composedIds, requestId } = reach;
    const around = composedIds.length === 0 ? [] : await this.productsAround(composedIds);
    const adopted = await this.sql.rows<{ id: string }>(
      `select record_id as id from finding where change_request_id = $1 and state <> 'RESOLVED' and record_id is not null`,
      [requestId],
    );
    // All of them in one statement and in one order: who locks some, and others later, waits in a ring with whoever did.
    await this.sql.rows(
      `select count(*) from (
         select id from record where product_id = any($1) or id = any($2) order by id for no key update) locked`,
      [[...new Set([...productIds, ...around])], adopted.map(({ id }) => id)],
    );
  }

  /** Products of every bundle around these. */
  private async productsAround(composedIds: readonly string[]): Promise<string[]> {
    const bundles = await this.sql.rows<{ bundle_id: string }>(EVERY_BUNDLE_AROUND, [composedIds]);
    const rows = await this.sql.rows<{ product_id: string }>('select distinct product_id from sku where id = any($1)', [
      bundles.map(({ bundle_id: id }) => id),
    ]);
    return rows.map(({ product_id: id }) => id);
  }

  async allowCreation(system: string, recordIds: readonly string[] | 'ALL_MISSING'): Promise<string[]> {
    const all = recordIds === 'ALL_MISSING';
    // A variant that is to be created in a product that is gone too takes the product along.
    const rows = await this.sql.rows<{ id: string }>(
      `update record r set match = 'TO_CREATE', external_id = null, root_id = null, root_code = null,
         published = null, published_revision = null, in_sync = null
       where r.id in (select m.id from record m where m.system = $1 and m.match = 'MISSING'
           and not exists (select from finding f where f.record_id = m.id and f.kind = 'MISSING' and f.state = 'WAIVED') and ($2 or m.id = any($3)
         or (m.entity = 'PRODUCT' and m.product_id in (select product_id from record where id = any($3))))
         order by m.id for no key update)
       returning id`,
      [system, all, all ? [] : recordIds],
    );
    return rows.map(({ id }) => id);
  }

  async takeBackCreation(recordIds: readonly string[]): Promise<void> {
    await this.sql.rows(
      `update record set match = 'MISSING' where id = any($1) and match = 'TO_CREATE' and external_id is null`,
      [recordIds],
    );
  }

  async published(recordIds: readonly string[]): Promise<Map<string, FieldValues>> {
    const rows = await this.sql.rows<{ id: string; published: FieldValues | null }>(
      'select id, published from record where id = any($1::uuid[])',
      [recordIds],
    );
    return new Map(rows.map(({ id, published }) => [id, published ?? {}]));
  }

  async productsAt(roots: readonly { system: string; rootId: string }[]): Promise<Map<string, string>> {
    const rows = await this.sql.rows<{ system: string; root: string; handle: string }>(
      `select distinct on (r.system, r.root_id) r.system, r.root_id as root, p.handle
       from jsonb_to_recordset($1::jsonb) as n(system text, root text)
         join record r on r.system = n.system and r.root_id = n.root and r.match = 'MATCHED' join product p on p.id = r.product_id
       order by r.system, r.root_id, r.entity, r.id`,
      [JSON.stringify(roots.map(({ system, rootId }) => ({ system, root: rootId })))],
    );
    return new Map(rows.map(({ system, root, handle }) => [`${system}|${root}`, handle]));
  }

  async adoptStrangers(strangers: Parameters<RecordStore['adoptStrangers']>[0]): Promise<void> {
    if (strangers.length === 0) return;
    const parts = strangers.map(({ system, code, externalId, root, base }) => {
      const [own, product] = [true, false].map((isSku) =>
        Object.fromEntries(Object.entries(base).filter(([field]) => field.startsWith('product.') !== isSku)),
      );
      const named = {
        system,
        code: foldCode(code),
        external_id: externalId,
        root_id: root.externalId,
        root_code: root.code,
      };
      return { ...named, own, product };
    });
    // The product's record is the root, where it is one of its own and nobody has matched it yet.
    await this.sql.rows(
      `update record r set external_id = case r.entity when 'SKU' then n.external_id else n.root_id end, root_id = n.root_id,
         root_code = case r.entity when 'SKU' then n.root_code end, match = 'MATCHED',
         published = case r.entity when 'SKU' then n.own else n.product end
       from jsonb_to_recordset($1::jsonb) as n(system text, code text, external_id text, root_id text, root_code text, own jsonb, product jsonb)
         join sku s on s.code_folded = n.code
       where r.system = n.system and r.external_id is null and r.product_id = s.product_id and (r.sku_id is null or r.sku_id = s.id)
         and not exists (select from record o where o.system = n.system and o.entity = r.entity
           and o.external_id = case r.entity when 'SKU' then n.external_id else n.root_id end)`,
      [JSON.stringify(parts)],
    );
  }

  async adoptBase(values: readonly { recordId: string; field: string; value: unknown }[]): Promise<void> {
    if (values.length === 0) return;
    await this.sql.rows(
      `update record r set published = coalesce(r.published, '{}') || n.patch
       from (select record_id, jsonb_object_agg(field, value) as patch
             from jsonb_to_recordset($1::jsonb) as t(record_id uuid, field text, value jsonb) group by 1) n
       where r.id = n.record_id`,
      [JSON.stringify(values.map(({ recordId, field, value }) => ({ record_id: recordId, field, value })))],
    );
  }
}
