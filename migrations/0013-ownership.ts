import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Delegates, engineering parties, and rules in numbers. Frozen: never edited after release. */
export class Ownership00139790000000013 implements MigrationInterface {
  name = 'Ownership00139790000000013';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table party
        add column engineering boolean not null default false,
        add column delegate_id uuid references party(id),
        add column delegate_until timestamptz,
        add constraint party_delegate_is_another check (delegate_id <> id),
        add constraint party_delegate_until_of_one check (delegate_until is null or delegate_id is not null);
      create index party_delegate on party (delegate_id) where delegate_id is not null;

      alter table ownership_rule
        add column match_key text not null generated always as (coalesce(match_folded, '')) stored;
      drop index ownership_rule_match;
      create index ownership_rule_match on ownership_rule (scope, match_key, created_at);
      create index ownership_rule_owner on ownership_rule (owner_id, scope);
      comment on table ownership_rule is
        'Who is accountable for which SKUs; the most specific rule in force wins. Rules end and are never deleted: they tell who owned what.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index ownership_rule_owner;
      drop index ownership_rule_match;
      alter table ownership_rule drop column match_key;
      create index ownership_rule_match on ownership_rule (scope, match_folded);
      alter table party drop column delegate_until, drop column delegate_id, drop column engineering;
    `);
  }
}
