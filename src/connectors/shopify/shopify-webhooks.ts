import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConnectorError } from '../../application/ports/connector.js';
import type { WebhookSide } from '../../application/ports/connector.js';
import type { Json } from '../../domain/primitives/json.js';
import type { RootRef } from '../../domain/publishing/system.js';
import { faultOf, parsedJson } from '../faults.js';
import { RESUBSCRIBE, SUBSCRIBE, SUBSCRIPTIONS } from './documents.js';
import { rootOfProduct } from './reading.js';
import type { ShopifyClient } from './calling/shopify-client.js';
import type { UserError } from './calling/shopify-errors.js';

/**
 * Topics that name a product. Inventory item webhooks name none and carry nothing of weight, so cost, HS code and
 * origin edits are found by the scan (shopify.md 2.4).
 */
const TOPICS = ['PRODUCTS_CREATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE'] as const;

interface Subscription {
  id: string;
  topic: string;
  uri: string;
}

interface SubscriptionPage {
  webhookSubscriptions: { nodes: Subscription[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

/** An app may have hundreds of subscriptions; on three topics a thousand is beyond any. */
const MAX_PAGES = 10;

/** Receives what Shopify says on its own account: only ever a hint to look again. */
export class ShopifyWebhooks implements WebhookSide {
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
    return rootOfProduct(productIdOf(body) ?? raise(notPromised(topic)));
  }

  async ensureSubscriptions(uri: string): Promise<string[]> {
    const there = await this.subscriptions();
    const mended: string[] = [];
    for (const topic of TOPICS) {
      const ofTopic = there.filter((each) => each.topic === topic);
      if (ofTopic.some((each) => each.uri === uri)) continue;
      // The same path under another host is ours from before PUBLIC_URL moved; anything else is somebody's own.
      const moved = ofTopic.find((each) => pathOf(each.uri) === pathOf(uri));
      if (await this.subscribe(topic, uri, moved)) mended.push(topic);
    }
    return mended;
  }

  /** False when it turned out to be there already. */
  private async subscribe(topic: string, uri: string, moved: Subscription | undefined): Promise<boolean> {
    const subscription = { uri, format: 'JSON' };
    try {
      if (moved) await this.client.mutate<{ userErrors: UserError[] }>(RESUBSCRIBE, { id: moved.id, subscription });
      else await this.client.mutate<{ userErrors: UserError[] }>(SUBSCRIBE, { topic, subscription });
      return true;
    } catch (error) {
      // Two processes that start at once: the other one was quicker (message recorded in shopify.md 2.2 [R]).
      if (error instanceof ConnectorError && /has already been taken/i.test(error.fault.message)) return false;
      throw error;
    }
  }

  private async subscriptions(): Promise<Subscription[]> {
    const found: Subscription[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const answer: { data: SubscriptionPage } = await this.client.query<SubscriptionPage>(SUBSCRIPTIONS, {
        topics: TOPICS,
        after,
      });
      const { nodes, pageInfo } = answer.data.webhookSubscriptions;
      found.push(...nodes);
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    return found;
  }
}

function headerOf(headers: Record<string, string | undefined>, name: string): string | undefined {
  return headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** `products/delete` carries the bare number only. */
function productIdOf(body: { [key: string]: Json }): string | null {
  const gid = body['admin_graphql_api_id'];
  if (typeof gid === 'string' && /^gid:\/\/shopify\/Product\/\d+$/.test(gid)) return gid;
  const id = body['id'];
  const isId = (typeof id === 'number' && Number.isSafeInteger(id)) || (typeof id === 'string' && /^\d+$/.test(id));
  return isId ? `gid://shopify/Product/${id}` : null;
}

function pathOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).pathname : uri;
}

function notPromised(topic: string): ConnectorError {
  return new ConnectorError(faultOf('VALIDATION', `the body of ${topic} names no product`));
}

function raise(error: Error): never {
  throw error;
}
