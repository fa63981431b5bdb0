import type { Data, ShopifyClient } from './calling/shopify-client.js';
import { SUBSCRIPTIONS } from './documents.js';

/**
 * Topics that tell of what is governed. Cost, HS code, origin and whether it is shipped are those of a variant's inventory
 * item, whose edits no product's webhook tells of; weight and what a bundle is made of are in neither (shopify.md 2.4).
 */
export const TOPICS = ['PRODUCTS_CREATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE', 'INVENTORY_ITEMS_UPDATE'] as const;

export type Subscription = Data<'Subscriptions'>['webhookSubscriptions']['nodes'][number];

/** An app may have hundreds of subscriptions; on four topics a thousand is beyond any. */
const MAX_PAGES = 10;

/** All of this app's subscriptions to our topics. @throws ConnectorError */
export async function readSubscriptions(client: ShopifyClient, signal?: AbortSignal): Promise<Subscription[]> {
  const found: Subscription[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const answer: { data: Data<'Subscriptions'> } = await client.query(
      SUBSCRIPTIONS,
      { topics: [...TOPICS], after },
      signal,
    );
    const { nodes, pageInfo } = answer.data.webhookSubscriptions;
    found.push(...nodes);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  return found;
}

/** One that somebody narrowed keeps some changes from us, and reads as if nothing happened. */
export function isWhole({ format, filter, includeFields }: Subscription): boolean {
  return format === 'JSON' && !filter && includeFields.length === 0;
}

/** What is wrong with the subscriptions that should bring all our topics to an address. */
export function faultsOfSubscriptions(there: readonly Subscription[], uri: string): string[] {
  return TOPICS.flatMap((topic) => {
    const ofTopic = there.filter((each) => each.topic === topic);
    const here = ofTopic.filter((each) => each.uri === uri);
    if (here.some(isWhole)) return [];
    if (here.length > 0) return [`${topic} is narrowed by a filter or to some fields`];
    const elsewhere = ofTopic.map((each) => each.uri).join(', ');
    return [elsewhere ? `${topic} goes to ${elsewhere} and not to ${uri}` : `${topic} is not subscribed`];
  });
}

/** The path of an address: the same one under another host is ours from before PUBLIC_URL moved. */
export function pathOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).pathname : uri;
}
