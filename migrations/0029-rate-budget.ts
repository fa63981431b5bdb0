import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The rate budget that all processes share, and the alert for an API version that fell forward. Frozen: never edited after release. */
export class RateBudget00299790000000029 implements MigrationInterface {
  name = 'RateBudget00299790000000029';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create unlogged table rate_budget (
        system text primary key references system(code),
        maximum float8 not null check (maximum > 0),
        restore_rate float8 not null check (restore_rate > 0),
        points float8 not null,
        counted_at timestamptz not null
      ) with (fillfactor = 50);
      comment on table rate_budget is
        'What of the rate budget of a system may be spent, by all processes together. Unlogged: after a crash the next answer of the system tells it anew.';
      comment on column rate_budget.maximum is 'Of the whole bucket, as the system last said, in its points.';
      comment on column rate_budget.points is 'What was left of our share at counted_at; below nothing where others drained the bucket.';

      create function budget_points(budget rate_budget, share float8) returns float8 language sql volatile as $$
        select least(share * budget.maximum, budget.points
          + greatest(0, extract(epoch from clock_timestamp() - budget.counted_at)::float8) * share * budget.restore_rate)
      $$;
      comment on function budget_points is 'What of our share is there now.';

      alter table alert drop constraint alert_kind_check;
      alter table alert add constraint alert_kind_check check (kind in ('DIGEST', 'SYSTEM_PAUSED', 'BREAKER_OPEN', 'CRITICAL_FINDING',
        'FORCE_APPLIED', 'SCAN_HELD', 'SUBSCRIPTION_LOST', 'BUNDLE_VERSION_REFUSED', 'REQUEST_NOT_APPLIED', 'CANARY_STOPPED',
        'API_VERSION_CHANGED'));
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      delete from alert where kind = 'API_VERSION_CHANGED';
      alter table alert drop constraint alert_kind_check;
      alter table alert add constraint alert_kind_check check (kind in ('DIGEST', 'SYSTEM_PAUSED', 'BREAKER_OPEN', 'CRITICAL_FINDING',
        'FORCE_APPLIED', 'SCAN_HELD', 'SUBSCRIPTION_LOST', 'BUNDLE_VERSION_REFUSED', 'REQUEST_NOT_APPLIED', 'CANARY_STOPPED'));
      drop function budget_points;
      drop table rate_budget;
    `);
  }
}
