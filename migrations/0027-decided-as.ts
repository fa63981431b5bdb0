import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * In what right somebody decided on a request; what becomes of the progress of a request that is withdrawn; and how far an
 * import is that proposes, once its file is read. Frozen: never edited after release.
 */
export class DecidedAs00279790000000027 implements MigrationInterface {
  name = 'DecidedAs00279790000000027';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table decision add column decided_as jsonb not null default '[]';
      comment on column decision.decided_as is 'Rule by rule: the party that it names, and whether who decided is that party, a member, its delegate, or one of those that the duty fell to.';
      alter table request_validation drop constraint request_validation_phase_check,
        add constraint request_validation_phase_check check (phase in ('WAITING', 'CHECKING', 'PLANNING', 'DONE', 'STOPPED'));
      alter table import_job add column proposing_done integer, add column proposing_total integer;
      comment on column import_job.proposing_done is 'Of an import that proposes, once its file is read: how many of its changes are checked and planned; null before that.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table decision drop column decided_as;
      update request_validation set phase = 'DONE' where phase = 'STOPPED';
      alter table request_validation drop constraint request_validation_phase_check,
        add constraint request_validation_phase_check check (phase in ('WAITING', 'CHECKING', 'PLANNING', 'DONE'));
      alter table import_job drop column proposing_done, drop column proposing_total;
    `);
  }
}
