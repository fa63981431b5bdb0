import DataLoader from 'dataloader';
import type { Ports } from '../application/ports/ports.js';
import type { Revision } from '../application/ports/catalog-reader.js';
import type { ChangeRequestView, CommentView, DecisionView, Descent } from '../application/ports/change-reader.js';
import type {
  CanaryView,
  DeliveryView,
  FindingView,
  ScanView,
  SystemRecordView,
  SystemView,
} from '../application/ports/operations-reader.js';
import type { KeptPlan } from '../application/ports/plan-store.js';
import type { ValidationView } from '../application/ports/request-validations.js';
import type { QualityIssueView } from '../application/ports/quality-store.js';
import type { Product } from '../domain/catalog/product.js';
import type { Sku } from '../domain/catalog/sku.js';
import type { Party } from '../domain/ownership/party.js';
import type { Settings } from '../domain/settings/settings.js';
import { foldCode } from '../domain/primitives/text.js';
import { BundleLoader } from './catalog/bundle-loader.js';
import { GateLoader } from './catalog/gate-loader.js';
import { OwnerLoader } from './ownership/owner-loader.js';
import { ExplanationLoader } from './truth/explanation-loader.js';

/** Ids beyond this go into a second statement. A page of bundles may hold 250 times 30 components. */
const BATCH_LIMIT = 10_000;

/**
 * Everything that answers refer to, in batches: however many rows a list has, each kind of reference is read once.
 * One instance per HTTP request; nothing is remembered longer, and nothing across a mutation.
 */
export class Loaders {
  /** The catalogue as it is now; `at` has it as of an instant. */
  readonly sku: DataLoader<string, Sku | null>;
  readonly skuByCode: DataLoader<string, Sku | null>;
  readonly product: DataLoader<string, Product | null>;
  readonly productByHandle: DataLoader<string, Product | null>;
  readonly revision: DataLoader<string, Revision | null>;
  readonly productRevision: DataLoader<string, Revision | null>;
  readonly request: DataLoader<string, ChangeRequestView | null>;
  readonly decisions: DataLoader<string, DecisionView[]>;
  readonly comments: DataLoader<string, CommentView[]>;
  readonly descendants: DataLoader<string, Descent[]>;
  readonly validation: DataLoader<string, ValidationView | null>;
  readonly replans: DataLoader<string, KeptPlan[]>;
  readonly requestDeliveries: DataLoader<string, DeliveryView[]>;
  readonly canary: DataLoader<string, CanaryView | null>;
  readonly requestCanaries: DataLoader<string, CanaryView[]>;
  readonly openCanaries: DataLoader<string, CanaryView[]>;
  readonly delivery: DataLoader<string, DeliveryView | null>;
  readonly records: DataLoader<string, SystemRecordView[]>;
  readonly openFindings: DataLoader<string, FindingView[]>;
  readonly finding: DataLoader<string, FindingView | null>;
  readonly scan: DataLoader<string, ScanView | null>;
  readonly qualityIssue: DataLoader<string, QualityIssueView | null>;
  readonly skuIssues: DataLoader<string, QualityIssueView[]>;
  readonly productIssues: DataLoader<string, QualityIssueView[]>;
  readonly bundles: BundleLoader;
  readonly owners: OwnerLoader;
  readonly explanations: ExplanationLoader;
  /** What gates look at beside a SKU. */
  readonly gates: GateLoader;
  readonly #ports: Ports;
  readonly #whole: Whole;
  readonly #past = new Map<string, CatalogLoaders>();

