import { ControlRefusal } from '../../loopback-server.js';
import { isPlainObject } from '../../plain-object.js';
import type { ProductDoc } from '../product-doc.js';
import type { ShopContext } from '../shop-context.js';
import { resourceOf } from './control-lookup.js';

/**
 * Lets a variant have the inventory item of another one, whose SKU, cost, weight, HS code and origin are its own from then
 * on. How such pairs come to be in a real shop is not known; that code must not take an item for one variant's is [V].
 * @throws ControlRefusal
 */
export function shareItem(context: ShopContext, { with: other, ...place }: Record<string, unknown>): ProductDoc {
  if (!isPlainObject(other)) throw new ControlRefusal(400, 'with must name the other variant, by sku or id');
  const [mine, theirs] = [resourceOf(context.state, place), resourceOf(context.state, other)];
  if (!mine.variant || !theirs.variant) throw new ControlRefusal(400, 'name two variants, by sku or id');
  if (mine.variant.id === theirs.variant.id) throw new ControlRefusal(400, 'name two different variants');
  const product = structuredClone(mine.product);
  const { sku, item } = theirs.variant;
  for (const variant of product.variants) {
    if (variant.id !== mine.variant.id) continue;
    Object.assign(variant, { sku, item: structuredClone(item), updatedAt: context.now });
  }
  product.updatedAt = context.now;
  context.commit([{ put: 'product', doc: product }]);
  return product;
}
