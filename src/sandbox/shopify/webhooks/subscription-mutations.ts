import type { SubscriptionDoc } from '../product-doc.js';
import { numberOf } from '../product-doc.js';
import { resolveNamespace } from '../product-view.js';
import type { ShopContext } from '../shop-context.js';
import type { UserError } from '../shop-errors.js';
import { onlyKnown, userError } from '../shop-errors.js';
import { subscriptionView } from '../shop-view.js';

interface SubscriptionInput {
  uri?: string | null;
  name?: string | null;
  format?: string | null;
  includeFields?: string[] | null;
  metafieldNamespaces?: string[] | null;
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
