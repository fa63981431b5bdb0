import DataLoader from 'dataloader';
import type { Ports } from '../../application/ports/ports.js';
import type { SystemView } from '../../application/ports/operations-reader.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { GateFacts, StockLevel } from '../../domain/gates/gate.js';
import { wholeMatrix } from '../../domain/truth/matrix.js';
import type { GateWorld } from '../../domain/gates/gate-facts.js';
import { gateFacts } from '../../domain/gates/gate-facts.js';
import { compilePolicies } from '../../domain/naming/judge-code.js';
import type { Party } from '../../domain/ownership/party.js';
import type { Settings } from '../../domain/settings/settings.js';
import type { OwnerLoader } from '../ownership/owner-loader.js';
import type { BundleLoader } from './bundle-loader.js';

/** What the gates of all SKUs share, as the request's loaders have it. */
export interface SharedFacts {
  settings(): Promise<Settings>;
  parties(): Promise<ReadonlyMap<string, Party>>;
  systems(): Promise<ReadonlyMap<string, SystemView>>;
}

/**
 * Facts of gates in batches: however many SKUs a page has, what they share is read once and what is their own in one
 * statement of each kind. One instance per HTTP request, like the loaders that it belongs to.
 */
export class GateLoader {
  readonly stock: DataLoader<string, StockLevel[]>;
  private world: Promise<GateWorld> | null = null;

  constructor(
    private readonly ports: Pick<Ports, 'stock' | 'masterCurrency'>,
    private readonly shared: SharedFacts,
    private readonly bundles: BundleLoader,
    private readonly owners: OwnerLoader,
  ) {
    this.stock = new DataLoader<string, StockLevel[]>(async (ids) => {
      const levels = await ports.stock.levelsOfSkus(ids);
      return ids.map((id) => levels.get(id) ?? []);
    });
  }

  /** Just what a change request of this SKU would be judged by; of the past, by whom the rules in force then made its owner, as that party was then. */
  async factsOf(sku: Pick<Sku, 'id' | 'code' | 'asOf'>, product: Product | null): Promise<GateFacts> {
    this.world ??= this.readWorld();
    const [present, parties, owner, stock, bundle] = await Promise.all([
      this.world,
      sku.asOf && this.owners.partiesAt(sku.asOf),
      product && this.owners.ruleOf({ ...product, code: sku.code, asOf: sku.asOf }),
      this.stock.load(sku.id),
      this.bundles.facts.load(sku.id),
    ]);
    const world = parties ? { ...present, parties } : present;
    return gateFacts(world, product, owner, stock, bundle);
  }

  /** Forgets all that was read, as the loaders do after a mutation. */
  reset(): void {
    this.stock.clearAll();
    this.world = null;
  }

  private async readWorld(): Promise<GateWorld> {
    const { shared, ports } = this;
    const [settings, parties, systems] = await Promise.all([shared.settings(), shared.parties(), shared.systems()]);
    const stores = [...systems.values()].filter(({ kind }) => kind === 'SHOPIFY');
    const policies = compilePolicies(settings.naming);
    const erps = [...systems.values()].flatMap(({ code, kind }) => (kind === 'ERP' ? [code] : []));
    const fieldRules = wholeMatrix(settings.sourceOfTruth, erps);
    return { settings, policies, parties, stores, fieldRules, masterCurrency: ports.masterCurrency };
  }
}
