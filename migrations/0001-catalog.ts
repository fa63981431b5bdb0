import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Parties, keys, the canonical catalogue and what is appended whenever it changes. Frozen: never edited after release. */
export class Catalog0001790000000001 implements MigrationInterface {
  name = 'Catalog0001790000000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table party (
        id uuid primary key,
        code text not null,
        code_folded text not null unique,
        kind text not null check (kind in ('USER', 'TEAM')),
        name text not null,
        email text,
        active boolean not null,
        created_at timestamptz not null default clock_timestamp()
      );
      comment on table party is 'Who can be accountable: a person or a team.';

      create table party_member (
        team_id uuid not null references party(id),
        member_id uuid not null references party(id),
        primary key (team_id, member_id),
        check (team_id <> member_id)
      );
      comment on table party_member is 'People of a team.';
      create index party_member_member on party_member (member_id);

      create table api_key (
        id uuid primary key,
        name text not null,
        hash bytea not null unique,
        party_id uuid references party(id),
        roles text[] not null,
        expires_at timestamptz,
        revoked_at timestamptz,
        created_at timestamptz not null default clock_timestamp()
      );
      comment on table api_key is 'API keys by SHA-256 of the secret; the secret itself is shown once and kept nowhere.';
      create index api_key_party on api_key (party_id);

      create table ownership_rule (
        id uuid primary key,
        scope text not null check (scope in ('SKU', 'PRODUCT', 'PRODUCT_TYPE', 'VENDOR', 'DEFAULT')),
        match text,
        match_folded text,
        owner_id uuid not null references party(id),
        effective_from timestamptz not null,
        effective_to timestamptz,
        created_at timestamptz not null default clock_timestamp(),
        check ((scope = 'DEFAULT') = (match is null)),
        check (effective_to is null or effective_to >= effective_from)
      );
      comment on table ownership_rule is 'Who is accountable for which SKUs; the most specific rule in force wins.';
      create index ownership_rule_match on ownership_rule (scope, match_folded);

      create table change_request (
        id uuid primary key,
        number bigint generated always as identity (start with 1001) unique,
        title text not null,
        reason text,
        state text not null check (state in
          ('DRAFT', 'VALIDATING', 'IN_REVIEW', 'SCHEDULED', 'APPLIED', 'REJECTED', 'WITHDRAWN', 'CONFLICTED')),
        origin text not null check (origin in ('REQUEST', 'IMPORT', 'ADOPTION')),
        author jsonb not null,
        author_party_id uuid references party(id),
        problems jsonb not null default '[]',
        conflicts jsonb not null default '[]',
        requirements jsonb not null default '[]',
        idempotency_caller text,
        idempotency_key text,
        idempotency_hash text,
        created_at timestamptz not null default clock_timestamp(),
        submitted_at timestamptz,
        applied_at timestamptz,
        unique (idempotency_caller, idempotency_key)
      );
      comment on table change_request is 'Proposed changes to many SKUs, applied all together or not at all.';
      create index change_request_state on change_request (state, number desc);

      create table change (
        id uuid primary key,
        change_request_id uuid not null references change_request(id),
        position int not null,
        operation text not null check (operation in
          ('PRODUCT_CREATE', 'PRODUCT_UPDATE', 'SKU_CREATE', 'SKU_UPDATE', 'SKU_TRANSITION', 'BUNDLE_SET')),
        target text not null,
        target_folded text not null,
        base_revision int,
        patch jsonb not null,
        unique (change_request_id, position)
      );
      comment on table change is 'One proposed change; patch holds only the fields that it names.';
      create index change_target on change (target_folded);

      create table decision (
        id uuid primary key,
        change_request_id uuid not null references change_request(id),
        actor jsonb not null,
        party_id uuid not null references party(id),
        kind text not null check (kind in ('APPROVE', 'REJECT')),
        comment text,
        at timestamptz not null default clock_timestamp(),
        unique (change_request_id, party_id, kind)
      );
      comment on table decision is 'Who approved or rejected a change request; append-only.';
      create index decision_party on decision (party_id);

      create table product (
        id uuid primary key,
        handle text not null unique,
        revision int not null,
        title text not null,
        vendor text,
        product_type text,
        category text,
        tags text[] not null,
        option_names text[] not null,
        attributes jsonb not null,
        created_at timestamptz not null,
        updated_at timestamptz not null
      );
      comment on table product is 'The style that a shopper sees, as it is now.';
      create index product_vendor on product (lower(vendor));
      create index product_type on product (lower(product_type));

      create table product_revision (
        product_id uuid not null references product(id),
        revision int not null,
        valid_from timestamptz not null,
        actor jsonb not null,
        reason text,
        change_request_id uuid references change_request(id),
        changes jsonb not null,
        snapshot jsonb not null,
        primary key (product_id, revision)
      );
      comment on table product_revision is 'One immutable state of one product; append-only.';
      create index product_revision_time on product_revision (product_id, valid_from);
      create index product_revision_request on product_revision (change_request_id);

      create table sku (
        id uuid primary key,
        code text not null,
        code_folded text not null unique,
        kind text not null check (kind in ('SIMPLE', 'BUNDLE')),
        state text not null check (state in ('DRAFT', 'PRELAUNCH', 'ACTIVE', 'ON_HOLD', 'PHASE_OUT', 'RETIRED')),
        product_id uuid not null references product(id),
        revision int not null,
        title text not null,
        option_values jsonb not null,
        option_key text not null,
        gtin text,
        gtin14 text,
        price numeric(14,4) check (price >= 0),
        compare_at_price numeric(14,4) check (compare_at_price >= 0),
        cost numeric(14,4) check (cost >= 0),
        weight_value numeric(14,4) check (weight_value >= 0),
        weight_unit text check (weight_unit in ('GRAMS', 'KILOGRAMS', 'OUNCES', 'POUNDS')),
        hs_code text,
        country_of_origin text,
        requires_shipping boolean not null,
        taxable boolean not null,
        tax_code text,
        unit_of_measure text,
        attributes jsonb not null,
        successor text,
        listed_in text[] not null,
        system_values jsonb not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        check ((weight_value is null) = (weight_unit is null)),
        constraint sku_options_once unique (product_id, option_key) deferrable initially deferred,
        constraint sku_gtin_once exclude using btree (gtin14 with =) where (state <> 'RETIRED')
          deferrable initially deferred
      );
      comment on table sku is 'The sellable variant, as it is now. Rows are never deleted, so a code is never used again.';
      create index sku_updated on sku (updated_at, id);
      create index sku_state on sku (state, code_folded);

      create table sku_revision (
        sku_id uuid not null references sku(id),
        revision int not null,
        valid_from timestamptz not null,
        actor jsonb not null,
        reason text,
        change_request_id uuid references change_request(id),
        changes jsonb not null,
        snapshot jsonb not null,
        primary key (sku_id, revision)
      );
      comment on table sku_revision is 'One immutable state of one SKU; append-only.';
      create index sku_revision_time on sku_revision (sku_id, valid_from);
      create index sku_revision_request on sku_revision (change_request_id);

      create table feed_entry (
        id uuid primary key,
        entity text not null check (entity in ('SKU', 'PRODUCT', 'BUNDLE')),
        key text not null,
        revision int not null,
        at timestamptz not null,
        changes jsonb not null,
        change_request_id uuid references change_request(id)
      );
      comment on table feed_entry is 'Everything canonical that changed, unnumbered until a sequencer numbers it; append-only.';
      create index feed_entry_request on feed_entry (change_request_id);

      create table audit_event (
        id uuid primary key,
        at timestamptz not null,
        actor jsonb not null,
        type text not null,
        subject text not null,
        data jsonb not null
      );
      comment on table audit_event is 'What was done, by whom, to what; append-only.';
      create index audit_event_subject on audit_event (subject, at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`drop table audit_event, feed_entry, sku_revision, sku, product_revision, product, decision, change,
      change_request, ownership_rule, api_key, party_member, party`);
  }
}
