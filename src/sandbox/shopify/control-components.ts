import type { Editor } from '../actor.js';
import { ControlRefusal } from '../loopback-server.js';
import { isPlainObject } from '../plain-object.js';
import type { Line } from './bundle-draft.js';
import { BUNDLE_PROBLEMS, BundleDraft } from './bundle-draft.js';
import { resourceOf } from './control-lookup.js';
import type { Target } from './control-lookup.js';
import type { ProductDoc } from './product-doc.js';
import type { ShopContext } from './shop-context.js';
import type { ShopifyState } from './shopify-state.js';

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
  const changes = draft.changes();
  if (changes.length > 0) context.commit(changes);
  return product;
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
