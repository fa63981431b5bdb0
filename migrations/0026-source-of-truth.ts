import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who signed which version of the source-of-truth matrix. Frozen: never edited after release. */
export class SourceOfTruth00269790000000026 implements MigrationInterface {
  name = 'SourceOfTruth00269790000000026';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table source_of_truth_sign_off (
        id uuid primary key,
        version integer not null check (version >= 0),
        actor jsonb not null,
        comment text check (comment <> ''),
        at timestamptz not null default clock_timestamp()
      );
      create index source_of_truth_sign_off_by_version on source_of_truth_sign_off (version, at);
      alter table change_request drop constraint change_request_origin_check,
        add constraint change_request_origin_check check (origin in ('REQUEST', 'IMPORT', 'ADOPTION', 'TAKE_OVER'));
      comment on table source_of_truth_sign_off is
        'Each time somebody signed a version of the setting sourceOfTruth; version 0 is the default. Never changed, never deleted.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop table source_of_truth_sign_off;
      alter table change_request drop constraint change_request_origin_check,
        add constraint change_request_origin_check check (origin in ('REQUEST', 'IMPORT', 'ADOPTION'));
    `);
  }
}
