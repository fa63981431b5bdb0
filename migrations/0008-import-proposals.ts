import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Imports that propose a change request, and what of a file was passed over. Frozen: never edited after release. */
export class ImportProposals0008790000000008 implements MigrationInterface {
  name = 'ImportProposals0008790000000008';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table import_job
        add column ignored_columns text[] not null default '{}',
        add column request jsonb,
        add column proposed jsonb;
      comment on column import_job.ignored_columns is 'Headers of columns that say nothing to the master.';
      comment on column import_job.request is 'Of an import that proposes: title, reason, and whether it stays a draft.';
      comment on column import_job.proposed is 'Of an import that proposes: its changes, counted by operation.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table import_job drop column proposed, drop column request, drop column ignored_columns');
  }
}
