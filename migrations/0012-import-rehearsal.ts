import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a dry run has to know of its own earlier rows, and counts that a list of imports shows. Frozen: never edited after release. */
export class ImportRehearsal00129790000000012 implements MigrationInterface {
  name = 'ImportRehearsal00129790000000012';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table import_job add column quality_issues int not null default 0;
      comment on column import_job.quality_issues is
        'Quality issues that were noted; of a dry run, that would be. Written in the transaction that notes them.';
      update import_job j set quality_issues = n.count
        from (select import_id, count(*) as count from quality_issue group by import_id) n where n.import_id = j.id;

      alter table import_rehearsal
        alter column key type text collate "C",
        add column skeleton text collate "C";
      create index import_rehearsal_skeleton on import_rehearsal (import_id, skeleton, key) where skeleton is not null;
      comment on column import_rehearsal.key is 'Handle of a product, folded code of a SKU.';
      comment on column import_rehearsal.gtin14 is 'Of a SKU whose GTIN nobody else may bear.';
      comment on column import_rehearsal.skeleton is 'What the code looks like, as sku.skeleton.';
      comment on column import_rehearsal.content is 'The product or SKU as it would be.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index import_rehearsal_skeleton;
      alter table import_rehearsal drop column skeleton, alter column key type text collate "default";
      alter table import_job drop column quality_issues;
    `);
  }
}
