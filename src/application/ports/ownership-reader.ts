import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { OwnershipCount } from '../../domain/ownership/coverage.js';
import type { Party } from '../../domain/ownership/party.js';
import type { OwnerAnswer } from '../../domain/ownership/owner-question.js';
import type { OwnerKeys, OwnershipRule, OwnershipScope, RulesInForce } from '../../domain/ownership/resolve-owner.js';
import type { Page, PageRequest } from './page.js';

/** What a list of rules is narrowed to; all that is given must hold. */
export interface RuleQuery {
  scopes?: OwnershipScope[] | null;
  /** Folded. */
  match?: string | null;
  ownerId?: string | null;
  /** True: in force now or to come; false: only those that have ended or never were in force. */
  live?: boolean | null;
}

/** A SKU as a list of owners tells it, with the rule that decides. */
export interface OwnedSku {
  code: string;
  title: string;
  state: LifecycleState;
  handle: string;
  productType: string | null;
  vendor: string | null;
  rule: OwnershipRule | null;
}

/**
 * Who is accountable, read for any number of SKUs at once. The number of statements depends on neither the SKUs asked
 * about nor the rules that there are.
 */
export interface OwnershipReader {
  /** Those of the rules in force at an instant (null: now, by the database's clock) that the keys name; one statement. */
  rulesInForce(keys: OwnerKeys, at: Date | null): Promise<RulesInForce>;
  /** All parties with who was active, and in which team, at an instant; of everything else the present is told. */
  partiesAt(at: Date): Promise<Party[]>;
  /** Rules, ended ones too, oldest first. */
  rules(page: PageRequest, query: RuleQuery): Promise<Page<OwnershipRule>>;
  rulesByIds(ids: readonly string[]): Promise<Map<string, OwnershipRule>>;
  /** All rules that are in force or to come, oldest first, some at a time. */
  liveRules(): AsyncIterable<OwnershipRule[]>;
  /** SKUs in these states, counted by state, deciding scope and owner; one statement, whatever there is to count. */
  counts(states: readonly LifecycleState[]): Promise<OwnershipCount[]>;
  /** SKUs that are not RETIRED, by code, some at a time; null: whoever owns them. */
  owned(answer: OwnerAnswer | null): AsyncIterable<OwnedSku[]>;
}
