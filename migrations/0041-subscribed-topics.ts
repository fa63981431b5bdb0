import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which topics were subscribed, so that one that is new is not taken for one that was lost. Frozen: never edited after release. */
export class SubscribedTopics00419790000000041 implements MigrationInterface {
  name = 'SubscribedTopics00419790000000041';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table system add column subscribed_topics text[] not null default '{}';
      -- Until now these were all there were.
      update system set subscribed_topics = '{PRODUCTS_CREATE,PRODUCTS_UPDATE,PRODUCTS_DELETE}' where subscribed_at is not null;
      comment on column system.subscribed_topics is 'Topics that pointed at subscribed_url when they were last looked after.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table system drop column subscribed_topics');
  }
}
