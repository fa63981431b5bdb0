import type { BundleWorld } from '../bundle/bundle-world.js';
import type { BundleTimeline } from '../bundle/timeline.js';
import { NOTHING_YET, timelineSnapshot } from '../bundle/timeline.js';
import type { LifecycleState } from '../catalog/lifecycle.js';
import type { Product, ProductContent } from '../catalog/product.js';
import type { Sku, SkuContent } from '../catalog/sku.js';
import { skuSnapshot } from '../catalog/sku.js';
import type { GatedSku, GateFacts } from '../gates/gate.js';
import type { FieldChange, FieldValues } from '../primitives/json.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import type { FieldRule } from '../drift/source-of-truth.js';
import type { Settings } from '../settings/settings.js';
import type { FieldConflict, ProposedChange } from './change.js';

/** The part of the master that a request reaches, read under lock when it is applied. */
export interface World {
  /** By handle: every product that a change names, or that holds a SKU that a change names. */
  products: ReadonlyMap<string, Product>;
  /** By folded code: every SKU that a change names. */
  skus: ReadonlyMap<string, Sku>;
  /** By product id: all SKUs of those products, for the rule of one option tuple per product. */
  siblings: ReadonlyMap<string, readonly Sku[]>;
  /** By 14-digit GTIN: codes, as the master writes them, of the live SKUs that bear it. */
  gtins: ReadonlyMap<string, string>;
  /** By folded code: states of the SKUs of the master that changes name as successors, or that SKUs they reach have. */
  successors: ReadonlyMap<string, LifecycleState>;
  /** By skeleton (`skeletonOf`): codes of the master that a new code looks like, the first few of each. */
  lookAlikes: ReadonlyMap<string, readonly string[]>;
  /** By folded code: new codes that somebody has reserved and that have not expired. */
  reservations: ReadonlyMap<string, CodeReservation>;
  /** Snapshots of base revisions that are not the present one, by `SKU:<folded code>:<revision>` or `PRODUCT:<handle>:<revision>`. */
  bases: ReadonlyMap<string, FieldValues>;
  /** Who changed a field since a revision: request ids by `<SKU|PRODUCT>:<key>:<field>`, of fields that merge key by key by their keys. */
  changedBy: ReadonlyMap<string, string>;
  /** Fields with an open quality issue, by `SKU:<folded code>` or `PRODUCT:<handle>`. */
  undecided?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Codes of all systems in WRITE mode: where a new SKU is listed unless it says otherwise. */
  writableSystems: readonly string[];
  /** Stores, with the decimal places that their currency has. */
  stores: readonly { code: string; digits: number; isMasterCurrency: boolean }[];
  /** Codes of all systems: what a baseline takes over is sold wherever it is found. */
  systems: readonly string[];
  /** The rules of the house in force; under lock they stay so until the transaction ends. */
  settings: Settings;
  /** The source-of-truth matrix in force; left out: everything is the master's. */
  fieldRules?: readonly FieldRule[];
  /** What the gates of a SKU must know, were it in this product; of bundles the request itself decides. */
  factsOf(sku: Pick<GatedSku, 'id' | 'code'>, product: Product | null): Omit<GateFacts, 'bundle'>;
  bundles: BundleWorld;
}

/** A proposed code that is kept for whoever asked for it. */
export interface CodeReservation {
  partyId: string;
  /** The holder's name. */
  holder: string;
  expiresAt: Date;
}

export interface PlannedProduct {
  before: Product | null;
  after: ProductContent & { id: string; handle: string };
  changes: FieldChange[];
  /** Fields with an open quality issue that the changes decide on. */
  decided?: readonly string[];
}

export interface PlannedSku {
  before: Sku | null;
  after: SkuContent & { id: string; code: string; kind: Sku['kind']; productId: string };
  /** What a bundle is made of, after the changes; null for a simple SKU. */
  bundle: BundleTimeline | null;
  changes: FieldChange[];
  /** Fields with an open quality issue that the changes decide on. */
  decided?: readonly string[];
}

/** A planned SKU as its revision keeps it: a bundle with its composition. */
export function plannedSnapshot({ after, bundle }: Pick<PlannedSku, 'after' | 'bundle'>): FieldValues {
  return bundle === null ? skuSnapshot(after) : { ...skuSnapshot(after), ...timelineSnapshot(bundle) };
}

export interface ChangeSet {
  products: PlannedProduct[];
  skus: PlannedSku[];
  conflicts: FieldConflict[];
  problems: Problem[];
  /** What keeps nothing back, but whoever writes and whoever approves should see; paths as in `problems`. */
  warnings: Problem[];
}

export interface PlanOptions {
  /** What is on sale already is taken as it is: without gates, and listed in every system (design 4.13). */
  baseline: boolean;
  /** Whose request it is: what they have reserved is theirs. */
  authorPartyId?: string | null;
  /** These are values that their owner reports, and nobody's edit (design 4.6). */
  takesOver?: boolean;
}

/** When a product was made that is only planned. */
const NEVER = new Date(0);

/** Work in progress: what each target will look like after the changes so far. */
export class Draft {
  readonly products = new Map<string, PlannedProduct>();
  readonly skus = new Map<string, PlannedSku>();
  readonly conflicts: FieldConflict[] = [];
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  /** Codes that the request creates, wherever in it; by their folded form. */
  private readonly created: ReadonlyMap<string, string>;
  /** Handles by product id: of those in the master, and of those that the request makes. */
  private readonly handles: Map<string, string>;

  constructor(
    readonly world: World,
    readonly newId: () => string,
    readonly options: PlanOptions,
    changes: readonly ProposedChange[],
  ) {
    const creations = changes.filter(({ operation }) => operation === 'SKU_CREATE');
    this.created = new Map(creations.map(({ target }) => [foldCode(target), target]));
    this.handles = new Map([...world.products.values()].map(({ id, handle }) => [id, handle]));
  }

  productOf(handle: string): PlannedProduct | null {
    const planned = this.products.get(handle);
    if (planned) return planned;
    const before = this.world.products.get(handle);
    return before ? { before, after: before, changes: [] } : null;
  }

  putProduct(planned: PlannedProduct): void {
    this.products.set(planned.after.handle, planned);
    this.handles.set(planned.after.id, planned.after.handle);
  }

  /** The product as it will be, whether it is known already or made by this very request; null when it is neither. */
  productById(id: string): Product | null {
    const planned = this.productOf(this.handles.get(id) ?? '');
    if (!planned) return null;
    const { before, after } = planned;
    return { ...(before ?? { revision: 0, createdAt: NEVER, updatedAt: NEVER }), ...after };
  }

  skuOf(code: string): PlannedSku | null {
    const planned = this.skus.get(foldCode(code));
    if (planned) return planned;
    const before = this.world.skus.get(foldCode(code));
    return before ? { before, after: before, bundle: this.timelineOf(before), changes: [] } : null;
  }

  /** A code as the master writes it, or is about to; as it was given where nobody knows it. */
  spellingOf(code: string): string {
    const key = foldCode(code);
    const known = this.world.skus.get(key) ?? this.world.bundles.members.get(key);
    return known?.code ?? this.created.get(key) ?? code;
  }

  private timelineOf({ code, kind }: Sku): BundleTimeline | null {
    return kind === 'BUNDLE' ? (this.world.bundles.timelines.get(foldCode(code)) ?? NOTHING_YET) : null;
  }
}
