import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Large requests go to a few records of a system first. Frozen: never edited after release. */
export class Canary00229790000000022 implements MigrationInterface {
  name = 'Canary00229790000000022';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table canary (
        id uuid primary key,
        change_request_id uuid not null references change_request(id),
        system text not null references system(code),
        state text not null check (state in ('FIRST', 'REST', 'STOPPED', 'CONTINUED', 'GIVEN_UP', 'FINISHED')),
        records int not null,
        first_records int not null,
        stop_percent float8 not null,
        created_at timestamptz not null default clock_timestamp(),
        stopped_at timestamptz,
        ended_at timestamptz,
        decided_by jsonb,
        reason text,
        check ((decided_by is null) = (reason is null))
      );
      comment on table canary is 'How far a large request has come in one system: it goes to a few records first, and to the rest once those arrived.';
      create index canary_request on canary (change_request_id);
      create index canary_under_way on canary (system) where state in ('FIRST', 'REST', 'STOPPED', 'CONTINUED');

      alter table delivery add column canary_id uuid references canary(id), add column canary_first boolean not null default false,
        add constraint delivery_first_of_canary check (canary_id is not null or not canary_first);
      comment on column delivery.canary_first is 'It goes before the rest of its request; the rest is PENDING without a time until then.';
      create index delivery_canary on delivery (canary_id, state) where canary_id is not null;
      create index delivery_held on delivery (system, product_id) where state = 'PENDING' and next_attempt_at is null;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table delivery drop constraint delivery_first_of_canary, drop column canary_first, drop column canary_id;
      drop table canary;
    `);
  }
}
