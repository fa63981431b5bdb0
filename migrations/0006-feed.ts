import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Numbers of the feed and seals of the audit log, given after commit by one sequencer. Frozen: never edited after release. */
export class Feed0006790000000006 implements MigrationInterface {
  name = 'Feed0006790000000006';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table feed_entry add column xid xid8 not null default pg_current_xact_id();
      comment on column feed_entry.xid is
        'The transaction that appended it, only ever to find what a snapshot could not see yet; means nothing on another server.';
      create index feed_entry_xid on feed_entry (xid);

      alter table audit_event add column xid xid8 not null default pg_current_xact_id();
      comment on column audit_event.xid is 'As feed_entry.xid.';
      create index audit_event_xid on audit_event (xid);

      create table feed_position (
        position bigint primary key check (position > 0),
        entry_id uuid not null unique
      );
      comment on table feed_position is
        'The place of each committed feed entry: 1, 2, 3, … without a hole; append-only. No foreign key: it would mark every entry with a lock.';

      create table feed_epoch (
        number int primary key check (number > 0),
        id uuid not null unique,
        began_after bigint not null check (began_after >= 0),
        fingerprint text not null,
        opened_at timestamptz not null default clock_timestamp()
      );
      comment on table feed_epoch is
        'Each run of a database server that the feed went on in, and the position after which it did; append-only.';

      create table audit_seal (
        position bigint primary key check (position > 0),
        event_id uuid not null unique,
        subject text not null,
        type text not null,
        hash bytea not null check (octet_length(hash) = 32)
      );
      comment on table audit_seal is
        'The place of each audit event and the hash that chains it to the one before; subject and type once more, to page by; append-only.';
      create index audit_seal_subject on audit_seal (subject, position);
      create index audit_seal_type on audit_seal (type, position);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop table audit_seal, feed_epoch, feed_position;
      alter table audit_event drop column xid;
      alter table feed_entry drop column xid;
    `);
  }
}
