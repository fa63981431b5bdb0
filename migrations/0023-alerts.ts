import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The outbox of alerts, whom they mention in Slack, and which webhooks were subscribed. Frozen: never edited after release. */
export class Alerts00239790000000023 implements MigrationInterface {
  name = 'Alerts00239790000000023';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table alert (
        id uuid primary key,
        key text not null unique,
        kind text not null check (kind in ('DIGEST', 'SYSTEM_PAUSED', 'BREAKER_OPEN', 'CRITICAL_FINDING', 'FORCE_APPLIED',
          'SCAN_HELD', 'SUBSCRIPTION_LOST', 'BUNDLE_VERSION_REFUSED', 'REQUEST_NOT_APPLIED', 'CANARY_STOPPED')),
        system text references system(code),
        subject text not null,
        title text not null,
        body text not null,
        groups jsonb not null,
        owner_ids uuid[] not null,
        raised_at timestamptz not null default clock_timestamp(),
        state text not null default 'WAITING' check (state in ('WAITING', 'SENT', 'NOT_SENT', 'NOWHERE')),
        attempts int not null default 0,
        next_attempt_at timestamptz default clock_timestamp(),
        patient_until timestamptz not null default clock_timestamp() + interval '24 hours',
        unsure boolean not null default false,
        lease_token uuid,
        lease_until timestamptz,
        last_error text,
        sent_at timestamptz,
        check ((state = 'WAITING') = (next_attempt_at is not null)),
        check ((state = 'SENT') = (sent_at is not null))
      );
      comment on table alert is
        'The outbox of alerts: written in the transaction of what they tell, sent afterwards. One event, one row, one message.';
      comment on column alert.key is 'What happened, so that it is told once however often it is raised.';
      comment on column alert.groups is 'What is told owner by owner: [{ownerId, heading, lines, more}].';
      comment on column alert.patient_until is 'Until when a failed attempt is made again by itself.';
      comment on column alert.unsure is 'An attempt was begun whose end nobody knows: the message may have arrived already.';
      create index alert_waiting on alert (next_attempt_at) where state = 'WAITING';
      create index alert_unsent on alert (state, kind) where state <> 'SENT';
      create index alert_list on alert (raised_at desc, id desc);
      create index alert_digest on alert (raised_at desc) where kind = 'DIGEST';
      create index alert_system on alert (system);

      alter table party add column slack_id text
        constraint party_slack_id_of_slack check (slack_id ~ '^[UWS][A-Z0-9]{2,20}$');
      comment on column party.slack_id is 'Slack''s own id of the member (U…, W…) or user group (S…), by which alerts mention it.';

      alter table system
        add column subscribed_at timestamptz,
        add column subscribed_url text;
      comment on column system.subscribed_at is 'When its webhooks were last made to point at subscribed_url; none since: never.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table system drop column subscribed_url, drop column subscribed_at;
      alter table party drop column slack_id;
      drop table alert;
    `);
  }
}
