import type { OwnershipRule, Party, RulesInForce } from './resolve-owner.js';
import { canAnswer } from './resolve-owner.js';

/** What is asked about the owners of SKUs; both must hold. */
export interface OwnerQuestion {
  /** Party code of the accountable owner, folded. */
  owner?: string | null;
  /** true: SKUs that no rule reaches, or whose owner cannot answer; false: all others. */
  orphaned?: boolean | null;
}

/** The matches of one scope: those whose rule answers the question with yes, and those whose rule answers with no. */
export interface ScopeCut {
  yes: string[];
  no: string[];
}

/**
 * A question about owners, answered for every rule in force instead of for every SKU: what a list needs to find its
 * SKUs by index. A SKU belongs to the list if the most specific match that names it is among the `yes`, or, where
 * none names it, if `rest` is true.
 */
export interface OwnershipCut {
  sku: ScopeCut;
  product: ScopeCut;
  productType: ScopeCut;
  vendor: ScopeCut;
  rest: boolean;
}

/** Agrees with `ruleOf` and `canAnswer` for every SKU: a property test holds them together. */
export function cutOwnership(
  inForce: RulesInForce,
  parties: ReadonlyMap<string, Party>,
  { owner, orphaned }: OwnerQuestion,
): OwnershipCut {
  const isHit = (rule: OwnershipRule | null): boolean => {
    const party = rule ? parties.get(rule.ownerId) : undefined;
    const byOwner = owner === null || owner === undefined || party?.code === owner;
    const isOrphan = party === undefined || !canAnswer(party, parties);
    return byOwner && (orphaned === null || orphaned === undefined || isOrphan === orphaned);
  };
  const cut = (winners: ReadonlyMap<string, OwnershipRule>): ScopeCut => {
    const { yes = [], no = [] } = Object.groupBy(winners, ([, rule]) => (isHit(rule) ? 'yes' : 'no'));
    return { yes: yes.map(([match]) => match), no: no.map(([match]) => match) };
  };
  return {
    sku: cut(inForce.SKU),
    product: cut(inForce.PRODUCT),
    productType: cut(inForce.PRODUCT_TYPE),
    vendor: cut(inForce.VENDOR),
    rest: isHit(inForce.DEFAULT.get('') ?? null),
  };
}
