import type { Party } from './party.js';
import { canAnswer } from './party.js';

/** What is asked about the owners of SKUs; both must hold. */
export interface OwnerQuestion {
  /** Party code of the accountable owner, folded. */
  owner?: string | null;
  /** true: SKUs that no rule reaches, or whose owner cannot answer; false: all others. */
  orphaned?: boolean | null;
}

/**
 * A question about owners, answered for every party instead of for every SKU: parties are few. A SKU belongs to the list
 * if the owner by its deciding rule is among `ownerIds`, or, where no rule reaches it, if `unowned` is true.
 */
export interface OwnerAnswer {
  ownerIds: string[];
  unowned: boolean;
}

/** Agrees with `ruleOf` and `canAnswer` for every SKU: a property test on a real database holds them together. */
export function answerOwners(parties: ReadonlyMap<string, Party>, { owner, orphaned }: OwnerQuestion): OwnerAnswer {
  const anyOwner = owner === null || owner === undefined;
  const either = orphaned === null || orphaned === undefined;
  const isHit = (party: Party): boolean =>
    (anyOwner || party.code === owner) && (either || canAnswer(party, parties) !== orphaned);
  const ownerIds = [...parties.values()].filter(isHit).map(({ id }) => id);
  return { ownerIds, unowned: anyOwner && orphaned !== false };
}
