import { definitionOf } from './metafield-input.js';
import type { DefinitionDoc, MetafieldDoc } from './product-doc.js';
import { gid, numberOf, ONLINE_STORE } from './product-doc.js';
import { productView, resolveNamespace, variantView } from './product-view.js';
import type { ShopContext } from './shop-context.js';
import type { UserError } from './shop-errors.js';
import { onlyKnown, userError } from './shop-errors.js';
import { definitionView } from './shop-view.js';
import type { Change } from './shopify-state.js';

interface PublicationInput {
  publicationId?: string | null;
  publishDate?: string | null;
}

/** Publishes (`isOn`) or unpublishes a product or one variant, on the given publications. */
export function setPublished(
  args: { id: string; input: PublicationInput[] },
  context: ShopContext,
  isOn: boolean,
): object {
  const errors = args.input.flatMap((input, at) => {
    onlyKnown('PublicationInput', input, ['publicationId', 'publishDate']);
    if (numberOf('Publication', input.publicationId ?? '') === ONLINE_STORE.publication) return [];
    return [userError(['input', String(at), 'publicationId'], 'Publication does not exist or is not publishable')];
  });
  const product = structuredClone(
    context.state.product(numberOf('Product', args.id)) ??
      context.state.variant(numberOf('ProductVariant', args.id))?.product ??
      null,
  );
  if (!product) errors.push(userError(['id'], 'Resource does not exist'));
  if (!product || errors.length > 0) return { publishable: null, userErrors: errors };
  const variant = product.variants.find((one) => gid('ProductVariant', one.id) === args.id);
  const resource = variant ?? product;
  for (const input of args.input) {
    if (isOn) resource.publishedOn[ONLINE_STORE.publication] ??= input.publishDate ?? context.now;
    else delete resource.publishedOn[ONLINE_STORE.publication];
  }
  resource.updatedAt = context.now;
  product.updatedAt = context.now;
  context.commit([{ put: 'product', doc: product }]);
  const publishable = variant ? variantView(product, variant, context) : productView(product, context);
  return { publishable, userErrors: [] };
}

export function metafieldDefinitionCreate(
  args: { definition: Omit<DefinitionDoc, 'id'> & { namespace?: string | null } },
  context: ShopContext,
): object {
  const input = args.definition;
  onlyKnown('MetafieldDefinitionInput', input, ['name', 'namespace', 'key', 'type', 'ownerType', 'description']);
  const path = ['definition'];
  const errors: UserError[] = [];
  const namespace = resolveNamespace(input.namespace);
  if (input.ownerType !== 'PRODUCT' && input.ownerType !== 'PRODUCTVARIANT') {
    errors.push(userError([...path, 'ownerType'], 'Owner type is not simulated', 'INVALID'));
  }
  if (definitionOf(context.state, input.ownerType, namespace, input.key)) {
    const message = `Key is in use for ${input.ownerType} metafields on the '${namespace}' namespace.`;
    errors.push(userError([...path, 'key'], message, 'TAKEN'));
  }
  if (errors.length > 0) return { createdDefinition: null, userErrors: errors };
  const { name, key, type, ownerType } = input;
  const doc: DefinitionDoc = {
    id: context.state.newId(),
    namespace,
    key,
    name,
    type,
    ownerType,
    description: input.description ?? null,
  };
  context.commit([{ put: 'definition', doc }]);
  return { createdDefinition: definitionView(doc), userErrors: [] };
}

/** With `deleteAllAssociatedMetafields` what it defined goes too, which for type `id` it has to [V: schema text]. */
export function metafieldDefinitionDelete(
  args: { id?: string | null; identifier?: unknown; deleteAllAssociatedMetafields?: boolean | null },
  context: ShopContext,
): object {
  onlyKnown('metafieldDefinitionDelete', args, ['id', 'deleteAllAssociatedMetafields']);
  const { state } = context;
  const doc = state.definitions().find((one) => gid('MetafieldDefinition', one.id) === args.id);
  const refused = (message: string, code: string): object => {
    return { deletedDefinitionId: null, deletedDefinition: null, userErrors: [userError(['id'], message, code)] };
  };
  if (!doc) return refused('Definition not found.', 'NOT_FOUND');
  const isIts = (one: MetafieldDoc): boolean => one.namespace === doc.namespace && one.key === doc.key;
  const changes: Change[] = [{ drop: 'definition', id: doc.id }];
  for (const product of args.deleteAllAssociatedMetafields === true ? state.keptProducts() : []) {
    const owners = doc.ownerType === 'PRODUCT' ? [product] : product.variants;
    if (!owners.some(({ metafields }) => metafields.some(isIts))) continue;
    const draft = structuredClone(product);
    for (const owner of doc.ownerType === 'PRODUCT' ? [draft] : draft.variants) {
      owner.metafields = owner.metafields.filter((one) => !isIts(one));
    }
    changes.push({ put: 'product', doc: draft });
  }
  context.commit(changes);
  const { namespace, key, ownerType } = doc;
  return { deletedDefinitionId: args.id, deletedDefinition: { namespace, key, ownerType }, userErrors: [] };
}
