import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What lists of SKUs are filtered and searched by, each with its index. Frozen: never edited after release. */
export class History0005790000000005 implements MigrationInterface {
  name = 'History0005790000000005';

  async up(db: QueryRunner): Promise<void> {
    const [{ version }] = await db.query(`select current_setting('server_version_num')::int as version`);
    // Both map case as Unicode has it in full, as String.toLowerCase does; PostgreSQL has its own since 18.
    const collation = version >= 180000 ? 'pg_unicode_fast' : 'und-x-icu';
    await db.query(`
      create extension if not exists pg_trgm;

      create function fold_code(text) returns text
        language sql immutable strict parallel safe as $$
          select lower(btrim(normalize($1, nfkc), E' \\t\\n\\x0b\\f\\r\\u1680\\u2028\\u2029\\ufeff') collate "${collation}")
        $$;
      comment on function fold_code(text) is 'foldCode of the domain: NFKC, trimmed, lower case.';

      drop index product_vendor;
      drop index product_type;
      alter table product
        add column handle_folded text not null generated always as (fold_code(handle)) stored,
        add column vendor_folded text generated always as (fold_code(vendor)) stored,
        add column product_type_folded text generated always as (fold_code(product_type)) stored,
        add column search text not null
          generated always as (fold_code(handle || ' ' || title || ' ' || coalesce(vendor, ''))) stored;
      create index product_handle_folded on product (handle_folded);
      create index product_vendor on product (vendor_folded);
      create index product_type on product (product_type_folded);
      create index product_search on product using gin (search gin_trgm_ops);

      alter table sku
        add column search text not null
          generated always as (fold_code(code || ' ' || title || ' ' || coalesce(gtin, ''))) stored;
      create index sku_search on sku using gin (search gin_trgm_ops);
      create index sku_bundle on sku (code_folded) where kind = 'BUNDLE';
      create index sku_gtin_retired on sku (gtin14) where state = 'RETIRED';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index sku_gtin_retired, sku_bundle;
      alter table sku drop column search;
      alter table product drop column search, drop column handle_folded, drop column vendor_folded, drop column product_type_folded;
      create index product_vendor on product (lower(vendor));
      create index product_type on product (lower(product_type));
      drop function fold_code(text);
    `);
  }
}
