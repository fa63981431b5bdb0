import { expect } from '@jest/globals';
import type { Fact } from './fact.js';
import type { Shop } from './shop.js';
import { at } from './shop.js';
import { sized } from './write-facts.js';

const RUN = `mutation($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) {
  bulkOperation { id status objectCount url } userErrors { field message code } } }`;
const PRICE = `mutation call($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants) { product { id } userErrors { code message } } }`;

async function ended(shop: Shop, id: unknown): Promise<unknown> {
  return shop.eventually(async () => {
    const read = await shop.ask(
      'query($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount rootObjectCount fileSize url } }',
      { id },
    );
    const operation = at(read, 'data.bulkOperation');
    return at(operation, 'status') === 'COMPLETED' ? operation : null;
  });
}

async function rowsOf(url: unknown): Promise<Record<string, unknown>[]> {
  const text = await (await fetch(String(url))).text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const row: Record<string, unknown> = JSON.parse(line);
      return row;
    });
}

/** Bulk operations, both ways. */
export const BULK_FACTS: Fact[] = [
  {
    mark: 'R',
    says: 'bulk queries that may not be run are refused in known words',
    holds: async (shop) => {
      const cases: [string, string][] = [
        ['{ shop { id } }', 'Bulk queries must contain at least one connection.'],
        ['{ node(id: "gid://shopify/Product/0") { id } }', 'Bulk queries cannot contain a top level `node` field.'],
        [
          '{ products { edges { node { title variants { edges { node { id } } } } } } }',
          "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': products.",
        ],
        [
          'mutation { productCreate(product: { title: "x" }) { product { id } } }',
          'Invalid operation type. Only `query` operations are supported.',
        ],
      ];
      for (const [query, message] of cases) {
        const body = at(await shop.ask(RUN, { query }), 'data.bulkOperationRunQuery');
        expect(at(body, 'bulkOperation')).toBeNull();
        expect(at(body, 'userErrors.0')).toEqual({ field: ['query'], message, code: 'INVALID' });
      }
    },
  },
  {
    mark: 'R',
    says: 'a bulk query begins CREATED, counts in texts, and its rows name their parents',
    holds: async (shop) => {
      const product = await sized(shop, 'Scanned', ['S', 'M']);
      const query = '{ products { edges { node { id variants { edges { node { id price } } } } } } }';
      const begun = at(await shop.ask(RUN, { query }), 'data.bulkOperationRunQuery.bulkOperation');
      expect(begun).toMatchObject({ status: 'CREATED', objectCount: '0', url: null });
      const operation = await ended(shop, at(begun, 'id'));
      const rows = await rowsOf(at(operation, 'url'));
      expect(at(operation, 'objectCount')).toBe(String(rows.length));
      const own = rows.filter((row) => row['__parentId'] === at(product, 'id'));
      expect(own.map((row) => row['price'])).toEqual(['10.00', '10.00']);
    },
  },
  {
    mark: 'D',
    says: 'where nothing matched there is no file',
    holds: async (shop) => {
      const query = `{ products(query: "tag:none-has-${shop.run}") { edges { node { id } } } }`;
      const begun = at(await shop.ask(RUN, { query }), 'data.bulkOperationRunQuery.bulkOperation');
      expect(await ended(shop, at(begun, 'id'))).toMatchObject({ objectCount: '0', url: null, fileSize: null });
    },
  },
  {
    mark: 'R',
    says: 'a bulk mutation takes a staged file, and answers a line for each of its lines',
    holds: async (shop) => {
      const product = await sized(shop, 'Written', ['S']);
      const variant = at(product, 'variants.nodes.0.id');
      const line = (price: string): string =>
        JSON.stringify({ productId: at(product, 'id'), variants: [{ id: variant, price }] });
      const key = await upload(shop, `${line('12')}\n${line('-1')}\n`);
      const begun = at(await write(shop, PRICE, key), 'bulkOperation');
      expect(begun).toMatchObject({ status: 'CREATED', type: 'MUTATION' });
      const rows = await rowsOf(at(await ended(shop, at(begun, 'id')), 'url'));
      expect(rows.map((row) => Number(row['__lineNumber'])).sort((a, b) => a - b)).toEqual([0, 1]);
      const second = rows.find((row) => row['__lineNumber'] === 1);
      expect(at(second, 'data.productVariantsBulkUpdate.userErrors.0.code')).toBe('NEGATIVE_PRICE_VALUE');
    },
  },
  {
    mark: 'R',
    says: 'a bulk mutation is refused in known words',
    holds: async (shop) => {
      const missing = await write(shop, PRICE, 'tmp/1/bulk/nothing.jsonl');
      expect(at(missing, 'userErrors.0.code')).toBe('NO_SUCH_FILE');
      const query = await write(shop, 'query { products { edges { node { id } } } }', 'valid');
      expect(at(query, 'userErrors')).toEqual([
        {
          field: null,
          message: 'Invalid operation type. Only `mutation` operations are supported.',
          code: 'INVALID_MUTATION',
        },
      ]);
    },
  },
];

async function write(shop: Shop, mutation: string, path: string): Promise<unknown> {
  const body = await shop.ask(
    `mutation($mutation: String!, $path: String!) { bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path) {
      bulkOperation { id status type } userErrors { field message code } } }`,
    { mutation, path },
  );
  return at(body, 'data.bulkOperationRunMutation');
}

async function upload(shop: Shop, text: string): Promise<string> {
  const input = [
    { resource: 'BULK_MUTATION_VARIABLES', filename: 'v.jsonl', mimeType: 'text/jsonl', httpMethod: 'POST' },
  ];
  const staged = await shop.ask(
    `mutation($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) {
      stagedTargets { url parameters { name value } } userErrors { message } } }`,
    { input },
  );
  const target = at(staged, 'data.stagedUploadsCreate.stagedTargets.0');
  const parameters = at(target, 'parameters');
  const form = new FormData();
  for (const one of Array.isArray(parameters) ? parameters : [])
    form.set(String(at(one, 'name')), String(at(one, 'value')));
  form.set('file', new Blob([text], { type: 'text/jsonl' }), 'v.jsonl');
  const response = await fetch(String(at(target, 'url')), { method: 'POST', body: form });
  expect(response.status).toBe(201);
  const key = form.get('key');
  return typeof key === 'string' ? key : '';
}
