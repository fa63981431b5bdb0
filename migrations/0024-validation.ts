import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Requests that are checked and planned as a job. Frozen: never edited after release. */
export class Validation00249790000000024 implements MigrationInterface {
  name = 'Validation00249790000000024';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table request_validation (
        change_request_id uuid primary key references change_request(id),
        actor jsonb not null,
        submit boolean not null,
        phase text not null default 'WAITING' check (phase in ('WAITING', 'CHECKING', 'PLANNING', 'DONE')),
        done integer not null default 0,
        total integer not null,
        attempts integer not null default 0,
        runner uuid,
        runner_until timestamptz,
        asked_at timestamptz not null default clock_timestamp(),
        finished_at timestamptz
      );
      comment on table request_validation is 'How far the checking and planning of a large change request is, and which process is at it.';
      comment on column request_validation.actor is 'Who asked for it: they are told as who submitted the request, or drafted it.';
      comment on column request_validation.submit is 'It goes into review where nothing is wrong with it.';
      comment on column request_validation.total is 'Twice the changes: each is checked, and then planned.';
      create index request_validation_open on request_validation (asked_at, change_request_id) where finished_at is null;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table request_validation;');
  }
}
