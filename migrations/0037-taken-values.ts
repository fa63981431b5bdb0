import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where a value that a system owns came from, and which write of ours brought a value there. Frozen: never edited after release. */
export class TakenValues00379790000000037 implements MigrationInterface {
  name = 'TakenValues00379790000000037';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table taken_value (
        change_request_id uuid not null references change_request(id),
        record_id uuid not null references record(id),
        field text not null,
        source text not null check (source in ('WEBHOOK', 'INCREMENTAL_SCAN', 'FULL_SCAN', 'BEFORE_WRITE', 'VERIFY_AFTER_WRITE')),
        found jsonb,
        attribution jsonb,
        finding_id uuid references finding(id),
        policy_version int not null check (policy_version >= 0),
        at timestamptz not null default clock_timestamp(),
        primary key (change_request_id, record_id, field)
      );
      create index taken_value_record on taken_value (record_id);
      create index taken_value_finding on taken_value (finding_id) where finding_id is not null;
      comment on table taken_value is
        'Each value that a request took into the master because the system owns it: where it was seen, how, and by which version of the matrix; append-only.';
      create index attempt_arrived on attempt (record_id, sent_at desc) where outcome in ('CONFIRMED', 'ECHO');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop index attempt_arrived; drop table taken_value');
  }
}
