import { GraphQLError } from 'graphql';
import type { DefinitionDoc, MetafieldDoc } from './product-doc.js';
import { resolveNamespace } from './product-view.js';
import type { ShopContext } from './shop-context.js';
import type { UserError } from './shop-errors.js';
import { onlyKnown, userError } from './shop-errors.js';
import type { IdOwner } from './shop-index.js';
import type { ShopifyState } from './shopify-state.js';

export interface MetafieldInput {
  id?: string | null;
  namespace?: string | null;
  key?: string | null;
  type?: string | null;
  value?: string | null;
}

export interface CustomId {
  namespace?: string | null;
  key: string;
  value: string;
}

export function definitionOf(state: ShopifyState, owner: string, namespace: string, key: string): DefinitionDoc | null {
  const found = state
    .definitions()
    .find((one) => one.ownerType === owner && one.namespace === namespace && one.key === key);
  return found ?? null;
}

/**
 * The metafields after writing `inputs`: merged by namespace and key, or, with `complete`, the whole list.
 * Problems are added to `errors`; the answer is then not to be used.
 */
export function writeMetafields(
  context: ShopContext,
  owner: { type: IdOwner; id: number; metafields: MetafieldDoc[] },
  inputs: MetafieldInput[],
  complete: boolean,
  path: string[],
  errors: UserError[],
): MetafieldDoc[] {
  const written = inputs.map((input, at) => writeOne(context, owner, input, [...path, String(at)], errors));
  const result = complete ? [] : owner.metafields.filter((one) => !written.some((other) => isSameKey(one, other)));
  for (const one of written) if (one) result.push(one);
  return result.sort((a, b) => a.id - b.id);
}

function writeOne(
  context: ShopContext,
  owner: { type: IdOwner; id: number; metafields: MetafieldDoc[] },
  input: MetafieldInput,
  path: string[],
  errors: UserError[],
): MetafieldDoc | null {
  onlyKnown('MetafieldInput', input, ['namespace', 'key', 'type', 'value']);
  const namespace = resolveNamespace(input.namespace);
  const key = input.key ?? '';
  const value = input.value ?? '';
  const held = owner.metafields.find((one) => one.namespace === namespace && one.key === key);
  const type = definitionOf(context.state, owner.type, namespace, key)?.type ?? input.type ?? held?.type ?? '';
  if (key === '') errors.push(userError([...path, 'key'], "Key can't be blank", 'INVALID_METAFIELD'));
  if (value === '') errors.push(userError([...path, 'value'], "Value can't be blank", 'INVALID_METAFIELD'));
  if (type === '') errors.push(userError([...path, 'type'], "Type can't be blank", 'INVALID_METAFIELD'));
  if (input.type && input.type !== type) {
    errors.push(userError([...path, 'type'], 'Type must be consistent with the definition.', 'INVALID_METAFIELD'));
  }
  const holder = type === 'id' ? ownerByCustomId(context.state, owner.type, { namespace, key, value }) : null;
  if (holder !== null && holder !== owner.id) {
    errors.push(userError([...path, 'value'], 'Value has already been taken', 'DUPLICATED_METAFIELD_VALUE'));
  }
  const createdAt = held?.createdAt ?? context.now;
  const updatedAt = held && held.value === value ? held.updatedAt : context.now;
  return { id: held?.id ?? context.state.newId(), namespace, key, type, value, createdAt, updatedAt };
}

/** Id of the product or variant that carries this value of a unique metafield. */
export function ownerByCustomId(state: ShopifyState, owner: IdOwner, customId: CustomId): number | null {
  return state.byCustomId(owner, resolveNamespace(customId.namespace), customId.key, customId.value);
}

/** @throws when there is no definition of type `id`: only its values are unique, so only they identify anything [D]. */
export function requireIdDefinition(state: ShopifyState, owner: IdOwner, customId: CustomId): void {
  if (definitionOf(state, owner, resolveNamespace(customId.namespace), customId.key)?.type === 'id') return;
  throw new GraphQLError("Metafield definition of type 'id' is required when using custom ids.", {
    extensions: { code: 'NOT_FOUND' },
  });
}

function isSameKey(one: MetafieldDoc, other: MetafieldDoc | null): boolean {
  return other !== null && one.namespace === other.namespace && one.key === other.key;
}
