import { ConnectorError } from '../../application/ports/connector.js';
import { DEFINE_CUSTOM_ID, PRODUCT_BY_CUSTOM_ID, PRODUCT_BY_HANDLE, SET_CUSTOM_ID } from './documents.js';
import type { ShopifyClient } from './calling/shopify-client.js';

/**
 * Our product id as a unique metafield of the product. Shopify has no idempotency keys for product mutations; with
 * this a create whose answer was lost is found again and is never made twice (shopify.md 2.1 [V]). `$app:` reserves the
 * namespace: by default merchants may read it and only this app may write it [D]. Values of type `id` are unique.
 */
const NAMESPACE = '$app:skuward';
const KEY = 'product_id';

/** Finds and names products by the master's own id. */
export class CustomId {
  private defined: Promise<void> | null = null;

  constructor(private readonly client: ShopifyClient) {}

  /** The identifier under which `productSet` makes the product or finds it again. */
  identifierOf(productId: string): { customId: { namespace: string; key: string; value: string } } {
    return { customId: { namespace: NAMESPACE, key: KEY, value: productId } };
  }

  /** Shopify's id of our product; null where there is none. A strong read. @throws ConnectorError */
  async find(productId: string, signal?: AbortSignal): Promise<string | null> {
    // Without the definition Shopify refuses the look-up, so a store that never saw us is prepared first.
    await this.ensureDefined();
    const { data } = await this.client.query(
      PRODUCT_BY_CUSTOM_ID,
      { namespace: NAMESPACE, key: KEY, value: productId },
      signal,
    );
    return data.productByIdentifier?.id ?? null;
  }

  /**
   * The title under which a product is made that takes no custom id when it is made: its handle is made of that, and so
   * is ours to find until the product has its own. Made of the master's id alone, so that every attempt makes the same.
   */
  markOf(productId: string): string {
    return `skuward-${productId}`;
  }

  /** A product that was made under its mark and has not been given its own handle yet. A strong read. @throws ConnectorError */
  async findMarked(productId: string, signal?: AbortSignal): Promise<string | null> {
    const { data } = await this.client.query(PRODUCT_BY_HANDLE, { handle: this.markOf(productId) }, signal);
    return data.productByIdentifier?.id ?? null;
  }

  /** Gives a product that is there our id. The same again is no conflict. @throws ConnectorError */
  async stamp(externalId: string, productId: string, signal?: AbortSignal): Promise<void> {
    await this.ensureDefined();
    const metafield = { ownerId: externalId, namespace: NAMESPACE, key: KEY, type: 'id', value: productId };
    await this.client.mutate(SET_CUSTOM_ID, { metafields: [metafield] }, signal);
  }

  /** Once a process; again after a failure. */
  async ensureDefined(): Promise<void> {
    this.defined ??= this.define();
    try {
      await this.defined;
    } catch (error) {
      this.defined = null;
      throw error;
    }
  }

  private async define(): Promise<void> {
    const definition = {
      name: 'Skuward product id',
      namespace: NAMESPACE,
      key: KEY,
      ownerType: 'PRODUCT' as const,
      type: 'id',
    };
    try {
      await this.client.mutate(DEFINE_CUSTOM_ID, { definition });
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.fault.code !== 'TAKEN') throw error;
    }
  }
}
