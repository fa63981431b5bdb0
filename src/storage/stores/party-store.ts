import type { EntityManager } from 'typeorm';
import { IsNull } from 'typeorm';
import type { ApiKey, PartyStore } from '../../application/ports/party-store.js';
import type { Role } from '../../domain/actor.js';
import type { Party } from '../../domain/ownership/party.js';
import { foldCode } from '../../domain/primitives/text.js';
import { ApiKeyRow, PartyMemberRow } from '../rows/party-rows.js';
import type { Sql } from '../sql.js';
import { sqlOver } from '../sql.js';

/** Parties and keys of one transaction. */
export class SqlPartyStore implements PartyStore {
  constructor(private readonly tx: EntityManager) {}

  parties(): Promise<Party[]> {
    return readParties(sqlOver(this.tx));
  }

  async partiesWithRole(role: Role): Promise<string[]> {
    const rows = await sqlOver(this.tx).rows<{ id: string }>(
      `select p.id from party p where p.active and p.kind = 'USER' and exists (
         select from api_key k where k.party_id = p.id and $1 = any(k.roles) and k.revoked_at is null
           and (k.expires_at is null or k.expires_at > now()))
       order by p.code_folded`,
      [role],
    );
    return rows.map(({ id }) => id);
  }

  async saveParty(party: Party): Promise<void> {
    const { id, code, kind, name, email, active, engineering, memberIds, delegateId, delegateUntil } = party;
    // By SQL of ours, so that the instant stays exact.
    await sqlOver(this.tx).rows(
      `insert into party (id, code, code_folded, kind, name, email, active, engineering, delegate_id, delegate_until)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (id) do update set code = excluded.code, code_folded = excluded.code_folded, kind = excluded.kind,
         name = excluded.name, email = excluded.email, active = excluded.active, engineering = excluded.engineering,
         delegate_id = excluded.delegate_id, delegate_until = excluded.delegate_until`,
      [id, code, foldCode(code), kind, name, email, active, engineering, delegateId, delegateUntil],
    );
    await this.tx.delete(PartyMemberRow, { teamId: id });
    if (memberIds.length > 0) {
      await this.tx.insert(
        PartyMemberRow,
        memberIds.map((memberId) => ({ teamId: id, memberId })),
      );
    }
  }

  async moveDelegations(from: string, to: string): Promise<string[]> {
    const moved = await sqlOver(this.tx).rows<{ code: string }>(
      'update party set delegate_id = $2 where delegate_id = $1 and id <> $2 returning code',
      [from, to],
    );
    return moved.map(({ code }) => code);
  }

  async join(teamIds: readonly string[], memberId: string): Promise<void> {
    await sqlOver(this.tx).rows(
      'insert into party_member (team_id, member_id) select unnest($1::uuid[]), $2 on conflict do nothing',
      [teamIds, memberId],
    );
  }

  async liveKeys(partyId: string): Promise<number> {
    const [row] = await sqlOver(this.tx).rows<{ count: number }>(
      `select count(*)::int as count from api_key where party_id = $1 and revoked_at is null
         and (expires_at is null or expires_at > now())`,
      [partyId],
    );
    return row?.count ?? 0;
  }

  async addKey(key: ApiKey & { hash: Buffer }): Promise<void> {
    await this.tx.insert(ApiKeyRow, { ...key, revokedAt: null });
  }

  async revokeKey(id: string, at: Date): Promise<boolean> {
    const revoked = await this.tx.update(ApiKeyRow, { id, revokedAt: IsNull() }, { revokedAt: at });
    return (revoked.affected ?? 0) > 0;
  }

  anyKey(): Promise<boolean> {
    return this.tx.exists(ApiKeyRow);
  }
}

/** All parties with their members, by code, in one statement. There are dozens, not thousands. */
export function readParties(sql: Sql): Promise<Party[]> {
  return sql.rows<Party>(
    `select p.id, p.code, p.kind, p.name, p.email, p.active, p.engineering, p.delegate_id as "delegateId",
       p.delegate_until as "delegateUntil",
       array(select m.member_id::text from party_member m where m.team_id = p.id order by m.member_id) as "memberIds"
     from party p order by p.code_folded`,
  );
}
