import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What findings need to be waived, healed by the matrix, fought over, and found by whatever they are filtered by. Frozen: never edited after release. */
export class Resolving00329790000000032 implements MigrationInterface {
  name = 'Resolving00329790000000032';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table finding
        add column healing text check (healing in ('AUTO_REVERT', 'AUTO_ADOPT', 'HELD')),
        add column auto_undone int not null default 0,
        add column fight text,
        add column external_id text,
        add column root_id text,
        add column root_code text,
        add column tried int not null default 0,
        add column not_before timestamptz,
        add column target_folded text generated always as (lower(target)) stored,
        add column app text generated always as (attribution->>'app') stored,
        add constraint finding_waived check (state <> 'WAIVED' or waived_until is not null);
      comment on column finding.healing is
        'What the source-of-truth matrix does about it by itself, or HELD: an owner''s values that came in such numbers that a person looks first. Null: it waits for a person.';
      comment on column finding.auto_undone is 'How often in a row a revert by the matrix was undone.';
      comment on column finding.fight is 'Which two writers change it in turns. Null: none are known to. Nothing heals it by itself meanwhile.';
      comment on column finding.external_id is 'The system''s id of a record that the master does not know; root_id and root_code say where it is.';
      comment on column finding.tried is 'How often a stranger could not be taken off sale; not_before says when it is tried again.';
      alter table finding_event drop constraint finding_event_type_check;
      alter table finding_event add constraint finding_event_type_check check (type in
        ('OPENED', 'REFRESHED', 'ACKNOWLEDGED', 'REVERT_REQUESTED', 'ADOPTION_PROPOSED', 'RESOLVED', 'REOPENED', 'NOT_OURS',
         'WAIVED', 'WAIVER_ENDED', 'LEFT_TO_PEOPLE'));
      create index finding_healing on finding (system, id) where healing is not null and state <> 'RESOLVED';
      create index finding_waived_until on finding (waived_until) where state = 'WAIVED';
      create index finding_stranger on finding (system, not_before) where kind = 'UNEXPECTED' and state <> 'RESOLVED' and revert_requested_by is not null;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      update finding set state = 'OPEN', waived_until = null where state = 'WAIVED';
      delete from finding_event where type in ('WAIVED', 'WAIVER_ENDED', 'LEFT_TO_PEOPLE');
      alter table finding_event drop constraint finding_event_type_check;
      alter table finding_event add constraint finding_event_type_check check (type in
        ('OPENED', 'REFRESHED', 'ACKNOWLEDGED', 'REVERT_REQUESTED', 'ADOPTION_PROPOSED', 'RESOLVED', 'REOPENED', 'NOT_OURS'));
      alter table finding drop constraint finding_waived, drop column healing, drop column auto_undone, drop column fight,
        drop column external_id, drop column root_id, drop column root_code, drop column tried, drop column not_before,
        drop column target_folded, drop column app;
    `);
  }
}
