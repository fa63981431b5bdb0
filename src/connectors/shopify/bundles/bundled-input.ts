import { ConnectorError } from '../../../application/ports/connector.js';
import { faultOf } from '../../faults.js';
import { COMPONENT_OPTIONS } from '../documents.js';
import type { ShopifyClient } from '../shopify-client.js';
import type { Relationship } from './component-writer.js';

/** ProductBundleComponentInput, as far as we use it. */
export interface BundledInput {
  productId: string;
  quantity: number;
  optionSelections: { componentOptionId: string; name: string; values: string[] }[];
}

interface OptionsNode {
  id: string;
  selectedOptions: { name: string; value: string }[];
  product: { id: string; options: { id: string; name: string }[] };
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
  const { data } = await client.query<{ nodes: (Partial<OptionsNode> | null)[] }>(COMPONENT_OPTIONS, { ids }, signal);
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
