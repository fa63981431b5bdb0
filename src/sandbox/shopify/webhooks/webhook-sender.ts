import { randomUUID } from 'node:crypto';
import { AtMost } from '../../at-most.js';
import { ControlRefusal } from '../../loopback-server.js';
import type { VirtualClock } from '../../virtual-clock.js';
import type { BulkRun } from '../bulk/bulk-run.js';
import type { SubscriptionDoc } from '../product-doc.js';
import { gid, shopifyTime } from '../product-doc.js';
import type { ProductChange, ShopifyState } from '../shopify-state.js';
import type { ShopEvent } from './webhook-events.js';
import { eventsOf } from './webhook-events.js';
import { itemPayload, productPayload, trim } from './webhook-payload.js';
import type { WebhookPlan } from './webhook-plan.js';
import type { Delivery, Forgery } from './webhook-post.js';
import { post, signed } from './webhook-post.js';

/** Eight more attempts within four hours [D]; how the hours are parted is not published [B]. */
const RETRY_AFTER_SECONDS = [1, 10, 60, 300, 900, 1800, 4200, 7129] as const;

/** Posts under way at once [B]: without a limit, whatever a slow receiver had missed would come again all together, and be missed again. */
const POSTS_AT_ONCE = 32;

const FORGERIES: Record<string, (body: string) => Forgery> = {
  signature: (body) => ({ signature: signed(body, 'a secret that nobody has') }),
  unsigned: () => ({ signature: null }),
  otherShop: () => ({ shopDomain: 'somebody-else.myshopify.com' }),
};

interface SenderParts {
  state: ShopifyState;
  plan: WebhookPlan;
  clock: VirtualClock;
  random: () => number;
  /** A subscription that failed to the end is deleted, when it was made by the API [D]. */
  onDropped: (subscription: SubscriptionDoc) => void;
}

/**
 * Sends webhooks after commits: at least once, unordered, without an actor, and as badly as the plan says. What waits in
 * memory is lost with the process, as Shopify may lose webhooks too.
 */
export class WebhookSender {
  private readonly stop = new AbortController();
  /** Waiting first attempts, by subscription and resource: what is coalesced goes into these. */
  private readonly waiting = new Set<string>();
  /** The last body by subscription and resource, where a subscription asks for some fields only. */
  private readonly lastBodies = new Map<string, string>();

  private readonly posts = new AtMost(POSTS_AT_ONCE);

  constructor(private readonly parts: SenderParts) {}

  /** One commit is one merchant action: its webhooks share an Event-Id across topics. */
  announce(changes: ProductChange[]): void {
    const eventId = randomUUID();
    const announced = new Set<string>();
    for (const event of changes.flatMap(eventsOf)) {
      const resource = 'itemId' in event ? `item ${event.itemId}` : `product ${event.productId}`;
      // An item that variants share changes once, and is there as long as one of them is.
      const isMoot = event.topic === 'INVENTORY_ITEMS_DELETE' && this.parts.state.item(event.itemId) !== null;
      if (isMoot || announced.has(`${event.topic} ${resource}`)) continue;
      announced.add(`${event.topic} ${resource}`);
      this.schedule(event.topic, eventId, resource, (subscription) => this.bodyOf(event, subscription));
    }
  }

  /** Lower-case texts, and no url [D]. */
  announceBulk(run: BulkRun): void {
    const body = {
      admin_graphql_api_id: gid('BulkOperation', run.id),
      completed_at: run.completedAt,
      created_at: run.createdAt,
      error_code: run.errorCode?.toLowerCase() ?? null,
      status: run.status.toLowerCase(),
      type: run.type.toLowerCase(),
    };
    this.schedule('BULK_OPERATIONS_FINISH', randomUUID(), `bulk ${run.id}`, () => body);
  }

  /** `APP_UNINSTALLED` and `APP_SCOPES_UPDATE`; their bodies are shorter than Shopify's [B]. */
  announceApp(topic: 'APP_UNINSTALLED' | 'APP_SCOPES_UPDATE', body: Record<string, unknown>): void {
    const told = { id: 60_001, updated_at: shopifyTime(this.parts.clock.date()), ...body };
    this.schedule(topic, randomUUID(), topic, () => told, true);
  }

