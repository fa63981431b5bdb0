import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whatever findings are filtered by has an index; and how many values of an owner replaced others lately. Frozen: never edited after release. */
export class FindingFilter00339790000000033 implements MigrationInterface {
  name = 'FindingFilter00339790000000033';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index finding_owner;
      create index finding_by_owner on finding (owner_id, opened_at desc, id desc);
      create index finding_by_system on finding (system, opened_at desc, id desc);
      create index finding_by_state on finding (state, opened_at desc, id desc);
      create index finding_by_kind on finding (kind, opened_at desc, id desc);
      create index finding_by_severity on finding (severity, opened_at desc, id desc);
      create index finding_by_field on finding (field, opened_at desc, id desc);
      create index finding_by_target on finding (target_folded, opened_at desc, id desc);
      create index finding_by_app on finding (app, opened_at desc, id desc);
      create index finding_by_seen on finding (last_seen_at);
      create index finding_by_due on finding (due_at) where state <> 'RESOLVED';
      create index finding_filter on finding (opened_at desc, id desc)
        include (system, state, kind, severity, field, target_folded, owner_id, app, last_seen_at, due_at);
      drop index finding_list;
      create table takeover_tally (
        system text not null references system(code),
        field text not null,
        hour timestamptz not null,
        replaced int not null check (replaced > 0),
        primary key (system, field, hour)
      );
      create index takeover_tally_by_hour on takeover_tally (hour);
      comment on table takeover_tally is
        'How many values of the master an owner replaced in each hour, so that it is noticed when they come in numbers; kept for two days.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop table takeover_tally;
      create index finding_list on finding (opened_at desc, id desc);
      drop index finding_filter, finding_by_due, finding_by_seen, finding_by_app, finding_by_target, finding_by_field,
        finding_by_severity, finding_by_kind, finding_by_state, finding_by_system, finding_by_owner;
      create index finding_owner on finding (owner_id);
    `);
  }
}
