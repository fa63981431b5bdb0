import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The life of a change request: edits, times, freezes, comments, keys. Frozen: never edited after release. */
export class Review00179790000000017 implements MigrationInterface {
  name = 'Review00179790000000017';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table change_request
        add column editors jsonb not null default '[]',
        add column effective_at timestamptz,
        add column due_at timestamptz,
        add column blocked_by text,
        add column forced jsonb,
        add column split_from_id uuid references change_request(id),
        add column reverts_id uuid references change_request(id),
        add constraint change_request_due check (state <> 'SCHEDULED' or due_at is not null);
      comment on column change_request.editors is 'Who changed its content beside its author; they approve it no more than the author does.';
      comment on column change_request.due_at is 'When a worker looks at it: at its effective time, or when the freeze window that holds it ends.';
      comment on column change_request.forced is 'Who applied it without approvals, when and why.';
      create index change_request_due on change_request (due_at, id) where state = 'SCHEDULED';
      create index change_request_split on change_request (split_from_id) where split_from_id is not null;
      create index change_request_reverts on change_request (reverts_id) where reverts_id is not null;

      -- Whoever approved before an edit approves again after it.
      alter table decision drop constraint if exists decision_change_request_id_party_id_kind_key;
      create index decision_request on decision (change_request_id, at);

      create table change_comment (
        id uuid primary key,
        change_request_id uuid not null references change_request(id),
        actor jsonb not null,
        body text not null,
        at timestamptz not null default clock_timestamp()
      );
      comment on table change_comment is 'What people said about a change request; append-only.';
      create index change_comment_request on change_comment (change_request_id, at, id);

      create table idempotency_key (
        caller text not null,
        key text not null,
        hash text not null,
        change_request_id uuid not null references change_request(id),
        created_at timestamptz not null default clock_timestamp(),
        primary key (caller, key)
      );
      comment on table idempotency_key is 'What a caller sent under which key, and what became of it; kept for 72 hours.';
      create index idempotency_key_age on idempotency_key (created_at);
      insert into idempotency_key (caller, key, hash, change_request_id, created_at)
        select idempotency_caller, idempotency_key, idempotency_hash, id, created_at from change_request
        where idempotency_caller is not null and idempotency_key is not null and idempotency_hash is not null;
      alter table change_request drop column idempotency_caller, drop column idempotency_key, drop column idempotency_hash;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    // A second approval of one party stays on record, so the older rule is not put back.
    await db.query(`
      alter table change_request add column idempotency_caller text, add column idempotency_key text,
        add column idempotency_hash text, add unique (idempotency_caller, idempotency_key);
      update change_request c set idempotency_caller = k.caller, idempotency_key = k.key, idempotency_hash = k.hash
        from idempotency_key k where k.change_request_id = c.id and k.created_at = c.created_at;
      drop table idempotency_key, change_comment;
      drop index decision_request;
      drop index change_request_reverts, change_request_split, change_request_due;
      alter table change_request drop constraint change_request_due, drop column reverts_id, drop column split_from_id,
        drop column forced, drop column blocked_by, drop column due_at, drop column effective_at, drop column editors;
    `);
  }
}
