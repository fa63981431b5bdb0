import type { ChangePage } from '../../application/ports/connector.js';
import { ChangeCursor } from './change-cursor.js';
import type { ShopifyClient } from './calling/shopify-client.js';
import { CHANGED_PRODUCTS, NEWEST_PRODUCT } from './documents.js';
import type { ProductReader } from './product-reader.js';
import { recordsOf } from './product-reader.js';

interface ChangedPage {
  products: {
    nodes: { id: string; updatedAt: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

/** More pages than this in one go: the rest is told the next time, behind the cursor. */
const MAX_PAGES = 2_000;

/**
 * Products whose `updatedAt` has moved, oldest change first, each read whole and by id. The list comes out of Shopify's search
 * index, which lags; it only says where to look. A variant's own change moves its product. What is deleted is named nowhere.
 */
export async function* changedProducts(
  client: ShopifyClient,
  reader: ProductReader,
  from: string | null,
  signal?: AbortSignal,
): AsyncGenerator<ChangePage> {
  if (from === null) {
    yield { records: [], gone: [], cursor: await newest(client, signal) };
    return;
  }
  const cursor = ChangeCursor.from(from);
  const query = `updated_at:>='${cursor.since}'`;
  let after: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const answer: { data: ChangedPage } = await client.query<ChangedPage>(CHANGED_PRODUCTS, { query, after }, signal);
    const { nodes, pageInfo } = answer.data.products;
    const read = await reader.read(
      nodes.map(({ id }) => id),
      signal,
    );
    const records = read.flatMap((product) => (product === null ? [] : recordsOf(product)));
    const gone = nodes.filter((_, at) => read[at] === null).map(({ id }) => ({ externalId: id, code: null }));
    for (const { updatedAt } of nodes) cursor.told(updatedAt);
    yield { records, gone, cursor: cursor.toString() };
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
  }
}

/** By the store's own clock: what it changed last is the newest that it can have told. */
async function newest(client: ShopifyClient, signal: AbortSignal | undefined): Promise<string> {
  const { data } = await client.query<{ products: { nodes: { updatedAt: string }[] } }>(NEWEST_PRODUCT, {}, signal);
  const cursor = ChangeCursor.at(0);
  for (const { updatedAt } of data.products.nodes) cursor.told(updatedAt);
  return cursor.toString();
}
