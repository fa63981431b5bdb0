import { foldCode } from '../primitives/text.js';

export type OwnershipScope = 'SKU' | 'PRODUCT' | 'PRODUCT_TYPE' | 'VENDOR' | 'DEFAULT';

/** The most specific first: the order in which rules decide. */
export const OWNERSHIP_SCOPES: readonly OwnershipScope[] = ['SKU', 'PRODUCT', 'PRODUCT_TYPE', 'VENDOR', 'DEFAULT'];

export interface OwnershipRule {
  id: string;
  scope: OwnershipScope;
  /** Folded SKU code, product handle, product type or vendor; null for DEFAULT. */
  match: string | null;
  /** The same as it was written. */
  written: string | null;
  ownerId: string;
  effectiveFrom: Date;
  effectiveTo: Date | null;
  /** Its rank among equals; a rule that is handed over keeps the rank of the one whose place it takes. */
  createdAt: Date;
}

/** What decides who owns a SKU. `code` is null when a whole product is asked about. */
export interface OwnedThing {
  code: string | null;
  handle: string;
  productType: string | null;
  vendor: string | null;
}

/** By what rules might name some things, folded, each once. No rule that decides any of the things names anything else. */
export interface OwnerKeys {
  codes: string[];
  handles: string[];
  productTypes: string[];
  vendors: string[];
}

/** Of each scope the rule that wins a match (folded; empty for DEFAULT) at one instant. */
export type RulesInForce = Readonly<Record<OwnershipScope, ReadonlyMap<string, OwnershipRule>>>;

export function ownerKeysOf(things: readonly OwnedThing[]): OwnerKeys {
  const folded = (keys: readonly (string | null)[]): string[] => [
    ...new Set(keys.flatMap((key) => (key === null ? [] : [foldCode(key)]))),
  ];
  return {
    codes: folded(things.map(({ code }) => code)),
    handles: folded(things.map(({ handle }) => handle)),
    productTypes: folded(things.map(({ productType }) => productType)),
    vendors: folded(things.map(({ vendor }) => vendor)),
  };
}

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

function isInForce(rule: OwnershipRule, at: Date): boolean {
  return rule.effectiveFrom <= at && (rule.effectiveTo === null || rule.effectiveTo > at);
}
