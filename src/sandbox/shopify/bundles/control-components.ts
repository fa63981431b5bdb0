import type { Editor } from '../../actor.js';
import { ControlRefusal } from '../../loopback-server.js';
import { isPlainObject } from '../../plain-object.js';
import type { Line } from './bundle-draft.js';
import { BUNDLE_PROBLEMS, BundleDraft } from './bundle-draft.js';
import { resourceOf } from '../control/control-lookup.js';
import type { Target } from '../control/control-lookup.js';
import type { BundledProductDoc, ProductDoc } from '../product-doc.js';
import type { ShopContext } from '../shop-context.js';
import type { ShopifyState } from '../shopify-state.js';

/**
 * What somebody else makes of a bundle: `components` becomes the whole list, `[]` makes it none. An app becomes the owner,
 * also of what another one had, so that a test can have both; staff leave the owner as it is. `updatedAt` stays [B].
 */
export function setComponents(context: ShopContext, target: Target, editor: Editor, components: unknown): ProductDoc {
  if (editor.kind === 'order') throw new ControlRefusal(400, 'an order changes no components');
  const only = target.product.variants.length === 1 ? target.product.variants[0] : undefined;
  const draft = new BundleDraft(context.state);
  const opened = draft.open((target.variant ?? only)?.id ?? null);
  if (!opened) throw new ControlRefusal(400, 'components: name the variant by sku or id');
  const { product, variant } = opened;
  const owner = editor.kind === 'app' ? editor.name : (variant.bundle?.owner ?? null);
  draft.assign(variant, readLines(context.state, components), owner);
  const problems = draft.problemsOf(variant).map((code) => BUNDLE_PROBLEMS[code]);
  if (problems.length > 0) throw new ControlRefusal(400, problems.join(' '));
  if (product.bundles) bundleAnew(context.state, product);
  const changes = draft.changes();
  if (changes.length > 0) context.commit(changes);
  return product;
}

/** A product bundle says of its products what its variants are made of; with one variant there is nothing to choose. */
function bundleAnew(state: ShopifyState, product: ProductDoc): void {
  const [variant, ...others] = product.variants;
  if (!variant || others.length > 0) throw new ControlRefusal(400, 'a product bundle with choices is not edited here');
  const bundles = state.componentsOf(variant).flatMap(({ variantId, quantity }): BundledProductDoc[] => {
    const component = state.variant(variantId);
    if (!component) return [];
    const selections = component.product.options.map(({ id, name }, at) => ({
      optionId: id,
      name,
      values: [component.variant.optionValues[at] ?? ''],
    }));
    return [{ productId: component.product.id, quantity, selections }];
  });
  if (bundles.length > 0) product.bundles = bundles;
  else delete product.bundles;
}

function readLines(state: ShopifyState, components: unknown): Line[] {
  if (!Array.isArray(components)) throw new ControlRefusal(400, 'components must be a list');
  return components.map((component: unknown) => {
    const { quantity, ...place } = isPlainObject(component) ? component : {};
    if (typeof quantity !== 'number') throw new ControlRefusal(400, 'components must hold {sku | id, quantity}');
    const { variant } = resourceOf(state, place);
    if (!variant) throw new ControlRefusal(400, 'a component is a variant: name it by sku or id');
    return { variantId: variant.id, quantity };
  });
}
