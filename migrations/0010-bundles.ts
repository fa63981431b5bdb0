import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What bundles are made of, version by version. Frozen: never edited after release. */
export class Bundles0009790000000010 implements MigrationInterface {
  name = 'Bundles0009790000000010';

  async up(db: QueryRunner): Promise<void> {
    // In a schema of its own: its functions belong to the superuser, so nobody could grant them with the rest of ours.
    await db.query(`
      create schema if not exists extension;
      create extension if not exists btree_gist with schema extension;

      create table bundle_version (
        id uuid primary key,
        bundle_id uuid not null references sku(id),
        state text not null check (state in ('PAST', 'CURRENT', 'SCHEDULED')),
        effective_from timestamptz not null,
        effective_to timestamptz,
        change_request_id uuid references change_request(id),
        created_at timestamptz not null default clock_timestamp(),
        check (effective_to > effective_from),
        constraint bundle_version_begins_once unique (bundle_id, effective_from),
        constraint bundle_version_state unique (id, bundle_id, state),
        constraint bundle_version_no_overlap
          exclude using gist (bundle_id with =, tstzrange(effective_from, effective_to) with &&)
          deferrable initially deferred,
        constraint bundle_version_no_gap
          foreign key (bundle_id, effective_to) references bundle_version (bundle_id, effective_from)
          deferrable initially deferred
      );
      comment on table bundle_version is 'A bundle''s compositions in time, without gap or overlap: what was, is and is to be in force.';
      create unique index bundle_version_current on bundle_version (bundle_id) where state = 'CURRENT';
      create index bundle_version_due on bundle_version (effective_from) where state = 'SCHEDULED';
      create index bundle_version_end on bundle_version (bundle_id, effective_to);
      create index bundle_version_request on bundle_version (change_request_id);

      create table bundle_component (
        version_id uuid not null,
        bundle_id uuid not null,
        state text not null,
        position int not null check (position >= 1),
        component_id uuid not null references sku(id),
        quantity int not null check (quantity between 1 and 2000),
        primary key (version_id, position),
        unique (version_id, component_id),
        check (component_id <> bundle_id),
        foreign key (version_id, bundle_id, state) references bundle_version (id, bundle_id, state)
          on update cascade on delete cascade
      );
      comment on table bundle_component is 'One line of a version; bundle and state repeat the version''s own, so that where-used and explosion read one index each.';
      create index bundle_component_inside on bundle_component (bundle_id, state, position) include (component_id, quantity);
      create index bundle_component_used on bundle_component (component_id, state, bundle_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table bundle_component, bundle_version');
  }
}
