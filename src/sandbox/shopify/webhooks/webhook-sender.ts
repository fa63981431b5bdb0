import { createHmac, randomUUID } from 'node:crypto';
import { ControlRefusal } from '../../loopback-server.js';
import type { BulkRun } from '../bulk/bulk-operations.js';
import type { SubscriptionDoc } from '../product-doc.js';
import { gid } from '../product-doc.js';
import { API_VERSION, SHOP_DOMAIN } from '../shop-view.js';
import type { ProductChange, ShopifyState } from '../shopify-state.js';
import type { ShopEvent } from './webhook-events.js';
import { eventsOf } from './webhook-events.js';
import { itemPayload, productPayload, trim } from './webhook-payload.js';

const RETRY_AFTER_MS = [1000, 5000, 25_000, 120_000] as const;
const ANSWER_WITHIN_MS = 5000;
const MODES = ['on', 'lost', 'doubled'] as const;

interface Delivery {
  subscription: SubscriptionDoc;
  webhookId: string;
  eventId: string;
  triggeredAt: string;
  body: () => Record<string, unknown> | null;
}

/**
 * Sends webhooks after commits: at least once, unordered, without an actor, and not at all when told to lose them. What
 * waits in memory is lost with the process, as Shopify may lose webhooks too.
 */
export class WebhookSender {
  private readonly state: ShopifyState;
  private readonly secret: string;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly stop = new AbortController();
  private mode: (typeof MODES)[number] = 'on';
  private delayMs = 50;

  constructor(state: ShopifyState, secret: string) {
    this.state = state;
    this.secret = secret;
  }

  /** `{mode, delayMs?}` of the control side. */
  configure(body: Record<string, unknown>): object {
    const mode = MODES.find((one) => one === body['mode']);
    if (mode === undefined) throw new ControlRefusal(400, `mode must be one of ${MODES.join(', ')}`);
    const { delayMs = this.delayMs } = body;
    if (typeof delayMs !== 'number' || delayMs < 0) throw new ControlRefusal(400, 'delayMs must be a number from 0');
    this.mode = mode;
    this.delayMs = delayMs;
    return { mode, delayMs };
  }

  /** One commit is one merchant action: its webhooks share an Event-Id across topics. */
  announce(changes: ProductChange[]): void {
    const eventId = randomUUID();
    for (const event of changes.flatMap(eventsOf)) {
      this.schedule(event.topic, eventId, (subscription) => this.bodyOf(event, subscription));
    }
  }

  announceBulk(run: BulkRun): void {
    const body = {
      admin_graphql_api_id: gid('BulkOperation', run.id),
      completed_at: run.completedAt,
      created_at: run.createdAt,
      error_code: run.errorCode?.toLowerCase() ?? null,
      status: run.status.toLowerCase(),
      type: 'query',
    };
    this.schedule('BULK_OPERATIONS_FINISH', randomUUID(), () => body);
  }

  close(): void {
    this.stop.abort();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private schedule(
    topic: string,
    eventId: string,
    body: (subscription: SubscriptionDoc) => Record<string, unknown> | null,
  ): void {
    if (this.mode === 'lost' || this.stop.signal.aborted) return;
    for (const subscription of this.state.subscriptions().filter((one) => one.topic === topic)) {
      const delivery: Delivery = {
        subscription,
        webhookId: randomUUID(),
        eventId,
        triggeredAt: new Date().toISOString(),
        body: () => body(subscription),
      };
      this.later(this.delayMs, () => this.send(delivery, 0));
      if (this.mode === 'doubled') this.later(this.delayMs * 2, () => this.send(delivery, 0));
    }
  }

  private later(delayMs: number, act: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void act();
    }, delayMs);
    this.timers.add(timer);
  }

  /** Never throws: a receiver that is down is a normal state, answered by retries and then by dropping the webhook. */
  private async send(delivery: Delivery, attempt: number): Promise<void> {
    const payload = delivery.body();
    // The subscription or the product may be gone by now.
    if (payload === null || !this.state.subscriptions().some((one) => one.id === delivery.subscription.id)) return;
    const taken = await this.post(delivery, JSON.stringify(payload));
    const retryAfterMs = RETRY_AFTER_MS[attempt];
    if (taken || retryAfterMs === undefined || this.stop.signal.aborted) return;
    this.later(retryAfterMs, () => this.send(delivery, attempt + 1));
  }

  private async post(delivery: Delivery, body: string): Promise<boolean> {
    const { subscription } = delivery;
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'x-shopify-topic': topicPath(subscription.topic),
      'x-shopify-hmac-sha256': createHmac('sha256', this.secret).update(body).digest('base64'),
      'x-shopify-shop-domain': SHOP_DOMAIN,
      'x-shopify-api-version': API_VERSION,
      'x-shopify-webhook-id': delivery.webhookId,
      'x-shopify-event-id': delivery.eventId,
      'x-shopify-triggered-at': delivery.triggeredAt,
      ...(subscription.name === null ? {} : { 'x-shopify-name': subscription.name }),
    };
    const signal = AbortSignal.any([this.stop.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    try {
      const response = await fetch(subscription.uri, { method: 'POST', headers, body, signal, redirect: 'manual' });
      await response.arrayBuffer();
      return response.status >= 200 && response.status < 300;
    } catch {
      // `fetch` rejects when nobody answers in time or at all: not taken, so it is sent again.
      return false;
    }
  }

  private bodyOf(event: ShopEvent, subscription: SubscriptionDoc): Record<string, unknown> | null {
    if (event.topic === 'PRODUCTS_DELETE') return { id: event.productId };
    if (event.topic === 'INVENTORY_ITEMS_DELETE') return { id: event.itemId };
    if ('itemId' in event) {
      const found = this.state.item(event.itemId);
      return found ? trim(itemPayload(found.variant), subscription) : null;
    }
    const product = this.state.product(event.productId);
    return product ? trim(productPayload(product, subscription.metafieldNamespaces), subscription) : null;
  }
}

/** `PRODUCTS_UPDATE` travels as `products/update`, `INVENTORY_ITEMS_UPDATE` as `inventory_items/update`. */
function topicPath(topic: string): string {
  const at = topic.lastIndexOf('_');
  return `${topic.slice(0, at)}/${topic.slice(at + 1)}`.toLowerCase();
}
