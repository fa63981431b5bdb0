import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConnectorError } from '../../application/ports/connector.js';
import type { Subscribing, WebhookSide } from '../../application/ports/connector.js';
import type { Json } from '../../domain/primitives/json.js';
import type { DeliveryFault, RootRef } from '../../domain/publishing/system.js';
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

/** What became of one topic. WITHHELD: it is not for us to have; UNKNOWN: it may have been made. */
interface Subscribed {
  became: 'THERE' | 'MADE' | 'WITHHELD' | 'FAILED' | 'UNKNOWN';
  fault: DeliveryFault | null;
}

const THERE: Subscribed = { became: 'THERE', fault: null };

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

  /**
   * What was missing is told whatever happens next: nobody would look for what came in between, once the next look finds
   * all there.
   */
  async ensureSubscriptions(uri: string): Promise<Subscribing> {
    const found = await readSubscriptions(this.client);
    const [there, mended]: [string[], string[]] = [[], []];
    for (const topic of TOPICS) {
      const ofTopic = found.filter((each) => each.topic === topic);
      // The same path under another host is ours from before PUBLIC_URL moved; anything else is somebody's own.
      const ours = ofTopic.find((each) => pathOf(each.uri) === pathOf(uri));
      const isThere = ofTopic.some((each) => each.uri === uri && isWhole(each));
      const { became, fault } = isThere ? THERE : await this.subscribe(topic, uri, ours);
      if (became === 'MADE' || became === 'UNKNOWN') mended.push(topic);
      if (fault) return { there, mended, fault };
      if (became !== 'WITHHELD') there.push(topic);
    }
    return { there, mended, fault: null };
  }

  private async subscribe(topic: string, uri: string, ours: Subscription | undefined): Promise<Subscribed> {
    const subscription = { uri, format: 'JSON' as const };
    try {
      if (ours)
        await this.client.mutate(RESUBSCRIBE, { id: ours.id, subscription: { ...subscription, ...widened(ours) } });
      else await this.client.mutate(SUBSCRIBE, { topic, subscription });
      return { became: 'MADE', fault: null };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      // Two processes that start at once: the other one was quicker (message recorded in shopify.md 2.2 [R]).
      if (/has already been taken/i.test(error.fault.message)) return THERE;
      // Without `read_inventory` items are hidden, and so is their topic [B]: that keeps us from no other, and `doctor` says it.
      if (topic === 'INVENTORY_ITEMS_UPDATE' && isRefused(error)) return { became: 'WITHHELD', fault: null };
      return error.fault.ambiguous ? this.settled(topic, uri, error.fault) : { became: 'FAILED', fault: error.fault };
    }
  }

  /** Whether it was made is seen by looking; where that fails, too, it may have been. */
  private async settled(topic: string, uri: string, fault: DeliveryFault): Promise<Subscribed> {
    try {
      const there = await readSubscriptions(this.client);
      const isMade = there.some((each) => each.topic === topic && each.uri === uri && isWhole(each));
      return isMade ? { became: 'MADE', fault: null } : { became: 'FAILED', fault };
    } catch (error) {
      if (error instanceof ConnectorError) return { became: 'UNKNOWN', fault };
      throw error;
    }
  }
}

function isRefused({ fault }: ConnectorError): boolean {
  return fault.class === 'AUTH' || fault.class === 'VALIDATION';
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
  const isId =
    (typeof id === 'number' && Number.isSafeInteger(id) && id > 0) || (typeof id === 'string' && /^\d+$/.test(id));
  return isId ? `gid://shopify/${type}/${id}` : null;
}

function notPromised(topic: string): ConnectorError {
  return new ConnectorError(faultOf('VALIDATION', `the body of ${topic} names nothing to look at`));
}

function raise(error: Error): never {
  throw error;
}
