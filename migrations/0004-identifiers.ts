import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Warnings of change requests. Frozen: never edited after release. */
export class Identifiers0004790000000004 implements MigrationInterface {
  name = 'Identifiers0004790000000004';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table change_request add column warnings jsonb not null default '[]';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`alter table change_request drop column warnings`);
  }
}
