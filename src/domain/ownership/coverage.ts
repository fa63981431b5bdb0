import type { LifecycleState } from '../catalog/lifecycle.js';
import type { Party } from './party.js';
import { canAnswer, isEngineering } from './party.js';
import type { OwnershipScope } from './resolve-owner.js';

/** SKUs that share a state, the scope of the rule that decides, and its owner; null where no rule reaches them. */
export interface OwnershipCount {
  state: LifecycleState;
  scope: OwnershipScope | null;
  ownerId: string | null;
  skus: number;
}

/** Why nobody answers for a SKU. */
export type OrphanCause = 'NO_RULE' | 'OWNER_INACTIVE' | 'TEAM_WITHOUT_ACTIVE_MEMBER';

export const ORPHAN_CAUSES: readonly OrphanCause[] = ['NO_RULE', 'OWNER_INACTIVE', 'TEAM_WITHOUT_ACTIVE_MEMBER'];

/** Part of the catalogue: how many SKUs, and for how many of them somebody answers. */
export interface CoveredPart {
  skus: number;
  owned: number;
}

export interface OwnerPart {
  party: Party;
  skus: number;
  orphaned: boolean;
  engineering: boolean;
}

/** How far the catalogue has owners. */
export interface OwnershipCoverage extends CoveredPart {
  orphaned: number;
  /** Owned SKUs over all of them, 0 to 1; 1 where there is no SKU, because none lacks an owner. */
  share: number;
  byCause: { cause: OrphanCause; skus: number }[];
  byState: (CoveredPart & { state: LifecycleState })[];
  byScope: { scope: OwnershipScope; skus: number }[];
  /** Most SKUs first. */
  byOwner: OwnerPart[];
  /** SKUs whose accountable owner is engineering, and answers for them. */
  engineering: number;
  /** What a scorecard warns of, one line each. */
  warnings: CoverageWarning[];
}

export interface CoverageWarning {
  code: 'ORPHANED_SKUS' | 'ENGINEERING_OWNER';
  message: string;
  skus: number;
  /** Code of the party that it is about; null where it is about none. */
  party: string | null;
}

/** Figures out of counted groups. Pure: the same counts and parties give the same figures. */
export function coverageOf(
  counts: readonly OwnershipCount[],
  parties: ReadonlyMap<string, Party>,
  states: readonly LifecycleState[],
  scopes: readonly OwnershipScope[],
): OwnershipCoverage {
  const causeOf = (count: OwnershipCount): OrphanCause | null => orphanCause(count.ownerId, parties);
  const sum = (hit: (count: OwnershipCount) => boolean): number =>
    counts.reduce((total, count) => total + (hit(count) ? count.skus : 0), 0);
  const skus = sum(() => true);
  const owned = sum((count) => causeOf(count) === null);
  const byOwner = [...parties.values()]
    .map((party) => ({
      party,
      skus: sum(({ ownerId }) => ownerId === party.id),
      orphaned: !canAnswer(party, parties),
      engineering: isEngineering(party, parties),
    }))
    .filter((part) => part.skus > 0)
    .toSorted((a, b) => b.skus - a.skus || (a.party.code < b.party.code ? -1 : 1));
  const engineers = byOwner.filter(({ engineering, orphaned }) => engineering && !orphaned);
  return {
    skus,
    owned,
    orphaned: skus - owned,
    share: skus === 0 ? 1 : owned / skus,
    byCause: ORPHAN_CAUSES.map((cause) => ({ cause, skus: sum((count) => causeOf(count) === cause) })),
    byState: states.map((state) => ({
      state,
      skus: sum((count) => count.state === state),
      owned: sum((count) => count.state === state && causeOf(count) === null),
    })),
    byScope: scopes.map((scope) => ({ scope, skus: sum((count) => count.scope === scope) })),
    byOwner,
    engineering: engineers.reduce((total, part) => total + part.skus, 0),
    warnings: [...orphanWarning(skus - owned), ...engineers.map(engineeringWarning)],
  };
}

/** Why nobody answers where this party is the owner; null where somebody does. */
export function orphanCause(ownerId: string | null, parties: ReadonlyMap<string, Party>): OrphanCause | null {
  const party = ownerId === null ? undefined : parties.get(ownerId);
  if (!party) return 'NO_RULE';
  if (!party.active) return 'OWNER_INACTIVE';
  return canAnswer(party, parties) ? null : 'TEAM_WITHOUT_ACTIVE_MEMBER';
}

function orphanWarning(skus: number): CoverageWarning[] {
  if (skus === 0) return [];
  const message = `nobody answers for ${inWords(skus)}`;
  return [{ code: 'ORPHANED_SKUS', message, skus, party: null }];
}

function engineeringWarning({ party, skus }: OwnerPart): CoverageWarning {
  const message = `${party.name} is engineering, and accountable for ${inWords(skus)}: let merchandising or operations own them`;
  return { code: 'ENGINEERING_OWNER', message, skus, party: party.code };
}

function inWords(skus: number): string {
  return `${skus.toLocaleString('en-US')} SKU${skus === 1 ? '' : 's'}`;
}
