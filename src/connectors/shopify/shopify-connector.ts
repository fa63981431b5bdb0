import type {
  Capabilities,
  ChangePage,
  Check,
  Connector,
  Expectations,
  LookUp,
  RecordOutcome,
  RootReading,
  ScanPiece,
  ScanWork,
  WebhookSide,
  WriteCommand,
} from '../../application/ports/connector.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { ObservedRecord, RootRef } from '../../domain/publishing/system.js';
import { mapLimited } from '../map-limited.js';
import type { SystemConfig } from '../system-config.js';
import { isRunning } from './bulk/bulk-operation.js';
import { bulkPieces, bulkScan } from './bulk/bulk-scan.js';
import { BulkWriter } from './bulk/bulk-writer.js';
import { BundleMaker } from './bundles/bundle-maker.js';
import { BundleOperations } from './bundles/bundle-operations.js';
import { ComponentWriter } from './bundles/component-writer.js';
import { FixedBundleWriter } from './bundles/fixed-bundle-writer.js';
import { changedProducts } from './changed-products.js';
import { CustomId } from './custom-id.js';
import { diagnose } from './diagnose.js';
import { PRODUCT_BY_HANDLE, VARIANTS_BY_SKU } from './documents.js';
import { ProductEvents } from './product-events.js';
import { ProductReader, recordsOf } from './product-reader.js';
import { ProductWriter } from './product-writer.js';
import { PublicationList } from './publication-list.js';
import { PublicationWriter } from './publication-writer.js';
import type { ShopifyClient } from './calling/shopify-client.js';
import type { ShopifyLine } from './shopify-line.js';
import { ShopifyWebhooks } from './shopify-webhooks.js';

