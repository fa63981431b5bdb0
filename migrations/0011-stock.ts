import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stock on hand as ERPs report it. Frozen: never edited after release. */
export class Stock00119790000000011 implements MigrationInterface {
  name = 'Stock00119790000000011';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table stock_level (
        sku_id uuid not null references sku(id),
        system text not null references system(code),
        on_hand numeric not null,
        reported_at timestamptz not null,
        primary key (sku_id, system)
      );
      comment on table stock_level is 'Stock on hand of a SKU as a system last reported it: read, never owned.';
      create index stock_level_system on stock_level (system, reported_at);
      create index record_root_code on record (system, root_code) where entity = 'SKU' and root_code is not null;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table stock_level; drop index record_root_code');
  }
}
