import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which pieces the linked records of a system stand in, told without reading the records. Frozen: never edited after release. */
export class RecordPieces00369790000000036 implements MigrationInterface {
  name = 'RecordPieces00369790000000036';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create index record_piece on record (system, piece_id) where match = 'MATCHED' and external_id is not null;
      comment on index record_piece is 'What a scan did not see is told by pieces: most records stand in one that it has seen.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop index record_piece');
  }
}
