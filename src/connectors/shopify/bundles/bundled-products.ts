import { ConnectorError } from '../../../application/ports/connector.js';
import { faultOf } from '../../faults.js';
import { inRuns } from '../../map-limited.js';
import { BUNDLED_PRODUCTS, COMPONENT_OPTIONS } from '../documents.js';
import type { RawComponent, Relationship } from '../reading.js';
import type { ShopifyClient } from '../calling/shopify-client.js';

/** ProductBundleComponentInput, as far as we use it. */
export interface BundledInput {
  productId: string;
  quantity: number;
  optionSelections: { componentOptionId: string; name: string; values: string[] }[];
}

interface BundledNode {
  id: string;
  bundleComponents: {
    nodes: { quantity: number | null; componentVariants: { nodes: { id: string; sku: string | null }[] } }[];
    pageInfo: { hasNextPage: boolean };
  };
}

interface OptionsNode {
  id: string;
  selectedOptions: { name: string; value: string }[];
  product: { id: string; options: { id: string; name: string }[] };
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
    const { data, denied } = await client.query(BUNDLED_PRODUCTS, { ids }, signal);
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

/**
 * The components as a product bundle takes them: products, and of each option of theirs the one value of the variant that
 * is meant. Every option has to be named (shopify.md 2.2); one of which a single value is chosen does not become an option
 * of the parent [C]. Null where two are variants of one product, of which a product bundle knows no way to say it.
 * @throws ConnectorError VALIDATION for a variant that is not there any more.
 */
export async function bundledInput(
  client: ShopifyClient,
  wanted: readonly Relationship[],
  signal: AbortSignal | undefined,
): Promise<BundledInput[] | null> {
  const ids = wanted.map(({ id }) => id);
  const { data } = await client.query(COMPONENT_OPTIONS, { ids }, signal);
  const inputs = wanted.map(({ id, quantity }, at) => {
    const node = data.nodes.find((each) => each?.id === id);
    if (!hasOptions(node))
      throw new ConnectorError(faultOf('VALIDATION', `the component ${id} is not in Shopify any more`));
    const { product, selectedOptions } = node;
    const optionSelections = product.options.map((option) => ({
      componentOptionId: option.id,
      // Names are of the parent's options and unique there, should Shopify make some after all.
      name: `${option.name} ${at + 1}`,
      values: selectedOptions.filter(({ name }) => name === option.name).map(({ value }) => value),
    }));
    return { productId: product.id, quantity, optionSelections };
  });
  return new Set(inputs.map(({ productId }) => productId)).size < inputs.length ? null : inputs;
}

function hasOptions(node: Partial<OptionsNode> | null | undefined): node is OptionsNode {
  return node?.product !== undefined && node.selectedOptions !== undefined;
}
