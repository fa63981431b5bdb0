import { ConnectorError } from '../../application/ports/connector.js';
import type { ChangePage } from '../../application/ports/connector.js';
import { faultOf } from '../faults.js';
import type { Data, ShopifyClient, Variables } from './calling/shopify-client.js';
import { CHANGED_SINCE } from './documents.js';
import type { ProductReader } from './product-reader.js';
import { recordsOf } from './product-reader.js';
import { rootOfProduct } from './reading.js';

/** Products a page: ten strong reads. */
const PAGE = 100;
/**
 * How far behind the cursor the search begins again: it answers from an index that lags behind writes by some seconds
 * (shopify.md 4, point 9 [R]), and a product of before may only now have come into it.
 */
const OVERLAP_MS = 5 * 60_000;
/** 25,000 products is as far as Shopify pages (shopify.md 1.1 [D]); then the search begins anew from where it got to. */
const MAX_PAGES = 250;
/** The cursor of a store that has no products yet. */
const BEFORE_ALL = '1970-01-01T00:00:00Z';

/**
 * Products whose `updatedAt` moved since a cursor, each read by id: the search only says where to look. It moves with orders
 * and stock too, and does not move with components, and perhaps not with weight, cost and metafields (shopify.md 2.2, 2.4),
 * which a full scan finds. The cursor is the latest `updatedAt` seen, by Shopify's clock.
 * @throws ConnectorError
 */
export async function* changedProducts(
  client: ShopifyClient,
  reader: ProductReader,
  cursor: string | null,
  signal?: AbortSignal,
): AsyncGenerator<ChangePage> {
  if (cursor === null) {
    yield { records: [], gone: [], cursor: await newest(client, signal) };
    return;
  }
  let reached = checked(cursor);
  for (let from = reached; ; from = reached) {
    const seen = reached;
    let isComplete = true;
    for await (const page of pagesSince(client, from, signal)) {
      const read = await reader.read(
        page.map(({ id }) => id),
        signal,
      );
      const last = page.at(-1)?.updatedAt ?? reached;
      if (last > reached) reached = last;
      const records = read.flatMap((product) => (product === null ? [] : recordsOf(product)));
      const gone = page.filter((_, at) => read[at] === null).map(({ id }) => rootOfProduct(id));
      isComplete = page.isLast;
      yield { records, gone, cursor: reached };
    }
    // Where paging ended before the products did, the next search goes on from there; one that moves nothing would not end.
    if (isComplete) return;
    if (reached === seen)
      throw new ConnectorError(faultOf('UNKNOWN', `more products changed at ${reached} than Shopify pages through`));
  }
}

/** In the order in which they changed, the oldest first, so that nothing between two pages is lost by a change meanwhile. */
async function* pagesSince(
  client: ShopifyClient,
  cursor: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ id: string; updatedAt: string }[] & { isLast: boolean }> {
  const since = new Date(Math.max(0, Date.parse(cursor) - OVERLAP_MS)).toISOString();
  const query = `updated_at:>='${since}'`;
  let after: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const variables: Variables<'ChangedSince'> = { query, after, first: PAGE, newestFirst: false };
    const answer: { data: Data<'ChangedSince'> } = await client.query(CHANGED_SINCE, variables, signal);
    const { products } = answer.data;
    const isLast = !products.pageInfo.hasNextPage;
    yield Object.assign(products.nodes, { isLast });
    if (isLast) return;
    after = products.pageInfo.endCursor;
  }
}

async function newest(client: ShopifyClient, signal: AbortSignal | undefined): Promise<string> {
  const variables = { query: null, after: null, first: 1, newestFirst: true };
  const { data } = await client.query(CHANGED_SINCE, variables, signal);
  return data.products.nodes[0]?.updatedAt ?? BEFORE_ALL;
}

function checked(cursor: string): string {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(cursor) && !Number.isNaN(Date.parse(cursor))) return cursor;
  throw new ConnectorError(faultOf('VALIDATION', `"${cursor.slice(0, 100)}" is no cursor of a Shopify store`));
}
