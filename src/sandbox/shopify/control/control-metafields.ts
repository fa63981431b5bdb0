import { ControlRefusal } from '../../loopback-server.js';
import { isPlainObject } from '../../plain-object.js';
import { writeMetafields } from '../metafield-input.js';
import type { ProductDoc } from '../product-doc.js';
import { resolveNamespace } from '../product-view.js';
import type { ShopContext } from '../shop-context.js';
import type { UserError } from '../shop-errors.js';
import type { Target } from './control-lookup.js';

/**
 * Metafields that somebody else writes: `set: [{namespace, key, type, value}]`, where a `value` of null takes one away. Those
 * of a variant are announced to nobody (shopify.md 2.4 [C]).
 */
export function setMetafields(context: ShopContext, target: Target, set: unknown): ProductDoc {
  if (!Array.isArray(set) || set.length === 0) throw new ControlRefusal(400, 'set must be a list of metafields');
  const product = structuredClone(target.product);
  const variant = product.variants.find((one) => one.id === target.variant?.id);
  const owner = variant ?? product;
  const type = variant ? ('PRODUCTVARIANT' as const) : ('PRODUCT' as const);
  const errors: UserError[] = [];
  for (const one of set) {
    const { namespace, key, type: kind, value } = isPlainObject(one) ? one : {};
    if (typeof namespace !== 'string' || typeof key !== 'string') {
      throw new ControlRefusal(400, 'a metafield must have namespace and key');
    }
    if (value === null) {
      const held = resolveNamespace(namespace);
      owner.metafields = owner.metafields.filter((other) => other.namespace !== held || other.key !== key);
      continue;
    }
    if (typeof value !== 'string') throw new ControlRefusal(400, 'value must be text, or null to delete it');
    if (kind !== undefined && typeof kind !== 'string') throw new ControlRefusal(400, 'type must be text');
    const input = { namespace, key, value, type: kind ?? null };
    owner.metafields = writeMetafields(
      context,
      { type, id: owner.id, metafields: owner.metafields },
      [input],
      false,
      [],
      errors,
    );
  }
  if (errors.length > 0) throw new ControlRefusal(400, errors.map(({ message }) => message).join('; '));
  product.updatedAt = context.now;
  context.commit([{ put: 'product', doc: product }]);
  return product;
}