  /**
   * Sends something that Shopify never would, at once, to every subscription of a topic: `POST /control/probe`.
   * @throws ControlRefusal
   */
  async probe({ forge, topic = 'PRODUCTS_UPDATE', ...rest }: Record<string, unknown>): Promise<object> {
    const surplus = Object.keys(rest)[0];
    if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there are forge and topic`);
    const make = typeof forge === 'string' ? FORGERIES[forge] : undefined;
    if (!make) throw new ControlRefusal(400, `forge must be one of ${Object.keys(FORGERIES).join(', ')}`);
    const subscriptions = this.parts.state.subscriptions().filter((one) => one.topic === topic);
    if (subscriptions.length === 0) throw new ControlRefusal(404, `nobody is subscribed to ${String(topic)}`);
    const statuses: (number | null)[] = [];
    for (const subscription of subscriptions) {
      const body = JSON.stringify({ id: 1, admin_graphql_api_id: gid('Product', 1) });
      const delivery = this.deliveryOf(subscription, randomUUID(), () => null);
      statuses.push((await post(delivery, body, this.parts.plan.secret, this.stop.signal, make(body))).status);
    }
    return { statuses };
  }

  reset(): void {
    this.waiting.clear();
    this.lastBodies.clear();
    this.parts.plan.reset();
  }

  close(): void {
    this.stop.abort();
  }

  private schedule(
    topic: string,
    eventId: string,
    resource: string,
    body: (subscription: SubscriptionDoc) => Record<string, unknown> | null,
    isLast = false,
  ): void {
    const { plan, random, state } = this.parts;
    const { travel } = plan;
    if (this.stop.signal.aborted) return;
    for (const subscription of state.subscriptions().filter((one) => one.topic === topic)) {
      const isLost = travel.mode === 'lost' || random() < travel.lossShare;
      const isDouble = travel.mode === 'doubled' || random() < travel.doubleShare;
      const late = random() < travel.lateShare ? travel.lateSeconds * 1000 : 0;
      const delayMs = Math.max(travel.delayMs, travel.coalesceMs) + random() * travel.jitterMs + late;
      if (isLost) continue;
      const key = `${subscription.id} ${topic} ${resource}`;
      if (travel.coalesceMs > 0 && this.waiting.has(key)) continue;
      const delivery = this.deliveryOf(subscription, eventId, () => body(subscription));
      this.waiting.add(key);
      this.later(delayMs, () => {
        this.waiting.delete(key);
        return this.send(delivery, 0, key, isLast);
      });
      if (!isDouble) continue;
      const webhookId = travel.doubleWith === 'sameId' ? delivery.webhookId : randomUUID();
      this.later(delayMs + travel.delayMs, () => this.send({ ...delivery, webhookId }, 0, null, isLast));
    }
  }

  private deliveryOf(subscription: SubscriptionDoc, eventId: string, body: Delivery['body']): Delivery {
    const triggeredAt = this.parts.clock.date().toISOString();
    return { subscription, webhookId: randomUUID(), eventId, triggeredAt, body };
  }

  private later(delayMs: number, act: () => Promise<void>): void {
    this.parts.clock.later(delayMs, act);
  }

  /** Never throws: a receiver that is down is a normal state, answered by retries and then by deleting the subscription. */
  private send(delivery: Delivery, attempt: number, key: string | null, isLast: boolean): Promise<void> {
    return this.posts.run(() => this.sendNow(delivery, attempt, key, isLast));
  }

  private async sendNow(delivery: Delivery, attempt: number, key: string | null, isLast: boolean): Promise<void> {
    const { plan, random, state, onDropped } = this.parts;
    const { subscription } = delivery;
    const payload = delivery.body();
    const isThere = isLast || state.subscriptions().some((one) => one.id === subscription.id);
    // The subscription or the product may be gone by now.
    if (payload === null || !isThere || this.stop.signal.aborted) return;
    const body = JSON.stringify(payload);
    if (attempt === 0 && key !== null && this.isRepetition(subscription, key, body)) return;
    const isForged = random() < plan.travel.badSignatureShare;
    const forgery = isForged ? { signature: signed(body, 'a secret that nobody has') } : {};
    const { taken } = await post(delivery, body, plan.secret, this.stop.signal, forgery);
    if (taken || this.stop.signal.aborted) return;
    const retryAfter = RETRY_AFTER_SECONDS[attempt];
    if (retryAfter === undefined) onDropped(subscription);
    else this.later(retryAfter * 1000, () => this.send(delivery, attempt + 1, key, isLast));
  }

  /** With `includeFields`, a body like the one before may be taken for a duplicate and dropped [D]: here it always is. */
  private isRepetition(subscription: SubscriptionDoc, key: string, body: string): boolean {
    if (subscription.includeFields.length === 0) return false;
    const isSame = this.lastBodies.get(key) === body;
    this.lastBodies.set(key, body);
    return isSame;
  }

  private bodyOf(event: ShopEvent, subscription: SubscriptionDoc): Record<string, unknown> | null {
    const { state } = this.parts;
    if (event.topic === 'PRODUCTS_DELETE') return { id: event.productId };
    if (event.topic === 'INVENTORY_ITEMS_DELETE') return { id: event.itemId };
    if ('itemId' in event) {
      const found = state.item(event.itemId);
      return found ? trim(itemPayload(found.variant), subscription) : null;
    }
    const product = state.product(event.productId);
    return product ? trim(productPayload(product, subscription.metafieldNamespaces), subscription) : null;
  }
}
