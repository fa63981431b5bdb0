import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What complete scans saw, the match made of it, and the quality issues of a baseline. Frozen: never edited after release. */
export class Onboarding0009790000000009 implements MigrationInterface {
  name = 'Onboarding0009790000000009';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table scan add column sighted boolean not null default false;
      comment on column scan.sighted is 'The last complete scan of its system, whose sightings are kept.';
      create unique index scan_sighted on scan (system) where sighted;

      -- A batch of records a row: a match reads all of them or none, and a row a record would cost every scan of a
      -- large store as much again as its own rows.
      create table sighting (
        id uuid primary key,
        scan_id uuid not null references scan(id),
        products json not null,
        skus json not null
      );
      comment on table sighting is 'What the last complete scan of each system saw, in batches: what the onboarding match is made of.';
      create index sighting_scan on sighting (scan_id, id);

      -- Worked out again whenever it is gone, so a crash may take it along, and no log is written for it.
      create unlogged table onboarding_match (
        id uuid primary key,
        inputs text not null,
        computed_at timestamptz not null default clock_timestamp(),
        summary jsonb not null
      );
      comment on table onboarding_match is 'The onboarding match as it was last worked out, with what it was made of.';

      create unlogged table onboarding_row (
        match_id uuid not null references onboarding_match(id) on delete cascade,
        rank int not null,
        code text collate "C" not null,
        key text collate "C" not null,
        grade text not null,
        sides text[] not null,
        not_in text[] not null,
        problems text[] not null,
        fields text[] not null,
        words text not null,
        told json not null,
        primary key (match_id, rank, code, key)
      );
      comment on table onboarding_row is 'Records of several sides that are one SKU as far as their keys tell.';

      create table quality_issue (
        id uuid primary key,
        entity text not null check (entity in ('PRODUCT', 'SKU')),
        product_id uuid not null references product(id),
        sku_id uuid references sku(id),
        target text not null,
        field text not null,
        raw_value text,
        code text not null,
        severity text not null check (severity in ('ERROR', 'WARNING')),
        message text not null,
        import_id uuid not null references import_job(id),
        line int not null,
        found_at timestamptz not null default clock_timestamp(),
        resolved_at timestamptz,
        resolved_revision int,
        change_request_id uuid references change_request(id),
        check ((entity = 'SKU') = (sku_id is not null)),
        check ((resolved_at is null) = (resolved_revision is null))
      );
      comment on table quality_issue is 'A value of a baseline that did not hold: the SKU was taken without it, and nobody compares or writes the field until a revision sets it.';
      create unique index quality_issue_sku on quality_issue (sku_id, field) where entity = 'SKU' and resolved_at is null;
      create unique index quality_issue_product on quality_issue (product_id, field) where entity = 'PRODUCT' and resolved_at is null;
      create index quality_issue_list on quality_issue (found_at, id);
      create index quality_issue_import on quality_issue (import_id);
      create index quality_issue_field on quality_issue (field, code) where resolved_at is null;
      create index quality_issue_of_product on quality_issue (product_id);
      create index quality_issue_of_sku on quality_issue (sku_id);
      create index quality_issue_request on quality_issue (change_request_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'drop table quality_issue, onboarding_row, onboarding_match, sighting; alter table scan drop column sighted',
    );
  }
}
