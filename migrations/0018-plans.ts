import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Plans that were approved, and that ran. Frozen: never edited after release. */
export class Plans00189790000000018 implements MigrationInterface {
  name = 'Plans00189790000000018';

  /** Whoever has approved a plan may be asked again for a later one, so a party may approve a request more than once. */
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table request_plan (
        id uuid primary key,
        change_request_id uuid not null references change_request(id),
        hash text not null,
        commitments jsonb not null,
        content jsonb not null,
        reason jsonb,
        at timestamptz not null default clock_timestamp()
      );
      comment on table request_plan is 'What a change request was planned to do when it was put to its approvers, or applied; append-only.';
      create index request_plan_request on request_plan (change_request_id, at);

      alter table decision add column plan_id uuid references request_plan(id);
      alter table decision drop constraint if exists decision_change_request_id_party_id_kind_key;
      create index if not exists decision_request on decision (change_request_id, at);
      create index decision_plan on decision (plan_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    // A second approval of one party stays on record, so the older rule is not put back.
    await db.query(`
      alter table decision drop column plan_id;
      drop table request_plan;
    `);
  }
}
