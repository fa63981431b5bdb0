import type { BundleFacts } from '../bundle/bundle-facts.js';
import type { Product } from '../catalog/product.js';
import { DEFAULT_RULES } from '../drift/source-of-truth.js';
import type { CompiledPolicy } from '../naming/policy.js';
import type { OwnershipRule, Party } from '../ownership/resolve-owner.js';
import { canAnswer, resolveOwner } from '../ownership/resolve-owner.js';
import type { Settings } from '../settings/settings.js';
import type { GatedSku, GateFacts, StockLevel } from './gate.js';

/** What every SKU's gates look at: read once, however many SKUs are asked about. */
export interface GateWorld {
  settings: Settings;
  /** The naming policies of the settings, compiled. */
  policies: readonly CompiledPolicy[];
  rules: readonly OwnershipRule[];
  parties: ReadonlyMap<string, Party>;
  /** When: ownership rules begin and end. */
  at: Date;
  stores: readonly { code: string; currency: string }[];
  masterCurrency: string;
}

/**
 * The facts of one SKU. The same for a request that is planned and for whoever asks what a SKU is ready for, so that the
 * two never differ.
 */
export function gateFacts(
  world: GateWorld,
  sku: Pick<GatedSku, 'code'>,
  product: Product | null,
  stock: readonly StockLevel[],
  bundle: BundleFacts,
): GateFacts {
  const { settings, policies, stores, masterCurrency } = world;
  return {
    product,
    ownerResolved: product !== null && hasOwner(world, sku.code, product),
    settings,
    policies,
    stores,
    masterCurrency,
    fieldRules: DEFAULT_RULES,
    stock,
    bundle,
  };
}

function hasOwner({ rules, parties, at }: GateWorld, code: string, product: Product): boolean {
  const { handle, productType, vendor } = product;
  const rule = resolveOwner(rules, { code, handle, productType, vendor }, at);
  const party = rule ? parties.get(rule.ownerId) : undefined;
  return party !== undefined && canAnswer(party, parties);
}
