import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What keeps a system from being sent to, and why deliveries died. Frozen: never edited after release. */
export class Failing00219790000000021 implements MigrationInterface {
  name = 'Failing00219790000000021';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table system add column failures int not null default 0, add column probe_at timestamptz;
      comment on column system.failures is 'Transient failures one after another, of all processes together.';
      comment on column system.probe_at is
        'When one claim is let through next, while the system refuses our key or its breaker is open.';

      create table system_hold (
        id uuid primary key,
        system text not null references system(code),
        kind text not null check (kind in ('PAUSE', 'AUTH', 'BREAKER')),
        reason text not null,
        began_by jsonb not null,
        began_at timestamptz not null default clock_timestamp(),
        until timestamptz,
        ended_at timestamptz,
        ended_by jsonb,
        check ((kind = 'PAUSE') = (until is not null)),
        check (until > began_at),
        check (ended_at >= began_at),
        check ((ended_at is null) = (ended_by is null))
      );
      comment on table system_hold is 'When nothing was sent to a system, and why; never deleted, because it says how old deliveries really are.';
      create unique index system_hold_open on system_hold (system, kind) where ended_at is null;
      create index system_hold_time on system_hold (system, began_at);

      create function unheld_seconds(of_system text, since timestamptz, till timestamptz) returns float8
        language sql stable as $$
        select case when since < till then extract(epoch from till - since)::float8 - coalesce((
            select sum(extract(epoch from upper(held) - lower(held)))::float8 from unnest((
              select range_agg(tstzrange(greatest(h.began_at, since), least(h.ended_at, h.until, till))) from system_hold h
              where h.system = of_system and h.began_at < till and coalesce(least(h.ended_at, h.until), 'infinity') > since
            )) as held), 0)
          when since is not null then 0 end
      $$;
      comment on function unheld_seconds is 'Seconds between two instants in which a system was not held; null where an instant is.';

      alter table delivery
        add column not_founds int not null default 0,
        add column unknowns int not null default 0,
        add column lost_leases int not null default 0,
        add column rate_since timestamptz,
        add column excused_seconds float8 not null default 0,
        add column cause text,
        add column cause_shape text,
        add column assignee_id uuid references party(id),
        add column finding_id uuid references finding(id),
        add column resolved_at timestamptz;
      comment on column delivery.rate_since is 'Since when it waits because the system asked for that; this makes it no older.';
      comment on column delivery.cause is 'Of a dead letter: the same for all that died of one thing.';
      comment on column delivery.resolved_at is 'When a dead letter was retried, given up, or made needless by a later delivery.';
      update delivery set cause = left(md5(concat_ws(' ', last_error->>'class', last_error->>'code')), 16),
        cause_shape = coalesce(last_error->>'code', last_error->>'class', 'unknown')
        where state = 'DEAD_LETTERED';
      create index delivery_cause on delivery (system, cause, died_at) where state = 'DEAD_LETTERED';
      create index delivery_dead_record on delivery (product_id, system) where state = 'DEAD_LETTERED';
      create index delivery_assignee on delivery (assignee_id);
      create index delivery_finding on delivery (finding_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table delivery drop column resolved_at, drop column finding_id,
        drop column assignee_id, drop column cause_shape, drop column cause, drop column excused_seconds, drop column rate_since,
        drop column lost_leases, drop column unknowns, drop column not_founds;
      drop function unheld_seconds;
      drop table system_hold;
      alter table system drop column probe_at, drop column failures;
    `);
  }
}
