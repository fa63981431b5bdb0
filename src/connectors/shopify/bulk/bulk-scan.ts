import type { ScanPiece, ScanWork } from '../../../application/ports/connector.js';
import { pieceOf, piecesIn } from '../../../application/ports/scan-piece.js';
import type { ObservedRecord } from '../../../domain/publishing/system.js';
import { readBundledProducts } from '../bundles/bundled-products.js';
import { BULK_RUN, scanQuery } from '../documents.js';
import { completed, isGood, rawLinesOf, unfinished } from './bulk-operation.js';
import { PieceCutter } from './piece-cutter.js';
import type { PublicationList } from '../publication-list.js';
import type { RawComponent, RawProduct, RawVariant, ReadingContext } from '../reading.js';
import { productRecord, variantRecord } from '../reading.js';
import type { ShopifyClient } from '../calling/shopify-client.js';

/** One line of the result: a product, a variant that names its product, or a component that names its bundle. */
type Row = (Partial<RawProduct> | Partial<RawVariant> | Partial<RawComponent>) & { __parentId?: string };
type VariantRow = RawVariant & { __parentId: string };

const RECORDS_A_BATCH = 500;
/**
 * Every product and variant of the store by one bulk query, streamed line by line: memory does not grow with the store.
 * Rows may come in any order (shopify.md 2.3 [D]); a variant names its product itself, so none has to wait for it. What a
 * bundle is made of are rows of their own: bundles, and they alone, wait for the end.
 * @throws ConnectorError for anything but a complete result.
 */
export async function* bulkPieces(
  client: ShopifyClient,
  publications: PublicationList,
  { signal, operation: earlier, begun }: ScanWork,
): AsyncGenerator<ScanPiece[]> {
  const publicationIds = await publications.ids();
  const context: ReadingContext = { publications: publicationIds.length, denied: new Set() };
  const query = scanQuery(publicationIds);
  let id = earlier !== null && (await isGood(client, earlier, signal)) ? earlier : null;
  if (id === null) {
    id = await started(client, query, signal);
    await begun(id);
  }
  const operation = await completed(client, id, signal);
  let rows = 0;
  const bundles = new Bundles();
  const cutter = new PieceCutter(query, (line) => recordOfRow(readRow(line), line, context));
  if (operation.url !== null) {
    for await (const lines of rawLinesOf(operation.url, signal)) {
      const pieces: ScanPiece[] = [];
      for (const line of lines) {
        rows += 1;
        const taken = cutter.take(line);
        if (taken === 'ASIDE') pieces.push(...setAside(line.toString(), bundles, context));
        else if (taken !== null) pieces.push(taken);
      }
      yield pieces;
    }
  }
  // Absence is evidence only from a complete scan: a download that ended early must not pass for a small store.
  if (rows < Number(operation.objectCount)) {
    throw unfinished(`the result has ${rows} of ${operation.objectCount} rows`);
  }
  const rest = cutter.rest();
  yield [...(rest ? [rest] : []), ...piecesIn(await bundles.records(client, context, signal))];
}

/** The same, looked into. @throws ConnectorError for anything but a complete result. */
export async function* bulkScan(
  client: ShopifyClient,
  publications: PublicationList,
  signal?: AbortSignal,
): AsyncGenerator<ObservedRecord[]> {
  const work = { operation: null, begun: () => Promise.resolve(), ...(signal && { signal }) };
  for await (const pieces of bulkPieces(client, publications, work)) {
    const records = pieces.flatMap((piece) => piece.records());
    for (let from = 0; from < records.length; from += RECORDS_A_BATCH)
      yield records.slice(from, from + RECORDS_A_BATCH);
  }
}

/** A row that was not plainly a product or a variant without components: a piece of its own, unless it has to wait. */
function setAside(line: string, bundles: Bundles, context: ReadingContext): ScanPiece[] {
  const row = readRow(line);
  return bundles.take(row) ? [] : [pieceOf([recordOfRow(row, line, context)])];
}

/** Bundles of one scan, and what they are made of, until both are known. */
class Bundles {
  private readonly variants: VariantRow[] = [];
  private readonly components = new Map<string, RawComponent[]>();

  /** True for a row that has to wait. */
  take(row: Row): boolean {
    if (isComponent(row)) {
      const { id, quantity, productVariant, __parentId: bundle } = row;
      const known = this.components.get(bundle) ?? [];
      known.push({ id, quantity, productVariant });
      this.components.set(bundle, known);
      return true;
    }
    if (!isVariant(row) || !row.requiresComponents) return false;
    this.variants.push(row);
    return true;
  }

  /** Product bundles may show what they are made of nowhere in a bulk query (shopify.md 7f): those are read apart. */
  async records(
    client: ShopifyClient,
    context: ReadingContext,
    signal: AbortSignal | undefined,
  ): Promise<ObservedRecord[]> {
    const bare = this.variants.filter(({ id }) => !this.components.has(id)).map((variant) => variant.__parentId);
    const bundled = await readBundledProducts(client, [...new Set(bare)], signal);
    return this.variants.map(({ __parentId: productId, ...variant }) => {
      const components = this.components.get(variant.id) ?? bundled.get(productId) ?? [];
      const unreadable = !this.components.has(variant.id) && bundled.get(productId) === null;
      return variantRecord(unreadable ? variant : { ...variant, components }, productId, context);
    });
  }
}

async function started(client: ShopifyClient, query: string, signal: AbortSignal | undefined): Promise<string> {
  const payload = await client.mutate(BULK_RUN, { query }, signal);
  if (!payload.bulkOperation) throw unfinished('Shopify began no bulk operation');
  return payload.bulkOperation.id;
}

function recordOfRow(row: Row, line: string, context: ReadingContext): ObservedRecord {
  if (isProduct(row)) return productRecord(row, context);
  if (isVariant(row)) return variantRecord(row, row.__parentId, context);
  throw unfinished(`a row of the result is neither product nor variant: ${line.slice(0, 200)}`);
}

function readRow(line: string): Row {
  let row: Row | null;
  try {
    row = JSON.parse(line);
  } catch {
    throw unfinished(`a row of the result is no JSON: ${line.slice(0, 200)}`);
  }
  return row ?? {};
}

/** The type of a row is told by its id alone (shopify.md 1.5). */
function isProduct(row: Row): row is RawProduct {
  return typeof row.id === 'string' && row.id.startsWith('gid://shopify/Product/');
}

function isVariant(row: Row): row is VariantRow {
  return typeof row.id === 'string' && row.id.startsWith('gid://shopify/ProductVariant/') && '__parentId' in row;
}

function isComponent(row: Row): row is RawComponent & { __parentId: string } {
  return (
    typeof row.id === 'string' && row.id.startsWith('gid://shopify/ProductVariantComponent/') && '__parentId' in row
  );
}
