import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConnectorError } from '../../application/ports/connector.js';
import type { WebhookSide } from '../../application/ports/connector.js';
import type { Json } from '../../domain/primitives/json.js';
import type { RootRef } from '../../domain/publishing/system.js';
import { faultOf, parsedJson } from '../faults.js';
import { inRuns } from '../map-limited.js';
import { PRODUCTS_OF_ITEMS, RESUBSCRIBE, SUBSCRIBE } from './documents.js';
import { rootOfProduct } from './reading.js';
import type { ShopifyClient } from './calling/shopify-client.js';
import type { Subscription } from './subscriptions.js';
import { isWhole, pathOf, readSubscriptions, TOPICS } from './subscriptions.js';

/** Ids in one list of a query (shopify.md 2.1: arrays of input hold 250). */
const ITEMS_A_CALL = 250;
const ITEM = 'gid://shopify/InventoryItem/';

/** Receives what Shopify says on its own account: only ever a hint to look again. */
export class ShopifyWebhooks implements WebhookSide {
  readonly topics = TOPICS;

  constructor(
    private readonly client: ShopifyClient,
    /** The current secret, and the previous one during rotation. */
    private readonly secrets: string[],
  ) {}

  isAuthentic(headers: Record<string, string | undefined>, rawBody: Buffer): boolean {
    const given = headerOf(headers, 'x-shopify-hmac-sha256');
    if (given === undefined) return false;
    const signature = Buffer.from(given, 'base64');
    const matches = this.secrets.map((secret) => {
      const right = createHmac('sha256', secret).update(rawBody).digest();
      return signature.length === right.length && timingSafeEqual(signature, right);
    });
    return matches.includes(true);
  }

  rootOf(topic: string, rawBody: Buffer): RootRef | null {
    const known = topic.toUpperCase().replaceAll('/', '_');
    if (!TOPICS.some((each) => each === known)) return null;
    const body = parsedJson(rawBody.toString('utf8'));
    if (body === undefined || body === null || typeof body !== 'object' || Array.isArray(body))
      throw notPromised(topic);
    // It names neither its variant nor its product: where it is, is asked when it is looked at (shopify.md 2.4).
    const type = known === 'INVENTORY_ITEMS_UPDATE' ? 'InventoryItem' : 'Product';
    return { externalId: gidOf(type, body) ?? raise(notPromised(topic)), code: null };
  }

  async placesOf(named: readonly RootRef[]): Promise<RootRef[][]> {
    const items = [...new Set(named.map(({ externalId }) => externalId).filter(isItem))];
    const places = new Map<string, RootRef[]>();
    for (const ids of inRuns(items, ITEMS_A_CALL)) {
      const { data } = await this.client.query(PRODUCTS_OF_ITEMS, { ids });
      if (data.nodes?.length !== ids.length)
        throw new ConnectorError(faultOf('UNKNOWN', `Shopify answered no nodes for ${ids.length} inventory items`));
      for (const node of data.nodes) {
        // One that is gone is null, and an id of another type an empty object.
        if (node?.id === undefined) continue;
        const products = new Set((node.variants?.nodes ?? []).map(({ product }) => product.id));
        places.set(node.id, [...products].map(rootOfProduct));
      }
    }
    return named.map((root) => (isItem(root.externalId) ? (places.get(root.externalId) ?? []) : [root]));
  }

  async ensureSubscriptions(uri: string): Promise<string[]> {
    const there = await readSubscriptions(this.client);
    const mended: string[] = [];
    for (const topic of TOPICS) {
      const ofTopic = there.filter((each) => each.topic === topic);
      if (ofTopic.some((each) => each.uri === uri && isWhole(each))) continue;
      // The same path under another host is ours from before PUBLIC_URL moved; anything else is somebody's own.
      const ours = ofTopic.find((each) => pathOf(each.uri) === pathOf(uri));
      if (await this.subscribe(topic, uri, ours)) mended.push(topic);
    }
    return mended;
  }

  /** False when it turned out to be there already, or is not for us to have. */
  private async subscribe(topic: string, uri: string, ours: Subscription | undefined): Promise<boolean> {
    const subscription = { uri, format: 'JSON' as const };
    try {
      if (ours)
        await this.client.mutate(RESUBSCRIBE, { id: ours.id, subscription: { ...subscription, ...widened(ours) } });
      else await this.client.mutate(SUBSCRIBE, { topic, subscription });
      return true;
    } catch (error) {
      // Two processes that start at once: the other one was quicker (message recorded in shopify.md 2.2 [R]).
      if (error instanceof ConnectorError && /has already been taken/i.test(error.fault.message)) return false;
      // Without `read_inventory` items are hidden, and so is their topic [B]: that keeps us from no other, and `doctor` says it.
      if (topic === 'INVENTORY_ITEMS_UPDATE' && isRefused(error)) return false;
      throw error;
    }
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof ConnectorError && (error.fault.class === 'AUTH' || error.fault.class === 'VALIDATION');
}

/** An empty filter and no fields named are all of it [B]; said only where somebody had narrowed it. */
function widened({ filter, includeFields }: Subscription): { filter?: string; includeFields?: string[] } {
  return { ...(filter ? { filter: '' } : {}), ...(includeFields.length > 0 ? { includeFields: [] } : {}) };
}

function headerOf(headers: Record<string, string | undefined>, name: string): string | undefined {
  return headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

function isItem(id: string): boolean {
  return id.startsWith(ITEM);
}

/** `products/delete` carries the bare number only. */
function gidOf(type: 'Product' | 'InventoryItem', body: { [key: string]: Json }): string | null {
  const gid = body['admin_graphql_api_id'];
  if (typeof gid === 'string' && new RegExp(`^gid://shopify/${type}/\\d+$`).test(gid)) return gid;
  const id = body['id'];
  const isId = (typeof id === 'number' && Number.isSafeInteger(id)) || (typeof id === 'string' && /^\d+$/.test(id));
  return isId ? `gid://shopify/${type}/${id}` : null;
}

function notPromised(topic: string): ConnectorError {
  return new ConnectorError(faultOf('VALIDATION', `the body of ${topic} names nothing to look at`));
}

function raise(error: Error): never {
  throw error;
}
