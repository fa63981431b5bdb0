import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who could answer when, and versions of bundles that could not take effect. Frozen: never edited after release. */
export class Standing00209790000000020 implements MigrationInterface {
  name = 'Standing00209790000000020';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table party_standing (
        party_id uuid not null references party(id),
        since timestamptz not null,
        active boolean not null,
        member_ids uuid[] not null,
        primary key (party_id, since)
      );
      comment on table party_standing is
        'append-only: since when a party has been active or not, and who has been in a team: who could answer at an instant.';

      create table bundle_version_failure (
        id uuid primary key,
        bundle_id uuid not null references sku(id),
        due_at timestamptz not null,
        kind text not null check (kind in ('REFUSED', 'FAILED')),
        problems jsonb not null,
        error text,
        change_request_id uuid references change_request(id),
        first_at timestamptz not null default clock_timestamp(),
        last_at timestamptz not null default clock_timestamp(),
        attempts int not null default 1,
        closed_at timestamptz,
        closed_by jsonb,
        closed_because text,
        constraint bundle_version_failure_of_one unique (bundle_id, due_at),
        constraint bundle_version_failure_closed check (
          (closed_at is null) = (closed_by is null) and (closed_at is null) = (closed_because is null))
      );
      create index bundle_version_failure_open on bundle_version_failure (first_at, id) where closed_at is null;
      create index bundle_version_failure_order on bundle_version_failure (first_at, id);
      create index bundle_version_failure_request on bundle_version_failure (change_request_id);
      comment on table bundle_version_failure is
        'Versions of bundles that could not take effect when they were due, until somebody has looked at them; never deleted.';
    `);
    await db.query(BACKFILL);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table bundle_version_failure; drop table party_standing;');
  }
}

/**
 * What the audit log tells of the past: each PARTY_SET bears the party as it was and as it became, and PARTY_DEACTIVATED
 * the teams that the successor joined. Where that does not lead to what is so now, the present is true from now on. A
 * party of which the log tells nothing has been what it is since it was made, as far as anybody knows.
 */
const BACKFILL = `
  with told as (
    select p.id as party_id, e.at, e.id as event, e.data, p.created_at
    from audit_event e join party p on p.code_folded = e.subject
    where e.type = 'PARTY_SET' and jsonb_typeof(e.data->'active') = 'boolean'),
  became as (
    select party_id, at, event, data as state from told
    union all
    select party_id, least(created_at, at - interval '1 microsecond'), event, data->'was'
    from (select distinct on (party_id) * from told order by party_id, at, event) first
    where jsonb_typeof(data->'was'->'active') = 'boolean'),
  stood as (
    select distinct on (party_id, at) party_id, at, (state->>'active')::boolean as active,
      array(select m.id from jsonb_array_elements_text(
          case jsonb_typeof(state->'members') when 'array' then state->'members' else '[]' end) c(code)
        join party m on m.code_folded = c.code order by m.id) as member_ids
    from became order by party_id, at, event desc),
  joined as (
    select t.id as party_id, e.at, s.id as member_id
    from audit_event e
      cross join jsonb_array_elements_text(
        case jsonb_typeof(e.data->'joined') when 'array' then e.data->'joined' else '[]' end) j(code)
      join party t on t.code_folded = j.code
      join party s on s.code_folded = e.data->>'successor'
    where e.type = 'PARTY_DEACTIVATED'),
  rows as (
    select party_id, at as since, active, member_ids from stood
    union all
    (select distinct on (j.party_id, j.at) j.party_id, j.at, b.active,
      array(select m from unnest(b.member_ids) m union
        select i.member_id from joined i where i.party_id = j.party_id and i.at between b.at and j.at order by 1)
    from joined j cross join lateral (
      select * from stood s where s.party_id = j.party_id and s.at < j.at order by s.at desc limit 1) b
    where not exists (select from stood s where s.party_id = j.party_id and s.at = j.at)
    order by j.party_id, j.at)),
  present as (
    select p.id as party_id, p.created_at, p.active,
      array(select m.member_id from party_member m where m.team_id = p.id order by m.member_id) as member_ids
    from party p)
  insert into party_standing (party_id, since, active, member_ids)
  select party_id, since, active, member_ids from rows
  union all
  select n.party_id, case when l.since is null then n.created_at else greatest(clock_timestamp(), l.since + interval '1 microsecond') end,
    n.active, n.member_ids
  from present n left join lateral (
    select * from rows r where r.party_id = n.party_id order by r.since desc limit 1) l on true
  where l.since is null or (l.active, l.member_ids) is distinct from (n.active, n.member_ids)`;