  constructor(ports: Ports) {
    const { catalog, changes, operations, quality } = ports;
    this.#ports = ports;
    ({ sku: this.sku, skuByCode: this.skuByCode, product: this.product } = catalogLoaders(catalog, null));
    this.revision = one((ids) => catalog.revisionsByIds('SKU', ids));
    this.productRevision = one((ids) => catalog.revisionsByIds('PRODUCT', ids));
    this.productByHandle = one((handles) => catalog.productsByHandles(handles));
    this.request = one((ids) => changes.requestsByIds(ids));
    this.decisions = many((ids) => changes.decisionsOf(ids));
    this.comments = many((ids) => changes.commentsOf(ids));
    this.descendants = many((ids) => changes.descendantsOf(ids));
    this.validation = one((ids) => changes.validationsOf(ids));
    this.replans = many((ids) => ports.plans.replansOf(ids));
    this.requestDeliveries = many((ids) => operations.deliveriesOfRequests(ids));
    this.canary = one(async (ids) => byId(await operations.canariesByIds(ids)));
    this.requestCanaries = many((ids) => operations.canariesOfRequests(ids));
    this.openCanaries = many((systems) => operations.openCanaries(systems));
    this.delivery = one(async (ids) => byId(await operations.deliveriesByIds(ids)));
    this.records = many((ids) => operations.recordsOfSkus(ids));
    this.openFindings = many((ids) => operations.openFindingsOfSkus(ids));
    this.finding = one(async (ids) => byId(await operations.findingsByIds(ids)));
    this.scan = one((ids) => operations.scansByIds(ids));
    this.qualityIssue = one((ids) => quality.issuesByIds(ids));
    this.skuIssues = many((ids) => quality.openOfSkus(ids));
    this.productIssues = many((ids) => quality.openOfProducts(ids));
    this.#whole = new Whole(ports);
    this.bundles = new BundleLoader(ports.bundles);
    this.owners = new OwnerLoader(ports);
    this.explanations = new ExplanationLoader(ports);
    this.gates = new GateLoader(ports, this.#whole, this.bundles, this.owners);
  }

  /** The catalogue as of the instant that what it is asked for bears; the present where it bears none. */
  at(asOf: Date | undefined): CatalogLoaders {
    if (asOf === undefined) return this;
    const key = asOf.toISOString();
    const loaders = this.#past.get(key) ?? catalogLoaders(this.#ports.catalog, asOf);
    this.#past.set(key, loaders);
    return loaders;
  }

  parties(): Promise<ReadonlyMap<string, Party>> {
    return this.#whole.parties();
  }

  /** Parties with who could answer at an instant; the present ones where there is none. */
  partiesAt(asOf: Date | undefined): Promise<ReadonlyMap<string, Party>> {
    return asOf === undefined ? this.parties() : this.owners.partiesAt(asOf);
  }

  systems(): Promise<ReadonlyMap<string, SystemView>> {
    return this.#whole.systems();
  }

  settings(): Promise<Settings> {
    return this.#whole.settings();
  }

  /** @throws Error for a code that no system has: rows name systems by foreign key, so that would be a fault of ours. */
  async system(code: string): Promise<SystemView> {
    const system = (await this.systems()).get(code);
    if (!system) throw new Error(`a row names the system ${code}, which does not exist`);
    return system;
  }

  /** @throws Error for an id that no party has, like `system`. */
  async party(id: string): Promise<Party> {
    const party = (await this.parties()).get(id);
    if (!party) throw new Error(`a row names the party ${id}, which does not exist`);
    return party;
  }

  /** Forgets all that was read: after a mutation its answer must show the world as it is now. */
  reset(): void {
    const {
      sku,
      skuByCode,
      product,
      productByHandle,
      revision,
      productRevision,
      request,
      decisions,
      requestDeliveries,
    } = this;
    const { delivery, records, openFindings, finding, scan } = this;
    const catalog = [sku, skuByCode, product, productByHandle, revision, productRevision, records, openFindings];
    const around = [this.comments, this.descendants, this.validation];
    const canaries = [this.canary, this.requestCanaries, this.openCanaries];
    const issues = [this.qualityIssue, this.skuIssues, this.productIssues];
    for (const loader of [
      ...catalog,
      request,
      decisions,
      this.replans,
      requestDeliveries,
      delivery,
      finding,
      scan,
      ...around,
      ...canaries,
      ...issues,
    ])
      loader.clearAll();
    this.bundles.reset();
    this.owners.reset();
    this.explanations.reset();
    this.gates.reset();
    this.#past.clear();
    this.#whole.reset();
  }
}

/** SKUs and products as of one instant. */
export type CatalogLoaders = Pick<Loaders, 'sku' | 'skuByCode' | 'product'>;

function catalogLoaders(catalog: Ports['catalog'], asOf: Date | null): CatalogLoaders {
  return {
    sku: one((ids) => catalog.skusByIds(ids, asOf)),
    skuByCode: one((codes) => catalog.skusByCodes(codes, asOf), foldCode),
    product: one((ids) => catalog.productsByIds(ids, asOf)),
  };
}

/** Short lists that are read as a whole, at most once per request: parties, systems, settings. */
class Whole {
  readonly #ports: Pick<Ports, 'catalog' | 'operations' | 'settings'>;
  #parties: Promise<ReadonlyMap<string, Party>> | null = null;
  #systems: Promise<ReadonlyMap<string, SystemView>> | null = null;
  #settings: Promise<Settings> | null = null;

  constructor(ports: Pick<Ports, 'catalog' | 'operations' | 'settings'>) {
    this.#ports = ports;
  }

  parties(): Promise<ReadonlyMap<string, Party>> {
    this.#parties ??= this.#ports.catalog.parties().then(byId);
    return this.#parties;
  }

  systems(): Promise<ReadonlyMap<string, SystemView>> {
    this.#systems ??= this.#ports.operations
      .systems()
      .then((systems) => new Map(systems.map((system) => [system.code, system])));
    return this.#systems;
  }

  settings(): Promise<Settings> {
    this.#settings ??= this.#ports.settings.current();
    return this.#settings;
  }

  reset(): void {
    this.#settings = null;
    this.#parties = null;
    this.#systems = null;
  }
}

function byId<T extends { id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}

function one<V>(
  read: (keys: readonly string[]) => Promise<Map<string, V>>,
  cacheKeyFn: (key: string) => string = (key) => key,
): DataLoader<string, V | null> {
  return new DataLoader<string, V | null>(
    async (keys) => {
      const found = await read(keys);
      return keys.map((key) => found.get(cacheKeyFn(key)) ?? null);
    },
    { maxBatchSize: BATCH_LIMIT, cacheKeyFn },
  );
}

function many<V>(read: (keys: readonly string[]) => Promise<Map<string, V[]>>): DataLoader<string, V[]> {
  return new DataLoader<string, V[]>(
    async (keys) => {
      const found = await read(keys);
      return keys.map((key) => found.get(key) ?? []);
    },
    { maxBatchSize: BATCH_LIMIT },
  );
}
