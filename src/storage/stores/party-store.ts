import type { EntityManager } from 'typeorm';
import { IsNull } from 'typeorm';
import type { ApiKey, PartyStore } from '../../application/ports/party-store.js';
import type { Role } from '../../domain/actor.js';
import type { OwnershipRule, OwnershipScope, Party } from '../../domain/ownership/resolve-owner.js';
import { foldCode } from '../../domain/primitives/text.js';
import { ApiKeyRow, PartyMemberRow, PartyRow } from '../rows/party-rows.js';
import { sqlOver } from '../sql.js';
import { readOwnershipRules } from './ownership-rules.js';

/** Parties, ownership rules and keys of one transaction. Rules go in by SQL of ours: their instants are exact. */
export class SqlPartyStore implements PartyStore {
  constructor(private readonly tx: EntityManager) {}

  parties(): Promise<Party[]> {
    return readParties(this.tx);
  }

  ownershipRules(): Promise<OwnershipRule[]> {
    return readOwnershipRules(sqlOver(this.tx));
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
    const { id, code, kind, name, email, active } = party;
    await this.tx.upsert(PartyRow, { id, code, codeFolded: foldCode(code), kind, name, email, active }, ['id']);
    await this.tx.delete(PartyMemberRow, { teamId: id });
    if (party.memberIds.length > 0) {
      await this.tx.insert(
        PartyMemberRow,
        party.memberIds.map((memberId) => ({ teamId: id, memberId })),
      );
    }
  }

  async addRule(rule: {
    id: string;
    scope: OwnershipScope;
    match: string | null;
    ownerId: string;
    effectiveFrom: Date;
    effectiveTo: Date | null;
  }): Promise<void> {
    const { id, scope, match, ownerId, effectiveFrom, effectiveTo } = rule;
    await sqlOver(this.tx).rows(
      `insert into ownership_rule (id, scope, match, match_folded, owner_id, effective_from, effective_to)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, scope, match, match === null ? null : foldCode(match), ownerId, effectiveFrom, effectiveTo],
    );
  }

  async endRule(id: string, at: Date): Promise<boolean> {
    const ended = await sqlOver(this.tx).rows(
      // One that has not begun yet ends as it would begin, and so is never in force.
      `update ownership_rule set effective_to = greatest($2::timestamptz, effective_from)
       where id = $1 and (effective_to is null or effective_to > $2) returning id`,
      [id, at],
    );
    return ended.length > 0;
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

/** All parties with their members, by code. There are dozens, not thousands. */
export async function readParties(source: EntityManager): Promise<Party[]> {
  const [rows, members] = await Promise.all([
    source.find(PartyRow, { order: { codeFolded: 'ASC' } }),
    source.find(PartyMemberRow),
  ]);
  return rows.map(({ id, code, kind, name, email, active }) => {
    const memberIds = members.flatMap(({ teamId, memberId }) => (teamId === id ? [memberId] : []));
    return { id, code, kind, name, email, active, memberIds };
  });
}
