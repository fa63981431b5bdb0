import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When parties are out of office, and when a delegation begins. Frozen: never edited after release. */
export class Away00199790000000019 implements MigrationInterface {
  name = 'Away00199790000000019';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table party
        add column delegate_from timestamptz,
        add column away_from timestamptz,
        add column away_until timestamptz,
        add constraint party_delegate_from_of_one check (delegate_from is null or delegate_id is not null),
        add constraint party_delegate_in_order check (delegate_from < delegate_until),
        add constraint party_away_from_a_day check (away_until is null or away_from is not null),
        add constraint party_away_in_order check (away_from < away_until);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table party drop column away_until, drop column away_from, drop column delegate_from;');
  }
}
