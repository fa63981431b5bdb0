import { foldCode } from '../primitives/text.js';

export type OwnershipScope = 'SKU' | 'PRODUCT' | 'PRODUCT_TYPE' | 'VENDOR' | 'DEFAULT';

export const OWNERSHIP_SCOPES: readonly OwnershipScope[] = ['SKU', 'PRODUCT', 'PRODUCT_TYPE', 'VENDOR', 'DEFAULT'];

export interface Party {
  id: string;
  code: string;
  kind: 'USER' | 'TEAM';
  name: string;
  email: string | null;
  active: boolean;
  /** Ids of a team's people; empty for a person. */
  memberIds: string[];
}

export interface OwnershipRule {
  id: string;
  scope: OwnershipScope;
  /** Folded SKU code, product handle, product type or vendor; null for DEFAULT. */
  match: string | null;
  ownerId: string;
  effectiveFrom: Date;
  effectiveTo: Date | null;
  createdAt: Date;
}

/** What decides who owns a SKU. `code` is null when a whole product is asked about. */
export interface OwnedThing {
  code: string | null;
  handle: string;
  productType: string | null;
  vendor: string | null;
}

/** Of each scope the rule that wins a match (folded; empty for DEFAULT) at one instant. */
export type RulesInForce = Readonly<Record<OwnershipScope, ReadonlyMap<string, OwnershipRule>>>;

/** The rules in force at an instant, of two equally specific ones the later-created; made once for any number of SKUs. */
export function rulesInForce(rules: readonly OwnershipRule[], at: Date): RulesInForce {
  const winners = {
    SKU: new Map<string, OwnershipRule>(),
    PRODUCT: new Map<string, OwnershipRule>(),
    PRODUCT_TYPE: new Map<string, OwnershipRule>(),
    VENDOR: new Map<string, OwnershipRule>(),
    DEFAULT: new Map<string, OwnershipRule>(),
  };
  for (const rule of rules) {
    if (!isInForce(rule, at)) continue;
    const rival = winners[rule.scope].get(rule.match ?? '');
    if (!rival || rule.createdAt >= rival.createdAt) winners[rule.scope].set(rule.match ?? '', rule);
  }
  return winners;
}

/** Like CODEOWNERS: SKU over product over product type over vendor over default (design 4.5). */
export function ruleOf(inForce: RulesInForce, thing: OwnedThing): OwnershipRule | null {
  const keys: Record<OwnershipScope, string | null> = {
    SKU: thing.code,
    PRODUCT: thing.handle,
    PRODUCT_TYPE: thing.productType,
    VENDOR: thing.vendor,
    DEFAULT: '',
  };
  for (const scope of OWNERSHIP_SCOPES) {
    const key = keys[scope];
    const rule = key === null ? undefined : inForce[scope].get(foldCode(key));
    if (rule) return rule;
  }
  return null;
}

/** `ruleOf` for a single question. */
export function resolveOwner(rules: readonly OwnershipRule[], thing: OwnedThing, at: Date): OwnershipRule | null {
  return ruleOf(rulesInForce(rules, at), thing);
}

function isInForce(rule: OwnershipRule, at: Date): boolean {
  return rule.effectiveFrom <= at && (rule.effectiveTo === null || rule.effectiveTo > at);
}

/** Can this party answer for a SKU? A team only through somebody active in it. */
export function canAnswer(party: Party, parties: ReadonlyMap<string, Party>): boolean {
  if (!party.active) return false;
  return party.kind === 'USER' || party.memberIds.some((id) => parties.get(id)?.active === true);
}
