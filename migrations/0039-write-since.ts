import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a system that was READ_ONLY was written again: what the master moved before that is not pushed. Frozen: never edited after release. */
export class WriteSince00399790000000039 implements MigrationInterface {
  name = 'WriteSince00399790000000039';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table system add column write_since timestamptz;
      comment on column system.write_since is 'When it was last switched from READ_ONLY to WRITE; null: never.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table system drop column write_since');
  }
}
