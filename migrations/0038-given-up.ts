import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was given up of a product, asked whenever one of its records is brought. Frozen: never edited after release. */
export class GivenUp00389790000000038 implements MigrationInterface {
  name = 'GivenUp00389790000000038';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`create index delivery_given_up on delivery (product_id, system) where state = 'DISCARDED'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop index delivery_given_up');
  }
}
