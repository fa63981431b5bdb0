import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Findings that nobody can resolve from here. Frozen: never edited after release. */
export class ForeignComponents00159790000000015 implements MigrationInterface {
  name = 'ForeignComponents00159790000000015';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table finding add column not_ours text;
      comment on column finding.not_ours is
        'Why the system takes no correction of it from us, in its own words: an app of its own has it. Null: nothing is known to be in the way.';
      alter table finding_event drop constraint finding_event_type_check;
      alter table finding_event add constraint finding_event_type_check check (type in
        ('OPENED', 'REFRESHED', 'ACKNOWLEDGED', 'REVERT_REQUESTED', 'ADOPTION_PROPOSED', 'RESOLVED', 'REOPENED', 'NOT_OURS'));
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    // Events stay: what happened is not undone, so the older rule holds for new ones only.
    await db.query(`
      alter table finding_event drop constraint finding_event_type_check;
      alter table finding_event add constraint finding_event_type_check check (type in
        ('OPENED', 'REFRESHED', 'ACKNOWLEDGED', 'REVERT_REQUESTED', 'ADOPTION_PROPOSED', 'RESOLVED', 'REOPENED')) not valid;
      alter table finding drop column not_ours;
    `);
  }
}
