import type { MetafieldInput } from './metafield-input.js';
import { definitionOf, writeMetafields } from './metafield-input.js';
import type { DefinitionDoc, MetafieldDoc, ProductDoc, SubscriptionDoc } from './product-doc.js';
import { gid, numberOf, ONLINE_STORE } from './product-doc.js';
import { metafieldDigest, metafieldView, productView, resolveNamespace, variantView } from './product-view.js';
import type { ShopContext, UserError } from './shop-context.js';
import { onlyKnown, userError } from './shop-context.js';
import { definitionView, subscriptionView } from './shop-view.js';

interface PublicationInput {
  publicationId?: string | null;
  publishDate?: string | null;
}

interface SubscriptionInput {
  uri?: string | null;
  name?: string | null;
  format?: string | null;
  includeFields?: string[] | null;
  metafieldNamespaces?: string[] | null;
}

type MetafieldsSetInput = MetafieldInput & { ownerId: string; compareDigest?: string | null };

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
    const found =
      context.state.product(numberOf('Product', ownerId)) ??
      context.state.variant(numberOf('ProductVariant', ownerId))?.product;
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
    if (isStale(held, compareDigest, metafield.value)) {
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

export function webhookSubscriptionCreate(
  args: { topic: string; webhookSubscription: SubscriptionInput },
  context: ShopContext,
): object {
  const doc: SubscriptionDoc = {
    id: context.state.newId(),
    topic: args.topic,
    uri: '',
    name: null,
    includeFields: [],
    metafieldNamespaces: [],
    createdAt: context.now,
    updatedAt: context.now,
  };
  return saveSubscription(doc, args.webhookSubscription, context);
}

export function webhookSubscriptionUpdate(
  args: { id: string; webhookSubscription: SubscriptionInput },
  context: ShopContext,
): object {
  const doc = structuredClone(findSubscription(args.id, context));
  if (doc) return saveSubscription(doc, args.webhookSubscription, context);
  return { webhookSubscription: null, userErrors: [userError(['id'], 'Webhook subscription does not exist')] };
}

export function webhookSubscriptionDelete(args: { id: string }, context: ShopContext): object {
  const doc = findSubscription(args.id, context);
  if (!doc) {
    return {
      deletedWebhookSubscriptionId: null,
      userErrors: [userError(['id'], 'Webhook subscription does not exist')],
    };
  }
  context.commit([{ drop: 'subscription', id: doc.id }]);
  return { deletedWebhookSubscriptionId: args.id, userErrors: [] };
}

function findSubscription(id: string, context: ShopContext): SubscriptionDoc | null {
  const number = numberOf('WebhookSubscription', id);
  return context.state.subscriptions().find((one) => one.id === number) ?? null;
}

function saveSubscription(doc: SubscriptionDoc, input: SubscriptionInput, context: ShopContext): object {
  onlyKnown('WebhookSubscriptionInput', input, ['uri', 'name', 'format', 'includeFields', 'metafieldNamespaces']);
  const path = ['webhookSubscription'];
  const errors: UserError[] = [];
  if (input.uri) doc.uri = input.uri;
  if (input.name !== undefined) doc.name = input.name;
  if (input.includeFields) doc.includeFields = input.includeFields;
  if (input.metafieldNamespaces) doc.metafieldNamespaces = input.metafieldNamespaces.map(resolveNamespace);
  if (input.format && input.format !== 'JSON') errors.push(userError([...path, 'format'], 'Format is not simulated'));
  if (!URL.canParse(doc.uri) || !/^https?:/.test(doc.uri))
    errors.push(userError([...path, 'uri'], 'Address is invalid'));
  const twin = context.state
    .subscriptions()
    .find((one) => one.topic === doc.topic && one.uri === doc.uri && one.id !== doc.id);
  if (twin) errors.push(userError([...path, 'callbackUrl'], 'Address for this topic has already been taken'));
  if (errors.length > 0) return { webhookSubscription: null, userErrors: errors };
  doc.updatedAt = context.now;
  context.commit([{ put: 'subscription', doc }]);
  return { webhookSubscription: subscriptionView(doc), userErrors: [] };
}
