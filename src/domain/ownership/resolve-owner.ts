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

/** Like CODEOWNERS: SKU over product over product type over vendor over default; of two equal rules the later-created (design 4.5). */
export function resolveOwner(rules: readonly OwnershipRule[], thing: OwnedThing, at: Date): OwnershipRule | null {
  const keys: Record<OwnershipScope, string | null> = {
    SKU: thing.code,
    PRODUCT: thing.handle,
    PRODUCT_TYPE: thing.productType,
    VENDOR: thing.vendor,
    DEFAULT: '',
  };
  for (const scope of OWNERSHIP_SCOPES) {
    const key = keys[scope];
    if (key === null) continue;
    const hits = rules.filter(
      (rule) => rule.scope === scope && isInForce(rule, at) && (rule.match ?? '') === foldCode(key),
    );
    const last = hits.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime()).at(-1);
    if (last) return last;
  }
  return null;
}

function isInForce(rule: OwnershipRule, at: Date): boolean {
  return rule.effectiveFrom <= at && (rule.effectiveTo === null || rule.effectiveTo > at);
}

/** Can this party answer for a SKU? A team only through somebody active in it. */
export function canAnswer(party: Party, parties: ReadonlyMap<string, Party>): boolean {
  if (!party.active) return false;
  return party.kind === 'USER' || party.memberIds.some((id) => parties.get(id)?.active === true);
}
