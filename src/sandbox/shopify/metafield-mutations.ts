import type { MetafieldInput } from './metafield-input.js';
import { writeMetafields } from './metafield-input.js';
import type { MetafieldDoc, ProductDoc } from './product-doc.js';
import { gid, numberOf } from './product-doc.js';
import { metafieldDigest, metafieldView, OWN_NAMESPACE, resolveNamespace } from './product-view.js';
import type { ShopContext } from './shop-context.js';
import type { UserError } from './shop-errors.js';
import { userError } from './shop-errors.js';

type MetafieldsSetInput = MetafieldInput & { ownerId: string; compareDigest?: string | null };

/** At most 25, all or none; `compareDigest` guards against what was written since it was read (shopify.md 2.2). */
export function metafieldsSet(args: { metafields: MetafieldsSetInput[] }, context: ShopContext): object {
  const errors: UserError[] = [];
  if (args.metafields.length > 25) {
    errors.push(
      userError(['metafields'], 'Exceeded the maximum metafields input limit of 25.', 'LESS_THAN_OR_EQUAL_TO'),
    );
  }
  const drafts = new Map<number, ProductDoc>();
  const written: { doc: MetafieldDoc; ownerType: string }[] = [];
  args.metafields.forEach((input, at) => {
    const path = ['metafields', String(at)];
    const { ownerId, compareDigest, ...metafield } = input;
    const found = ownerOf(ownerId, context);
    if (!found) {
      errors.push(userError([...path, 'ownerId'], 'Owner does not exist.', 'INVALID'));
      return;
    }
    const product = drafts.get(found.id) ?? structuredClone(found);
    drafts.set(found.id, product);
    product.updatedAt = context.now;
    const variant = product.variants.find((one) => gid('ProductVariant', one.id) === ownerId);
    const owner = variant ?? product;
    const type = variant ? ('PRODUCTVARIANT' as const) : ('PRODUCT' as const);
    const namespace = resolveNamespace(metafield.namespace);
    const isThis = (one: MetafieldDoc): boolean => one.namespace === namespace && one.key === metafield.key;
    const held = owner.metafields.find(isThis) ?? null;
    if (isForeign(namespace)) {
      const message = 'Access to this namespace and key on Metafields for this resource type is not allowed.';
      errors.push(userError(path, message, 'APP_NOT_AUTHORIZED'));
    }
    if (typeof compareDigest === 'string' && !/^[0-9a-f]{64}$/.test(compareDigest)) {
      const message = 'The digest is not valid.';
      errors.push(userError([...path, 'compareDigest'], message, 'INVALID_COMPARE_DIGEST'));
    } else if (isStale(held, compareDigest, metafield.value)) {
      const message =
        'The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.';
      errors.push(userError(path, message, 'STALE_OBJECT'));
    }
    const target = { type, id: owner.id, metafields: owner.metafields };
    owner.metafields = writeMetafields(context, target, [metafield], false, path, errors);
    const doc = owner.metafields.find(isThis);
    if (doc) written.push({ doc, ownerType: type });
  });
  if (errors.length > 0)
    return { metafields: null, userErrors: errors.map((error) => ({ ...error, elementIndex: elementOf(error) })) };
  context.commit([...drafts.values()].map((doc) => ({ put: 'product' as const, doc })));
  return { metafields: written.map(({ doc, ownerType }) => metafieldView(doc, ownerType)), userErrors: [] };
}

interface MetafieldKey {
  ownerId: string;
  namespace: string;
  key: string;
}

/** All or none; a metafield that is not there is null in the answer [D]. */
export function metafieldsDelete(args: { metafields: MetafieldKey[] }, context: ShopContext): object {
  const drafts = new Map<number, ProductDoc>();
  const deleted = args.metafields.map(({ ownerId, namespace: given, key }) => {
    const namespace = resolveNamespace(given);
    const found = ownerOf(ownerId, context);
    if (!found) return null;
    const product = drafts.get(found.id) ?? structuredClone(found);
    const owner = product.variants.find((one) => gid('ProductVariant', one.id) === ownerId) ?? product;
    const kept = owner.metafields.filter((one) => one.namespace !== namespace || one.key !== key);
    if (kept.length === owner.metafields.length) return null;
    owner.metafields = kept;
    product.updatedAt = context.now;
    drafts.set(product.id, product);
    return { __typename: 'MetafieldIdentifier', ownerId, namespace, key };
  });
  const errors = args.metafields.flatMap(({ ownerId, namespace }, at) => {
    const path = ['metafields', String(at)];
    if (!ownerOf(ownerId, context)) return [userError([...path, 'ownerId'], 'Owner does not exist.')];
    return isForeign(resolveNamespace(namespace)) ? [userError(path, 'Access denied')] : [];
  });
  if (errors.length > 0) return { deletedMetafields: null, userErrors: errors };
  if (drafts.size > 0) context.commit([...drafts.values()].map((doc) => ({ put: 'product' as const, doc })));
  return { deletedMetafields: deleted, userErrors: [] };
}

function ownerOf(id: string, { state }: ShopContext): ProductDoc | null {
  return state.product(numberOf('Product', id)) ?? state.variant(numberOf('ProductVariant', id))?.product ?? null;
}

/** Another app's own namespace: nobody else may write there [D]. */
function isForeign(namespace: string): boolean {
  return namespace.startsWith('app--') && namespace !== OWN_NAMESPACE && !namespace.startsWith(`${OWN_NAMESPACE}--`);
}

/** An identical value is no conflict, whatever the digest: a retry is safe [R]. */
function isStale(
  held: MetafieldDoc | null,
  digest: string | null | undefined,
  value: string | null | undefined,
): boolean {
  if (digest === undefined || held?.value === value) return false;
  return digest === null ? held !== null : held === null || metafieldDigest(held) !== digest;
}

function elementOf(error: UserError): number | null {
  const at = error.field?.[1];
  return at === undefined ? null : Number(at);
}
