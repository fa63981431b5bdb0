import type { BundleFacts } from '../bundle/bundle-facts.js';
import type { Product } from '../catalog/product.js';
import type { FieldRule } from '../drift/source-of-truth.js';
import type { CompiledPolicy } from '../naming/policy.js';
import type { Party } from '../ownership/party.js';
import { canAnswer } from '../ownership/party.js';
import type { OwnershipRule } from '../ownership/resolve-owner.js';
import type { Settings } from '../settings/settings.js';
import type { GateFacts, StockLevel } from './gate.js';

/** What every SKU's gates look at: read once, however many SKUs are asked about. */
export interface GateWorld {
  settings: Settings;
  /** The naming policies of the settings, compiled. */
  policies: readonly CompiledPolicy[];
  parties: ReadonlyMap<string, Party>;
  stores: readonly { code: string; currency: string }[];
  masterCurrency: string;
  /** The source-of-truth matrix in force. */
  fieldRules: readonly FieldRule[];
}

/**
 * The facts of one SKU, whose owner this rule decides (null: none does). The same for a request that is planned and for
 * whoever asks what a SKU is ready for, so that the two never differ.
 */
export function gateFacts(
  world: GateWorld,
  product: Product | null,
  owner: OwnershipRule | null,
  stock: readonly StockLevel[],
  bundle: BundleFacts,
): GateFacts {
  const { settings, policies, stores, masterCurrency, fieldRules } = world;
  return {
    product,
    ownerResolved: product !== null && answers(world, owner),
    settings,
    policies,
    stores,
    masterCurrency,
    fieldRules,
    stock,
    bundle,
  };
}

function answers({ parties }: GateWorld, rule: OwnershipRule | null): boolean {
  const party = rule ? parties.get(rule.ownerId) : undefined;
  return party !== undefined && canAnswer(party, parties);
}
