import type { Role } from '../../domain/actor.js';
import type { Party } from '../../domain/ownership/party.js';

export interface ApiKey {
  id: string;
  name: string;
  partyId: string | null;
  roles: Role[];
  expiresAt: Date | null;
}

/** Parties and API keys, in one transaction. */
export interface PartyStore {
  parties(): Promise<Party[]>;
  /** Codes of parties that hold a live key of the role. Ids, ordered by party code. */
  partiesWithRole(role: Role): Promise<string[]>;
  /** Ids of those whose delegation or absence began or ended after the one instant and until the other. */
  turnedBetween(since: Date, until: Date): Promise<string[]>;
  /** As it is from an instant on: what it was before is kept. */
  saveParty(party: Party, at: Date): Promise<void>;
  /** Whoever has the one as delegate has the other from now on, but for that one itself. Answers their codes. */
  moveDelegations(from: string, to: string): Promise<string[]>;
  /** A person joins teams from an instant on; those that they are in already stay as they are. */
  join(teamIds: readonly string[], memberId: string, at: Date): Promise<void>;
  /** How many live API keys a party has. */
  liveKeys(partyId: string): Promise<number>;
  addKey(key: ApiKey & { hash: Buffer }): Promise<void>;
  revokeKey(id: string, at: Date): Promise<boolean>;
  anyKey(): Promise<boolean>;
}

/** Looks a key up on every call; outside any unit of work. */
export interface ApiKeyReader {
  /** The live key with this SHA-256, its party's name beside it; null for an unknown, expired or revoked one. */
  liveKey(hash: Buffer): Promise<(ApiKey & { partyName: string | null; partyActive: boolean }) | null>;
}
