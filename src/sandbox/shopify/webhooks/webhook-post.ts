import { createHmac } from 'node:crypto';
import type { SubscriptionDoc } from '../product-doc.js';
import { API_VERSION, SHOP_DOMAIN } from '../shop-view.js';

/** A second to connect and five in all [D]; the stand-in has one limit for both. */
const ANSWER_WITHIN_MS = 5000;

/** One webhook on its way to one subscription. */
export interface Delivery {
  subscription: SubscriptionDoc;
  /** Stays the same over all attempts [C]. */
  webhookId: string;
  /** The same for all that one action of the merchant gives rise to, over topics and subscriptions [D]. */
  eventId: string;
  triggeredAt: string;
  /** Put together only when it is sent, so that it tells of the latest state [C]; null when there is nothing to tell. */
  body: () => Record<string, unknown> | null;
}

/** Anything but the truth about itself, for those who probe a receiver. */
export interface Forgery {
  signature?: string | null;
  shopDomain?: string;
}

/** True when it was taken: a status from 200 to 299, and nothing else, redirects neither [D]. Never throws. */
export async function post(
  delivery: Delivery,
  body: string,
  secret: string,
  stop: AbortSignal,
  forgery: Forgery = {},
): Promise<{ taken: boolean; status: number | null }> {
  const { subscription } = delivery;
  const { signature = signed(body, secret), shopDomain = SHOP_DOMAIN } = forgery;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-shopify-topic': topicPath(subscription.topic),
    ...(signature === null ? {} : { 'x-shopify-hmac-sha256': signature }),
    'x-shopify-shop-domain': shopDomain,
    'x-shopify-api-version': API_VERSION,
    'x-shopify-webhook-id': delivery.webhookId,
    'x-shopify-event-id': delivery.eventId,
    'x-shopify-triggered-at': delivery.triggeredAt,
    ...(subscription.name === null ? {} : { 'x-shopify-name': subscription.name }),
  };
  const signal = AbortSignal.any([stop, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  try {
    const response = await fetch(subscription.uri, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await response.arrayBuffer();
    return { taken: response.status >= 200 && response.status < 300, status: response.status };
  } catch {
    // `fetch` rejects when nobody answers in time or at all: not taken, so it is sent again.
    return { taken: false, status: null };
  }
}

/** Base64 of the HMAC-SHA256 of the raw body [D]. */
export function signed(body: string, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

/** `PRODUCTS_UPDATE` travels as `products/update`, `INVENTORY_ITEMS_UPDATE` as `inventory_items/update`. */
function topicPath(topic: string): string {
  const at = topic.lastIndexOf('_');
  if (topic === 'APP_SCOPES_UPDATE') return 'app/scopes_update';
  return `${topic.slice(0, at)}/${topic.slice(at + 1)}`.toLowerCase();
}
