import type { OwnerKeys, OwnershipRule, OwnershipScope, RulesInForce } from '../../domain/ownership/resolve-owner.js';

/** A rule that is to be. */
export interface NewRule {
  id: string;
  scope: OwnershipScope;
  /** As it is written; null for DEFAULT. */
  match: string | null;
  ownerId: string;
  effectiveFrom: Date;
  effectiveTo: Date | null;
  /** The rank among equals that it takes over; left out or null: after all that are there. */
  createdAt?: Date | null;
}

/** When a rule is to end. */
export interface RuleEnd {
  id: string;
  at: Date;
}

/** SKUs of some owners: how many there are that are not RETIRED, and the first of them by code. */
export interface OwnedSkus {
  count: number;
  examples: string[];
}

/** Names of one scope. */
export interface ScopedMatch {
  scope: OwnershipScope;
  /** Folded; empty for DEFAULT. */
  match: string;
}

/** Ownership rules in one transaction. */
export interface OwnershipStore {
  /** Nobody else changes parties or rules until this transaction has ended. */
  lock(): Promise<void>;
  /** As the reader's. */
  rulesInForce(keys: OwnerKeys, at: Date | null): Promise<RulesInForce>;
  /** Rules of owners that are in force at an instant or later, oldest first. */
  liveRulesOf(ownerIds: readonly string[], at: Date): Promise<OwnershipRule[]>;
  /** Rules of just these names that are in force at an instant or later, oldest first. */
  liveRulesFor(matches: readonly ScopedMatch[], at: Date): Promise<OwnershipRule[]>;
  addRules(rules: readonly NewRule[]): Promise<void>;
  /** Ends rules, each at its instant; one that has not begun by then is never in force. Answers those that were not over by then. */
  endRules(ends: readonly RuleEnd[]): Promise<OwnershipRule[]>;
  /** Did rules begin or end after the one instant and until the other? */
  turnedBetween(since: Date, until: Date): Promise<boolean>;
  /** SKUs that rules of these owners decide now; the first `examples` by code. */
  skusOf(ownerIds: readonly string[], examples: number): Promise<OwnedSkus>;
  /** Which of these folded SKU codes, or product handles, nothing has. */
  unknown(scope: 'SKU' | 'PRODUCT', folded: readonly string[]): Promise<string[]>;
}
