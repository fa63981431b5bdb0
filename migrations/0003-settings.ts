import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rules of the house as data. Frozen: never edited after release. */
export class Settings0003790000000003 implements MigrationInterface {
  name = 'Settings0003790000000003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table setting_version (
        key text not null,
        version int not null check (version > 0),
        value jsonb not null,
        reason text not null,
        changed_by jsonb not null,
        changed_at timestamptz not null default clock_timestamp(),
        primary key (key, version)
      );
      comment on table setting_version is
        'Every value that a rule of the house had; the newest is in force, and before the first the default is; append-only.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table setting_version');
  }
}
