import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Identifiers that hold whoever writes: the form of codes, handles and GTINs, that they never change, that their rows are
 * never deleted; what a code looks like; reserved codes; warnings of change requests. Frozen: never edited after release.
 */
export class Identifiers0004790000000004 implements MigrationInterface {
  name = 'Identifiers0004790000000004';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table change_request add column warnings jsonb not null default '[]';

      -- Inserts are checked by constraints, which bulk loads pay little for; triggers only run on what nobody does.
      alter table sku
        add constraint sku_code_form
          check (code ~ '^[!-~]([ -~]{0,62}[!-~])?$' collate "C"),
        add constraint sku_code_folded
          check (code_folded = lower(code collate "C")),
        add constraint sku_gtin_form
          check (gtin ~ '^([0-9]{8}|[0-9]{12,14})$' collate "C"),
        add constraint sku_gtin14
          check (gtin14 is not distinct from lpad(gtin, 14, '0'));

      -- One text for all codes that people take for each other: O and 0, I, l and 1, and whatever separators there are.
      alter table sku add column skeleton text collate "C" not null
        generated always as (translate(lower(code collate "C"), 'oil-_ .', '011')) stored;
      create index sku_skeleton on sku (skeleton);
      -- Codes of one length in the order of their running numbers.
      create index sku_code_series on sku (length(code_folded), code_folded collate "C");

      alter table product
        add constraint product_handle_form
          check (char_length(handle) between 1 and 255 and handle !~ '[[:space:][:cntrl:]]');

      create function refuse_identifier_change() returns trigger language plpgsql as $$
      begin
        raise exception 'an identifier of % never changes', tg_table_name using errcode = 'integrity_constraint_violation';
      end $$;
      create function refuse_deletion() returns trigger language plpgsql as $$
      begin
        raise exception 'rows of % are never deleted: their identifiers are never used again', tg_table_name
          using errcode = 'integrity_constraint_violation';
      end $$;

      create trigger sku_identifiers_stay before update of id, code, code_folded, kind on sku for each row
        when (old.id is distinct from new.id or old.code is distinct from new.code
          or old.code_folded is distinct from new.code_folded or old.kind is distinct from new.kind)
        execute function refuse_identifier_change();
      create trigger product_identifiers_stay before update of id, handle on product for each row
        when (old.id is distinct from new.id or old.handle is distinct from new.handle)
        execute function refuse_identifier_change();
      create trigger sku_stays before delete or truncate on sku for each statement execute function refuse_deletion();
      create trigger product_stays before delete or truncate on product for each statement
        execute function refuse_deletion();
      comment on table sku is
        'The sellable variant, as it is now. Rows are never deleted, so a code is never used again.';
      comment on table product is
        'The style that a shopper sees, as it is now. Rows are never deleted, so a handle is never used again.';

      create table code_reservation (
        code_folded text collate "C" primary key,
        code text not null,
        skeleton text collate "C" not null
          generated always as (translate(lower(code collate "C"), 'oil-_ .', '011')) stored,
        holder jsonb not null,
        party_id uuid not null references party(id),
        reserved_at timestamptz not null,
        expires_at timestamptz not null,
        check (code_folded = lower(code collate "C")),
        check (expires_at > reserved_at)
      );
      comment on table code_reservation is 'Proposed SKU codes that nobody but their holder may use until they expire.';
      create index code_reservation_skeleton on code_reservation (skeleton);
      create index code_reservation_expiry on code_reservation (expires_at);
      create index code_reservation_party on code_reservation (party_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop table code_reservation;
      drop trigger product_stays on product;
      drop trigger sku_stays on sku;
      drop trigger product_identifiers_stay on product;
      drop trigger sku_identifiers_stay on sku;
      drop function refuse_deletion();
      drop function refuse_identifier_change();
      alter table product drop constraint product_handle_form;
      drop index sku_code_series;
      alter table sku drop column skeleton, drop constraint sku_gtin14, drop constraint sku_gtin_form,
        drop constraint sku_code_folded, drop constraint sku_code_form;
      comment on table product is 'The style that a shopper sees, as it is now.';
      alter table change_request drop column warnings;
    `);
  }
}
