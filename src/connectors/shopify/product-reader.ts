import { ConnectorError } from '../../application/ports/connector.js';
import type { ObservedRecord } from '../../domain/publishing/system.js';
import { faultOf } from '../faults.js';
import { inRuns, mapLimited } from '../map-limited.js';
import { readBundledProducts } from './bundles/bundled-products.js';
import { COMPONENTS_OF_VARIANTS, productsById, VARIANTS_A_PAGE, variantsAfter } from './documents.js';
import type { RawComponent, RawProduct, RawVariant, ReadingContext } from './reading.js';
import { productRecord, variantRecord } from './reading.js';
import type { PublicationList } from './publication-list.js';
import type { ShopifyClient } from './calling/shopify-client.js';

/** One product with all its variants, as one strong read showed it. */
export interface ReadProduct {
  product: RawProduct;
  variants: RawVariant[];
  context: ReadingContext;
}

interface VariantPage {
  nodes: RawVariant[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

interface ComponentsNode {
  id: string;
  productVariantComponents: { nodes: RawComponent[]; pageInfo: { hasNextPage: boolean } };
}

type ProductNode = RawProduct & { variants: VariantPage };

/**
 * Products a call. The cost of `nodes` seems not to depend on the number of ids (shopify.md 3.1 [B]); if it should,
 * ten products with 100 variants each still stay under the cap of 1,000 points.
 */
const PRODUCTS_A_CALL = 10;
/** Bundles a call: 30 components each are about 24 points (shopify.md 1.3). */
const BUNDLES_A_CALL = 10;
/** 2,048 variants is Shopify's own limit: 21 pages of 100, or 205 of the fewest. */
const MAX_PAGES = 250;
/** A page of fewer variants costs hardly less. */
const SMALLEST_PAGE = 10;

/** Reads products by id: strong reads, never through the search index. */
export class ProductReader {
  /** Variants a page. Smaller once the store said that this is too much for one query. */
  private page = VARIANTS_A_PAGE;

  constructor(
    private readonly client: ShopifyClient,
    private readonly publications: PublicationList,
    private readonly concurrency: number,
  ) {}

  /** In the order of the ids; null where Shopify says that there is no such product. @throws ConnectorError */
  async read(ids: string[], signal?: AbortSignal): Promise<(ReadProduct | null)[]> {
    const publicationIds = await this.publications.ids();
    const runs = inRuns(ids, PRODUCTS_A_CALL);
    const read = await mapLimited(runs, this.concurrency, (run) => this.readRun(run, publicationIds, signal));
    return read.flat();
  }

  /** What is too dear for one query is asked in halves, down to one product and a few of its variants a page; never again as it was. */
  private async readRun(
    ids: string[],
    publicationIds: string[],
    signal: AbortSignal | undefined,
    page = this.page,
  ): Promise<(ReadProduct | null)[]> {
    try {
      return await this.readTogether(ids, publicationIds, signal, page);
    } catch (error) {
      if (!isTooDear(error)) throw error;
      if (ids.length > 1) {
        const half = Math.ceil(ids.length / 2);
        const runs = [ids.slice(0, half), ids.slice(half)];
        return (await mapLimited(runs, 1, (run) => this.readRun(run, publicationIds, signal, page))).flat();
      }
      if (page <= SMALLEST_PAGE) throw error;
      this.page = Math.max(SMALLEST_PAGE, Math.floor(page / 2));
      return this.readRun(ids, publicationIds, signal);
    }
  }

  private async readTogether(
    ids: string[],
    publicationIds: string[],
    signal: AbortSignal | undefined,
    page: number,
  ): Promise<(ReadProduct | null)[]> {
    const { data, denied } = await this.client.query(productsById(publicationIds), { ids, variants: page }, signal);
    if (data.nodes?.length !== ids.length) {
      throw new ConnectorError(
        faultOf('UNKNOWN', `Shopify answered ${data.nodes?.length} nodes for ${ids.length} ids`),
      );
    }
    const read: (ReadProduct | null)[] = [];
    for (const node of data.nodes) {
      // An id of another type answers an empty object: there is no such product.
      read.push(isProduct(node) ? await this.withAllVariants(node, publicationIds, denied, signal) : null);
    }
    return read;
  }

  private async withAllVariants(
    node: ProductNode,
    publicationIds: string[],
    firstDenied: ReadonlySet<string>,
    signal: AbortSignal | undefined,
  ): Promise<ReadProduct> {
    const variants = [...node.variants.nodes];
    const denied = new Set(firstDenied);
    let { pageInfo } = node.variants;
    for (let pages = 1; pageInfo.hasNextPage; pages += 1) {
      if (pages >= MAX_PAGES)
        throw new ConnectorError(faultOf('UNKNOWN', `${node.id} has more variants than Shopify allows`));
      const next = await this.client.query(
        variantsAfter(publicationIds),
        { id: node.id, after: pageInfo.endCursor ?? '', variants: this.page },
        signal,
      );
      // Deleted between two pages: half a product is no reading, so look again.
      if (!next.data.product) throw new ConnectorError(faultOf('TRANSIENT', `${node.id} went away while it was read`));
      variants.push(...next.data.product.variants.nodes);
      for (const name of next.denied) denied.add(name);
      pageInfo = next.data.product.variants.pageInfo;
    }
    await this.addComponents(node.id, variants, denied, signal);
    return { product: node, variants, context: { publications: publicationIds.length, denied } };
  }

  /** What bundles are made of, for the few variants that are some. More components than Shopify allows are not read. */
  private async addComponents(
    productId: string,
    variants: RawVariant[],
    denied: Set<string>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const bundles = new Map(variants.filter((each) => each.requiresComponents).map((each) => [each.id, each]));
    for (const run of inRuns([...bundles.keys()], BUNDLES_A_CALL)) {
      const answer = await this.client.query(COMPONENTS_OF_VARIANTS, { ids: run }, signal);
      for (const name of answer.denied) denied.add(name);
      for (const node of answer.data.nodes) {
        const bundle = node?.id === undefined ? undefined : bundles.get(node.id);
        if (!bundle || !hasComponents(node) || node.productVariantComponents.pageInfo.hasNextPage) continue;
        bundle.components = node.productVariantComponents.nodes;
      }
    }
    const bare = [...bundles.values()].filter(({ components }) => components?.length === 0);
    if (bare.length === 0) return;
    // Whether variants of a product bundle show what they are made of is not known (shopify.md 7f): their product does.
    const bundled = (await readBundledProducts(this.client, [productId], signal)).get(productId);
    if (bundled === undefined) return;
    for (const bundle of bare) {
      if (bundled === null) delete bundle.components;
      else bundle.components = bundled;
    }
  }
}

/** Refused before anything was done, whatever is left of the budget (shopify.md 3.1 [M]). */
function isTooDear(error: unknown): boolean {
  return error instanceof ConnectorError && error.fault.code === 'MAX_COST_EXCEEDED';
}

function hasComponents(node: Partial<ComponentsNode> | null): node is ComponentsNode {
  return node?.id !== undefined && node.productVariantComponents !== undefined;
}

function isProduct(node: Partial<ProductNode> | null): node is ProductNode {
  return node?.id !== undefined && node.variants !== undefined;
}

/** The product's record first, then one per variant. */
export function recordsOf(read: ReadProduct): ObservedRecord[] {
  const { product, variants, context } = read;
  return [productRecord(product, context), ...variants.map((each) => variantRecord(each, product.id, context))];
}