interface SkuHits {
  productVariants: {
    nodes: { id: string; sku: string | null; product: { id: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

/** Shopify lets many variants bear one SKU; whoever has more than 200 has worse problems than a slow look-up. */
const MAX_HIT_PAGES = 10;
/** Who moved a product is asked for where a webhook named it, and not for a whole scan. */
const MOST_ATTRIBUTED = 5;
/** Products of one bulk mutation: their file stays far below Shopify's 100 MB, and their lanes within their lease. */
const PRODUCTS_A_WRITE = 600;
/** Up to so many products calls of their own are sooner done than an upload and a read of each. */
const BULK_ABOVE = 50;

/** Speaks the Admin GraphQL API of one store. */
export class ShopifyConnector implements Connector {
  readonly capabilities: Capabilities;
  readonly webhooks: WebhookSide | null;
  private readonly publications: PublicationList;
  private readonly customId: CustomId;
  private readonly reader: ProductReader;
  private readonly operations: BundleOperations;
  private readonly writer: ProductWriter;
  private readonly bulkWriter: BulkWriter;
  private readonly events: ProductEvents;

  private readonly client: ShopifyClient;

  constructor(
    private readonly config: SystemConfig,
    private readonly line: ShopifyLine,
    /** It is asked for what is there and not for publishing: then who did it is of interest, too. */
    private readonly observes = false,
  ) {
    this.client = line.client;
    this.publications = new PublicationList(this.client, config.publications);
    this.customId = new CustomId(this.client);
    this.reader = new ProductReader(this.client, this.publications, config.concurrency);
    this.operations = new BundleOperations(this.client);
    const isFixed = config.bundles === 'fixed';
    const components = new ComponentWriter(this.client);
    const compositions = isFixed
      ? new FixedBundleWriter(this.client, this.reader, this.publications, this.operations, components)
      : components;
    const publicationWriter = new PublicationWriter(this.client, this.reader, this.publications, compositions);
    const maker = isFixed ? new BundleMaker(this.client, this.customId, this.operations) : null;
    this.writer = new ProductWriter(this.client, this.reader, this.customId, publicationWriter, maker);
    this.events = new ProductEvents(this.client);
    this.bulkWriter = new BulkWriter(this.client, this.reader);
    this.capabilities = {
      productRecords: true,
      concurrencyToken: false,
      changeCursor: true,
      kits: true,
      nestedKits: false,
      stock: false,
      attribution: false,
      recodes: true,
      // A product bundle costs what its components cost until it is told otherwise [C].
      resetByComposing: isFixed ? ['price', 'compareAtPrice'] : [],
      productsPerWrite: PRODUCTS_A_WRITE,
    };
    const secrets = [config.clientSecret, config.previousClientSecret].filter((each) => each !== null).filter(Boolean);
    this.webhooks = config.clientSecret ? new ShopifyWebhooks(this.client, secrets) : null;
  }

  async readRoots(roots: RootRef[], signal?: AbortSignal): Promise<RootReading[]> {
    const ids = roots.map(({ externalId }) => externalId);
    const read = await this.reader.read(ids, signal);
    const readings = roots.map((root, at) => {
      const product = read[at] ?? null;
      return { root, records: product && recordsOf(product) };
    });
    return this.observes && roots.length <= MOST_ATTRIBUTED ? this.attributed(readings, signal) : readings;
  }

  /**
   * By our own id where the store has it; else by handle and SKU, for products that were there before us. What is found
   * by those two may be somebody else's: whoever asks compares.
   */
  async lookUp(query: LookUp, signal?: AbortSignal): Promise<ObservedRecord[]> {
    const ours = await this.customId.find(query.productId, signal);
    if (ours !== null) return this.recordsOfProducts([ours], signal);
    const byHandle = await this.byHandle(query.handle, signal);
    const found = byHandle === null ? [] : await this.recordsOfProducts([byHandle], signal);
    const seen = new Set(found.filter(({ entity }) => entity === 'SKU').map(({ code }) => foldCode(code ?? '')));
    const missing = query.codes.filter((code) => !seen.has(foldCode(code)));
    const hits = await mapLimited(missing, this.config.concurrency, (code) => this.bySku(code, signal));
    const others = new Set(hits.flat().filter((id) => id !== byHandle));
    return [...found, ...(await this.recordsOfProducts([...others], signal))];
  }

  write(command: WriteCommand, signal?: AbortSignal): Promise<RecordOutcome[]> {
    return this.writer.write(command, signal);
  }

  /** Beyond so many products, one bulk mutation for those that it takes; the others, and few, go one by one. */
  async writeMany(commands: readonly WriteCommand[], signal?: AbortSignal): Promise<RecordOutcome[][]> {
    const inBulk = commands.filter((command) => this.bulkWriter.takes(command));
    const outcomes = new Map<WriteCommand, RecordOutcome[]>();
    if (inBulk.length > BULK_ABOVE) {
      const answered = await this.bulkWriter.write(inBulk, signal);
      inBulk.forEach((command, at) => outcomes.set(command, answered[at] ?? []));
    }
    const others = commands.filter((command) => !outcomes.has(command));
    const written = await mapLimited(others, this.config.concurrency, (command) => this.write(command, signal));
    others.forEach((command, at) => outcomes.set(command, written[at] ?? []));
    return commands.map((command) => outcomes.get(command) ?? []);
  }

  async stillRunning(operations: readonly string[], signal?: AbortSignal): Promise<string[]> {
    const bulk = operations.filter((id) => id.startsWith('gid://shopify/BulkOperation/'));
    const others = operations.filter((id) => !bulk.includes(id));
    const running = await mapLimited(bulk, this.config.concurrency, async (id) =>
      (await isRunning(this.client, id, signal)) ? [id] : [],
    );
    return [...running.flat(), ...(others.length > 0 ? await this.operations.running(others, signal) : [])];
  }

  scan(signal?: AbortSignal): AsyncIterable<ObservedRecord[]> {
    return bulkScan(this.client, this.publications, signal);
  }

  scanPieces(work: ScanWork): AsyncIterable<ScanPiece[]> {
    return bulkPieces(this.client, this.publications, work);
  }

  changesSince(cursor: string | null, signal?: AbortSignal): AsyncIterable<ChangePage> {
    return changedProducts(this.client, this.reader, cursor, signal);
  }

  diagnose(expectations: Expectations, signal?: AbortSignal): Promise<Check[]> {
    return diagnose(this.line, this.publications, this.config, expectations, signal);
  }

  private attributed(readings: RootReading[], signal: AbortSignal | undefined): Promise<RootReading[]> {
    return mapLimited(readings, this.config.concurrency, async ({ root, records }) => ({
      root,
      records: records && (await this.events.attribute(root.externalId, records, signal)),
    }));
  }

  private async recordsOfProducts(ids: string[], signal: AbortSignal | undefined): Promise<ObservedRecord[]> {
    const read = await this.reader.read(ids, signal);
    return read.flatMap((product) => (product === null ? [] : recordsOf(product)));
  }

  private async byHandle(handle: string, signal: AbortSignal | undefined): Promise<string | null> {
    const { data } = await this.client.query(PRODUCT_BY_HANDLE, { handle }, signal);
    return data.productByIdentifier?.id ?? null;
  }

  /** Products that have a variant with this SKU, as the index knows it. A field it does not know would match everything. */
  private async bySku(code: string, signal: AbortSignal | undefined): Promise<string[]> {
    const query = `sku:"${code.replace(/["\\]/g, '\\$&')}"`;
    const products = new Set<string>();
    let after: string | null = null;
    for (let pages = 0; pages < MAX_HIT_PAGES; pages += 1) {
      const answer: { data: SkuHits } = await this.client.query(VARIANTS_BY_SKU, { query, after }, signal);
      const { nodes, pageInfo } = answer.data.productVariants;
      for (const { sku, product } of nodes) if (foldCode(sku ?? '') === foldCode(code)) products.add(product.id);
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    return [...products];
  }
}
