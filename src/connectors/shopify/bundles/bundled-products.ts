import { inRuns } from '../../map-limited.js';
import { BUNDLED_PRODUCTS } from '../documents.js';
import type { RawComponent } from '../reading.js';
import type { ShopifyClient } from '../shopify-client.js';

interface BundledNode {
  id: string;
  bundleComponents: {
    nodes: { quantity: number | null; componentVariants: { nodes: { id: string; sku: string | null }[] } }[];
    pageInfo: { hasNextPage: boolean };
  };
}

/** Products a call: 30 components each are about 26 points. */
const PRODUCTS_A_CALL = 10;

/**
 * What product bundles are made of, by product id; null where it cannot be read, or leaves a choice, so that no list tells
 * it. Products that are no product bundles are not in the map.
 * @throws ConnectorError
 */
export async function readBundledProducts(
  client: ShopifyClient,
  productIds: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, RawComponent[] | null>> {
  const out = new Map<string, RawComponent[] | null>();
  for (const ids of inRuns([...productIds], PRODUCTS_A_CALL)) {
    const { data, denied } = await client.query<{ nodes: (Partial<BundledNode> | null)[] }>(
      BUNDLED_PRODUCTS,
      { ids },
      signal,
    );
    for (const node of data.nodes) {
      if (node?.id === undefined) continue;
      if (denied.has('bundleComponents') || !node.bundleComponents) out.set(node.id, null);
      else if (node.bundleComponents.nodes.length > 0) out.set(node.id, componentsIn(node.bundleComponents));
    }
  }
  return out;
}

function componentsIn({ nodes, pageInfo }: BundledNode['bundleComponents']): RawComponent[] | null {
  const components = nodes.map(({ quantity, componentVariants }) => {
    const [variant, ...others] = componentVariants.nodes;
    return quantity === null || !variant || others.length > 0
      ? null
      : { id: variant.id, quantity, productVariant: variant };
  });
  return pageInfo.hasNextPage || !components.every((each) => each !== null) ? null : components;
}
