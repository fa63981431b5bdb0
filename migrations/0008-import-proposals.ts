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

      create table import_named (
        import_id uuid not null references import_job(id),
        entity text not null check (entity in ('SKU', 'PRODUCT')),
        key text not null,
        line int not null,
        says text,
        primary key (import_id, entity, key)
      );
      comment on table import_named is
        'What the rows of an import that proposes have named so far, so that none is named twice; dropped when it ends.';

      create table import_change (
        import_id uuid not null references import_job(id),
        position int not null,
        line int not null,
        together int[] not null,
        change jsonb not null,
        primary key (import_id, position)
      );
      comment on table import_change is
        'Changes that an import will propose once its file is read; dropped when it ends.';
      comment on column import_change.together is 'Lines that are proposed together or not at all.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop table import_change, import_named;
      alter table import_job drop column proposed, drop column request, drop column ignored_columns;
    `);
  }
}
