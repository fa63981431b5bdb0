import type { Role } from '../../domain/actor.js';
import type { OwnershipRule, OwnershipScope, Party } from '../../domain/ownership/resolve-owner.js';

export interface ApiKey {
  id: string;
  name: string;
  partyId: string | null;
  roles: Role[];
  expiresAt: Date | null;
}

/** Parties, ownership rules and API keys, in one transaction. */
export interface PartyStore {
  parties(): Promise<Party[]>;
  ownershipRules(): Promise<OwnershipRule[]>;
  /** Codes of parties that hold a live key of the role. Ids, ordered by party code. */
  partiesWithRole(role: Role): Promise<string[]>;
  saveParty(party: Party): Promise<void>;
  addRule(rule: {
    id: string;
    scope: OwnershipScope;
    match: string | null;
    ownerId: string;
    effectiveFrom: Date;
    effectiveTo: Date | null;
  }): Promise<void>;
  endRule(id: string, at: Date): Promise<boolean>;
  addKey(key: ApiKey & { hash: Buffer }): Promise<void>;
  revokeKey(id: string, at: Date): Promise<boolean>;
  anyKey(): Promise<boolean>;
}

/** Looks a key up on every call; outside any unit of work. */
export interface ApiKeyReader {
  /** The live key with this SHA-256, its party's name beside it; null for an unknown, expired or revoked one. */
  liveKey(hash: Buffer): Promise<(ApiKey & { partyName: string | null; partyActive: boolean }) | null>;
}
