import { readFileSync } from 'node:fs';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';

export const CATALOG = readFileSync(new URL('../../src/sandbox/sample/catalog.csv', import.meta.url), 'utf8');
export const WINTER_DROP = readFileSync(new URL('../../src/sandbox/sample/winter-drop.csv', import.meta.url), 'utf8');

/** JSON of unknown shape, read by path: `at(answer, 'data.product.id')`. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (held, key) => (held === null || typeof held !== 'object' ? undefined : Reflect.get(held, key)),
      value,
    );
}

export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found !== 'string') throw new Error(`no text at ${path} of ${JSON.stringify(value)?.slice(0, 400)}`);
  return found;
}

export function listAt(value: unknown, path: string): unknown[] {
  const found = at(value, path);
  if (!Array.isArray(found)) throw new Error(`no list at ${path} of ${JSON.stringify(value)?.slice(0, 400)}`);
  return found;
}

/** One GraphQL request as Shopify takes it; the parsed body. */
export async function admin(sandbox: Sandbox, query: string, variables: object = {}): Promise<unknown> {
  const response = await adminResponse(sandbox, query, variables);
  return response.json();
}

export async function adminResponse(
  sandbox: Sandbox,
  query: string,
  variables: object = {},
  token = sandbox.shopify.accessToken,
): Promise<Response> {
  return fetch(`${sandbox.shopify.url}/admin/api/2026-10/graphql.json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': token },
    body: JSON.stringify({ query, variables }),
  });
}

/** A request to the control side of either stand-in. */
export async function control(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const isText = typeof body === 'string';
  const response = await fetch(`${url}/control/${path}`, {
    method,
    headers: { 'content-type': isText ? 'text/csv' : 'application/json' },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

export async function erp(
  sandbox: Sandbox,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
): Promise<{ status: number; etag: string | null; type: string | null; body: unknown }> {
  const response = await fetch(`${sandbox.erp.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${sandbox.erp.token}`, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { headers: answered, status } = response;
  return { status, etag: answered.get('etag'), type: answered.get('content-type'), body: await response.json() };
}

/** Waits until `read` answers something; fails after two seconds. */
export async function eventually<T>(read: () => Promise<T | null> | T | null): Promise<T> {
  const until = Date.now() + 2000;
  while (Date.now() < until) {
    const value = await read();
    if (value !== null) return value;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  throw new Error('it did not happen within two seconds');
}

export const DEFINE_ID = `mutation Define { metafieldDefinitionCreate(definition: {
  name: "Id", namespace: "skuward", key: "product_id", type: "id", ownerType: PRODUCT }) {
  createdDefinition { id type { name } } userErrors { code message } } }`;

export const UPSERT = `mutation Upsert($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product { id handle tags updatedAt options { name optionValues { name } }
      variants(first: 100) { nodes { id sku price selectedOptions { name value } inventoryItem { id } } } }
    userErrors { code field message } } }`;

/** Variables of UPSERT for a product with one option. */
export function shirt(id: string, sizes: { size: string; price: string; sku: string; id?: string }[]): object {
  return {
    identifier: { customId: { namespace: 'skuward', key: 'product_id', value: id } },
    input: {
      title: 'Fell Shirt',
      tags: [' Wool', 'autumn', 'wool '],
      status: 'DRAFT',
      productOptions: [{ name: 'Size', values: sizes.map(({ size }) => ({ name: size })) }],
      variants: sizes.map(({ size, price, sku, id: variantId }) => ({
        ...(variantId ? { id: variantId } : {}),
        price,
        optionValues: [{ optionName: 'Size', name: size }],
        inventoryItem: { sku, cost: '4', measurement: { weight: { value: 210, unit: 'GRAMS' } } },
      })),
    },
  };
}
