import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far an import is, kept with what it did; and what a dry run would have made. Frozen: never edited after release. */
export class ImportEngine0007790000000007 implements MigrationInterface {
  name = 'ImportEngine0007790000000007';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table import_job
        add column dry_run boolean not null default false,
        add column taken_line int not null default 0,
        add column error_count int not null default 0;
      comment on column import_job.taken_line is
        'Everything up to this line is taken and counted; written in the transaction that takes it.';
      create index import_job_list on import_job (created_at desc, id desc);

      create table import_rehearsal (
        import_id uuid not null references import_job(id),
        entity text not null check (entity in ('SKU', 'PRODUCT')),
        key text not null,
        id uuid not null,
        line int,
        product_id uuid not null,
        gtin14 text,
        content jsonb not null,
        primary key (import_id, entity, key)
      );
      comment on table import_rehearsal is
        'What a dry run would have created so far, for its later rows to be checked against; dropped when it ends.';
      create index import_rehearsal_product on import_rehearsal (import_id, product_id);
      create index import_rehearsal_gtin on import_rehearsal (import_id, gtin14);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop table import_rehearsal;
      drop index import_job_list;
      alter table import_job drop column error_count, drop column taken_line, drop column dry_run;
    `);
  }
}
