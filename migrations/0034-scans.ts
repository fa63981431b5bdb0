import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Scans that can be resumed, held and cancelled, and what they remember of a system. Frozen: never edited after release. */
export class Scans00349790000000034 implements MigrationInterface {
  name = 'Scans00349790000000034';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table scan
        add column phase text not null default 'READING' check (phase in ('READING', 'SETTLING', 'CONFIRMING')),
        add column operation text,
        add column read_at timestamptz,
        add column lease_token uuid,
        add column lease_until timestamptz,
        add column losses int not null default 0,
        add column records_unchanged int not null default 0,
        add column records_expected int,
        add column values_not_covered int not null default 0,
        add column linked_records int,
        add column staged_records int,
        add column findings_held int,
        add column decided_by jsonb,
        add column decided_at timestamptz,
        add column reason text;
      comment on column scan.phase is 'What whoever resumes it goes on with: nothing that a phase before has settled is done again.';
      comment on column scan.operation is 'The system''s own id of the work that it does for this scan, so that it is not begun twice.';
      comment on column scan.read_at is 'What is read is no older than this.';
      comment on column scan.losses is 'How often the process that ran it was lost.';
      comment on column scan.findings_held is 'Records on which it would open findings: why it was held.';
      comment on column scan.staged_records is 'Of the linked records, those whose verdicts wait until all is read.';
      comment on column scan.decided_by is 'Who confirmed or cancelled it.';

      create table scan_piece (
        id uuid primary key,
        system text not null references system(code),
        fingerprint text not null,
        records int not null,
        seen_in uuid not null references scan(id),
        judged_at timestamptz,
        basis text,
        compared_at timestamptz,
        unique (system, fingerprint)
      );
      comment on table scan_piece is 'Some dozens of neighbouring records as a system last showed them: told again unchanged, and settled, they need no second look.';
      comment on column scan_piece.basis is 'By what it was judged: rules, currencies, the release''s way of comparing.';
      comment on column scan_piece.compared_at is 'When it was last seen to be as it had been compared.';
      create index scan_piece_seen on scan_piece (seen_in);

      -- No foreign key: pieces go by the thousand when a scan ends, and a record without one is only compared in full.
      alter table record
        add column piece_id uuid,
        add column judged_at timestamptz,
        add column judged_of bigint,
        add column not_covered jsonb;
      comment on column record.piece_id is 'The piece of a scan in which it was judged last; the piece may be gone.';
      comment on column record.judged_of is 'Of which revisions: goes up with everything that its projection is made of.';
      comment on column record.not_covered is 'Fields that could not be compared, and why: [{field, reason}]; null where all could.';
      create index record_not_covered on record (system) where not_covered is not null;

      create table ungoverned_record (
        system text not null references system(code),
        entity text not null check (entity in ('PRODUCT', 'SKU')),
        external_id text not null,
        root_id text not null,
        root_code text,
        code text,
        code_folded text,
        piece_id uuid not null references scan_piece(id) on delete cascade,
        observed jsonb not null,
        first_seen_at timestamptz not null default clock_timestamp(),
        primary key (system, entity, external_id)
      );
      comment on table ungoverned_record is 'Records of a system that are matched with none of ours, as scans last saw them.';
      create index ungoverned_record_piece on ungoverned_record (piece_id);
      create index ungoverned_record_code on ungoverned_record (system, entity, code_folded);

      create table scan_stage (
        scan_id uuid not null references scan(id),
        entity text not null check (entity in ('PRODUCT', 'SKU')),
        external_id text not null,
        root_id text not null,
        root_code text,
        piece_id uuid,
        observed jsonb,
        opens boolean not null,
        read_at timestamptz,
        primary key (scan_id, entity, external_id)
      );
      comment on table scan_stage is 'What a scan saw that would move something: judged once it is known that it is not half the system.';
      comment on column scan_stage.observed is 'As the scan saw it; null: it did not see the record.';

      create table scan_postponed (
        scan_id uuid not null references scan(id),
        entity text not null check (entity in ('PRODUCT', 'SKU')),
        external_id text not null,
        root_id text not null,
        root_code text,
        pursued boolean not null default false,
        primary key (scan_id, entity, external_id)
      );
      comment on table scan_postponed is 'Records that a delivery was at work on while a scan saw them: to be read again.';

      create table scan_cursor (
        system text primary key references system(code),
        cursor text not null,
        moved_at timestamptz not null default clock_timestamp(),
        moved_by uuid references scan(id)
      );
      comment on table scan_cursor is 'How far the incremental scans of a system have come, in its own words: all before has been compared.';
      create index scan_cursor_scan on scan_cursor (moved_by);

      -- The revisions of all bundles are summed in the course of a scan.
      drop index sku_bundle;
      create index sku_bundle on sku (code_folded) include (revision) where kind = 'BUNDLE';

      drop table scan_record;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      create table scan_record (
        scan_id uuid not null references scan(id),
        entity text not null check (entity in ('PRODUCT', 'SKU')),
        external_id text not null,
        root_id text not null,
        root_code text,
        code text,
        code_folded text,
        observed jsonb,
        primary key (scan_id, entity, external_id)
      );
      comment on table scan_record is 'What a running scan has seen; values only of records that are matched with none of ours yet.';
      create index scan_record_code on scan_record (scan_id, entity, code_folded);
      drop table scan_cursor, scan_postponed, scan_stage, ungoverned_record;
      drop index sku_bundle, record_not_covered;
      create index sku_bundle on sku (code_folded) where kind = 'BUNDLE';
      alter table record drop column not_covered, drop column judged_of, drop column judged_at, drop column piece_id;
      drop table scan_piece;
      alter table scan drop column reason, drop column decided_at, drop column decided_by, drop column findings_held,
        drop column staged_records, drop column linked_records, drop column values_not_covered, drop column records_expected, drop column records_unchanged,
        drop column losses, drop column lease_until, drop column lease_token, drop column read_at, drop column operation, drop column phase;
    `);
  }
}
