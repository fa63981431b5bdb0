import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Work that a system goes on with after it has answered. Frozen: never edited after release. */
export class Operations00169790000000016 implements MigrationInterface {
  name = 'Operations00169790000000016';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table attempt add column operation text;
      comment on column attempt.operation is
        'What the system calls the work that this write began, where it goes on after the answer: asked for before anything is written again.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table attempt drop column operation');
  }
}
