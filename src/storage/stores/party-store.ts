import type { ApiKey, PartyStore } from '../../application/ports/party-store.js';
import type { Role } from '../../domain/actor.js';
import type { Party } from '../../domain/ownership/party.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** A key that signs in. */
const LIVE_KEY = 'k.revoked_at is null and (k.expires_at is null or k.expires_at > now())';

/** Parties and keys of one transaction. */
export class SqlPartyStore implements PartyStore {
  constructor(private readonly sql: Sql) {}

  parties(): Promise<Party[]> {
    return readParties(this.sql);
  }

  async partiesWithRole(role: Role): Promise<string[]> {
    const rows = await this.sql.rows<{ id: string }>(
      `select p.id from party p where p.active and p.kind = 'USER' and exists (
         select from api_key k where k.party_id = p.id and $1 = any(k.roles) and ${LIVE_KEY})
       order by p.code_folded`,
      [role],
    );
    return rows.map(({ id }) => id);
  }

  async turnedBetween(since: Date, until: Date): Promise<string[]> {
    const turned = (column: string): string => `select id from party where ${column} > $1 and ${column} <= $2`;
    const turns = ['delegate_from', 'delegate_until', 'away_from', 'away_until'];
    const rows = await this.sql.rows<{ id: string }>(turns.map(turned).join(' union '), [since, until]);
    return rows.map(({ id }) => id);
  }

  async saveParty(party: Party, at: Date): Promise<void> {
    const { id, code, kind, name, email, active, engineering, memberIds, slackId = null } = party;
    const turns = [party.delegateId, party.delegateFrom, party.delegateUntil, party.awayFrom, party.awayUntil];
    await this.sql.rows(
      `insert into party (id, code, code_folded, kind, name, email, active, engineering, delegate_id, delegate_from,
         delegate_until, away_from, away_until, slack_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
       on conflict (id) do update set code = excluded.code, code_folded = excluded.code_folded, kind = excluded.kind,
         name = excluded.name, email = excluded.email, active = excluded.active, engineering = excluded.engineering,
         delegate_id = excluded.delegate_id, delegate_from = excluded.delegate_from, delegate_until = excluded.delegate_until,
         away_from = excluded.away_from, away_until = excluded.away_until, slack_id = excluded.slack_id`,
      [id, code, foldCode(code), kind, name, email, active, engineering, ...turns, slackId],
    );
    await this.sql.rows('delete from party_member where team_id = $1 and member_id <> all($2::uuid[])', [
      id,
      memberIds,
    ]);
    await this.sql.rows(
      'insert into party_member (team_id, member_id) select $1, unnest($2::uuid[]) on conflict do nothing',
      [id, memberIds],
    );
    await this.keepStanding([id], at);
  }

  async moveDelegations(from: string, to: string): Promise<string[]> {
    const moved = await this.sql.rows<{ code: string }>(
      'update party set delegate_id = $2 where delegate_id = $1 and id <> $2 returning code',
      [from, to],
    );
    return moved.map(({ code }) => code).toSorted();
  }

  async join(teamIds: readonly string[], memberId: string, at: Date): Promise<void> {
    await this.sql.rows(
      'insert into party_member (team_id, member_id) select unnest($1::uuid[]), $2 on conflict do nothing',
      [teamIds, memberId],
    );
    await this.keepStanding(teamIds, at);
  }

  /**
   * Appends what decides whether a party can answer, where it is not what it was. Of two changes that were begun in one
   * instant, or in the other order, the later one follows by a microsecond: nothing that was told is told otherwise.
   */
  private async keepStanding(ids: readonly string[], at: Date): Promise<void> {
    await this.sql.rows(
      `insert into party_standing (party_id, since, active, member_ids)
       select p.id, greatest($2::timestamptz, l.since + interval '1 microsecond'), p.active, p.member_ids
       from (select id, active, array(select m.member_id from party_member m where m.team_id = party.id order by 1) as member_ids
             from party where id = any($1::uuid[])) p
         left join lateral (
           select * from party_standing s where s.party_id = p.id order by s.since desc limit 1) l on true
       where l.since is null or (l.active, l.member_ids) is distinct from (p.active, p.member_ids)`,
      [ids, at],
    );
  }

  async liveKeys(partyId: string): Promise<number> {
    const row = await firstRow<{ count: number }>(
      this.sql,
      `select count(*)::int as count from api_key k where k.party_id = $1 and ${LIVE_KEY}`,
      [partyId],
    );
    return row?.count ?? 0;
  }

  async addKey({ id, name, hash, partyId, roles, expiresAt }: ApiKey & { hash: Buffer }): Promise<void> {
    await this.sql.rows(
      'insert into api_key (id, name, hash, party_id, roles, expires_at) values ($1, $2, $3, $4, $5, $6)',
      [id, name, hash, partyId, roles, expiresAt],
    );
  }

  async revokeKey(id: string, at: Date): Promise<boolean> {
    const revoked = await this.sql.rows(
      'update api_key set revoked_at = $2 where id = $1 and revoked_at is null returning id',
      [id, at],
    );
    return revoked.length > 0;
  }

  async anyKey(): Promise<boolean> {
    return (await firstRow(this.sql, 'select from api_key limit 1')) !== null;
  }
}

const COLUMNS = `p.id, p.code, p.kind, p.name, p.email, p.engineering, p.delegate_id as "delegateId",
  p.delegate_from as "delegateFrom", p.delegate_until as "delegateUntil",
  p.away_from as "awayFrom", p.away_until as "awayUntil", p.slack_id as "slackId"`;
const MEMBERS = 'array(select m.member_id::text from party_member m where m.team_id = p.id order by m.member_id)';

/** All parties with their members, by code, in one statement. There are dozens, not thousands. */
export function readParties(sql: Sql): Promise<Party[]> {
  return sql.rows<Party>(`select ${COLUMNS}, p.active, ${MEMBERS} as "memberIds" from party p order by p.code_folded`);
}

/**
 * The same parties with who was active, and in which team, at an instant; of everything else the present is told. What was
 * before the first that is known of a party is not known: it is taken to have been like that already.
 */
export function readPartiesAt(sql: Sql, at: Date): Promise<Party[]> {
  return sql.rows<Party>(
    `select ${COLUMNS}, coalesce(t.active, p.active) as active, coalesce(t.member_ids::text[], ${MEMBERS}) as "memberIds"
     from party p left join lateral (
       select s.active, s.member_ids from party_standing s where s.party_id = p.id
       order by s.since <= $1 desc, case when s.since <= $1 then s.since end desc, s.since limit 1) t on true
     order by p.code_folded`,
    [at],
  );
}
