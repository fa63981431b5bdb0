import { ConnectorError } from '../../application/ports/connector.js';
import type { Attribution, ObservedRecord } from '../../domain/publishing/system.js';
import type { Data, ShopifyClient } from './calling/shopify-client.js';
import { PRODUCT_EVENTS, WHOAMI } from './documents.js';

type ProductEvent = NonNullable<Data<'ProductEvents'>['product']>['events']['nodes'][number];

/** An event and the `updatedAt` that it moved are told in whole seconds, and may fall on two of them. */
const SAME_MOMENT_MS = 1_000;

/**
 * Who moved a product last, as far as Shopify's events tell: best effort, and apart from what is found. They come seconds
 * to minutes late, and hold the making, deleting and publishing of products but hardly any edit of a field (shopify.md 1.6
 * [B]); so most answers are "unknown". Only an event of the very moment of `updatedAt` counts, and never for sure: two
 * people may have edited within one second.
 */
export class ProductEvents {
  private ownTitle: Promise<string> | null = null;

  constructor(private readonly client: ShopifyClient) {}

  /** The same records, with whoever moved the product last where that is told. Whatever goes wrong leaves it unknown. */
  async attribute(productId: string, records: ObservedRecord[], signal?: AbortSignal): Promise<ObservedRecord[]> {
    try {
      const { product } = (await this.client.query(PRODUCT_EVENTS, { id: productId }, signal)).data;
      const own = await this.titleOfOurs(signal);
      const moved = records.find(({ entity }) => entity === 'PRODUCT')?.updatedAt ?? null;
      const attribution = attributionAt(moved, product?.events.nodes ?? [], own);
      return attribution === null ? records : records.map((record) => ({ ...record, attribution }));
    } catch (error) {
      if (error instanceof ConnectorError) return records;
      throw error;
    }
  }

  private async titleOfOurs(signal: AbortSignal | undefined): Promise<string> {
    this.ownTitle ??= this.client.query(WHOAMI, {}, signal).then(({ data }) => data.currentAppInstallation.app.title);
    try {
      return await this.ownTitle;
    } catch (error) {
      this.ownTitle = null;
      throw error;
    }
  }
}

/** @param events the latest first. Null where nobody, several, or we ourselves acted at that moment. */
export function attributionAt(
  moved: string | null,
  events: readonly ProductEvent[],
  ownTitle: string,
): Attribution | null {
  if (moved === null) return null;
  const then = events.filter(({ createdAt }) => Math.abs(Date.parse(createdAt) - Date.parse(moved)) <= SAME_MOMENT_MS);
  const told = new Map(then.map((event) => [`${event.appTitle ?? ''} ${event.author ?? ''}`, event]));
  const [event, ...others] = told.values();
  if (!event || others.length > 0 || event.appTitle === ownTitle) return null;
  const actor = event.attributeToUser ? (event.author ?? null) : null;
  const app = event.attributeToApp ? event.appTitle : null;
  return actor === null && app === null ? null : { actor, app, at: event.createdAt, confidence: 'LIKELY' };
}
