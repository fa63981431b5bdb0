import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { admin, at, CATALOG, control, eventually, listAt, textAt } from './sandbox-client.js';
import { BULK_STATUS, bulkEnd, bulkQuery, linesOf, skip, STAFF } from './stand-in-kit.js';

const PRODUCTS = `{ products { edges { node { id handle variants { edges { node { id sku price } } } } } } }`;
const RUN = `mutation B($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) {
  bulkOperation { id status } userErrors { field message code } } }`;
const CANCEL = `mutation C($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { id status completedAt } userErrors { field message } } }`;

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
});
afterEach(() => sandbox.close());

const lever = (name: string, body: object): Promise<unknown> => control(sandbox.shopify.url, 'POST', name, body);
const begin = async (query = PRODUCTS): Promise<string> =>
  textAt(await admin(sandbox, RUN, { query }), 'data.bulkOperationRunQuery.bulkOperation.id');
const problems = async (query: string): Promise<unknown> =>
  at(await admin(sandbox, RUN, { query }), 'data.bulkOperationRunQuery.userErrors');

describe('bulk queries [R]', () => {
  const invalid = (message: string): object => ({ field: ['query'], message, code: 'INVALID' });
  it.each([
    ['{ shop { id } }', ['Bulk queries must contain at least one connection.']],
    ['', ['Invalid bulk query: syntax error, unexpected end of file']],
    [
      '{ products { nodes { id title } } }',
      [
        "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'products { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: 'products'.",
      ],
    ],
    [
      '{ node(id: "gid://shopify/Product/0") { id } }',
      ['Bulk queries cannot contain a top level `node` field.', 'Bulk queries must contain at least one connection.'],
    ],
    [
      '{ products { edges { node { title variants { edges { node { id } } } } } } }',
      [
        "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': products.",
      ],
    ],
    [
      'mutation { productCreate(product: { title: "x" }) { product { id } } }',
      ['Invalid operation type. Only `query` operations are supported.'],
    ],
    [
      `{ products { edges { node { id variants { edges { node { id product { id variants { edges { node { id
        metafields { edges { node { id } } } } } } } } } } } } } }`,
      ['Bulk queries cannot contain connections with a nesting depth greater than 2.'],
    ],
    [
      `{ products { edges { node { id a: variants { edges { node { id } } } b: variants { edges { node { id } } }
        c: variants { edges { node { id } } } d: variants { edges { node { id } } } e: metafields { edges { node { id } } } } } } }`,
      ['Bulk queries cannot contain more than 5 connections.'],
    ],
  ])('are refused in recorded words: %s', async (query, messages) => {
    expect(await problems(query)).toEqual(messages.map(invalid));
  });

  it('run five at a time; the sixth names the five', async () => {
    await lever('bulk', { next: Array.from({ length: 5 }, () => ({ stuck: true })) });
    const ids: string[] = [];
    for (let at5 = 0; at5 < 5; at5 += 1) ids.push(await begin());
    expect(await problems(PRODUCTS)).toEqual([
      {
        field: null,
        message: `A bulk query operation for this app and shop is already in progress: ${ids.join(', ')}.`,
        code: 'OPERATION_IN_PROGRESS',
      },
    ]);
  });

  it('are cancelled in recorded words, and only while they run', async () => {
    await lever('bulk', { next: [{ stuck: true }] });
    const id = await begin();
    const cancelled = await admin(sandbox, CANCEL, { id });
    expect(at(cancelled, 'data.bulkOperationCancel')).toEqual({
      bulkOperation: { id, status: 'CANCELING', completedAt: null },
      userErrors: [],
    });
    expect(at(await bulkEnd(sandbox, id), 'status')).toBe('CANCELED');
    expect(at(await admin(sandbox, CANCEL, { id }), 'data.bulkOperationCancel.userErrors')).toEqual([
      { field: null, message: 'A bulk operation cannot be canceled when it is canceled' },
    ]);
    const unknown = await admin(sandbox, CANCEL, { id: 'gid://shopify/BulkOperation/0' });
    expect(at(unknown, 'data.bulkOperationCancel')).toEqual({
      bulkOperation: null,
      userErrors: [{ field: ['id'], message: 'Bulk operation does not exist' }],
    });
  });
});

describe('bulk results', () => {
  beforeEach(() => control(sandbox.shopify.url, 'POST', 'fill', CATALOG));

  it('end badly with a part of the rows, or none', async () => {
    await lever('bulk', { next: [{ fail: 'TIMEOUT', afterRows: 7 }, { fail: 'INTERNAL_SERVER_ERROR' }] });
    const part = await bulkQuery(sandbox, PRODUCTS);
    expect(part).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT', objectCount: '7', url: null });
    expect(await linesOf(textAt(part, 'partialDataUrl'))).toHaveLength(7);
    const none = await bulkQuery(sandbox, PRODUCTS);
    expect(none).toMatchObject({ status: 'FAILED', url: null, partialDataUrl: null });
    await lever('account', { scopes: ['read_inventory'] });
    const denied = await bulkQuery(sandbox, PRODUCTS);
    expect(denied).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED', url: null });
  });

  it('come in another order when told so, and whole', async () => {
    const inOrder = await linesOf(textAt(await bulkQuery(sandbox, PRODUCTS), 'url'));
    await lever('bulk', { shuffled: true });
    const shuffled = await linesOf(textAt(await bulkQuery(sandbox, PRODUCTS), 'url'));
    expect(shuffled).not.toEqual(inOrder);
    const ids = (rows: Record<string, unknown>[]): string[] => rows.map((row) => String(row['id'])).sort();
    expect(ids(shuffled)).toEqual(ids(inOrder));
    const first = shuffled.findIndex((row) => row['__parentId'] !== undefined);
    const parents = new Set(shuffled.slice(0, first).map((row) => row['id']));
    expect(parents.has(shuffled[first]?.['__parentId'])).toBe(false);
  });

  it('are there for seven days', async () => {
    const operation = await bulkQuery(sandbox, PRODUCTS);
    await skip(sandbox, 7 * 86_400 + 60);
    expect((await fetch(textAt(operation, 'url'))).status).toBe(404);
    const later = await admin(sandbox, BULK_STATUS, { id: textAt(operation, 'id') });
    expect(at(later, 'data.bulkOperation')).toMatchObject({ status: 'COMPLETED', url: null });
  });

  it('are torn: an edit while a slow scan goes on is in it or not, by where it was', async () => {
    await control(sandbox.shopify.url, 'POST', 'reset');
    for (let number = 0; number < 60; number += 1) {
      await lever('add', { title: `P${number}`, sku: `S${number}`, price: '1' });
    }
    await lever('bulk', { rowsPerSecond: 0.001 });
    const id = await begin();
    await eventually(async () => {
      const rows = at(await admin(sandbox, BULK_STATUS, { id }), 'data.bulkOperation.objectCount');
      return Number(rows) >= 100 ? true : null;
    });
    await lever('edit', { as: STAFF, sku: 'S0', set: { price: '2' } });
    await lever('edit', { as: STAFF, sku: 'S59', set: { price: '2' } });
    await skip(sandbox, 300_000);
    const rows = await linesOf(textAt(await bulkEnd(sandbox, id), 'url'));
    const priceOf = (sku: string): unknown => rows.find((row) => row['sku'] === sku)?.['price'];
    expect([priceOf('S0'), priceOf('S59')]).toEqual(['1.00', '2.00']);
  });

  it('of a shop by formula hold what was changed of it, and are worked out when they are fetched', async () => {
    await control(sandbox.shopify.url, 'POST', 'reset');
    await lever('formula', { products: 300, variants: 4 });
    await lever('edit', { as: STAFF, sku: 'F0000007-0002', set: { price: '77' } });
    await lever('delete', { handle: 'formula-0000008' });
    const operation = await bulkQuery(sandbox, PRODUCTS);
    expect(operation).toMatchObject({ objectCount: '1495', rootObjectCount: '299' });
    const rows = await linesOf(textAt(operation, 'url'));
    expect(rows).toHaveLength(1495);
    expect(new Set(rows.map((row) => row['id'])).size).toBe(1495);
    const bySku = new Map(rows.map((row) => [row['sku'], row]));
    expect([bySku.get('F0000007-0002')?.['price'], bySku.has('F0000008-0001')]).toEqual(['77.00', false]);
    const one = bySku.get('F0000300-0004');
    const read = await admin(sandbox, 'query($id: ID!) { productVariant(id: $id) { id sku price product { id } } }', {
      id: String(one?.['id']),
    });
    expect(at(read, 'data.productVariant')).toEqual({
      id: one?.['id'],
      sku: 'F0000300-0004',
      price: one?.['price'],
      product: { id: one?.['__parentId'] },
    });
  });
});

describe('bulk mutations', () => {
  const STAGE = `mutation Stage($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) {
    stagedTargets { url resourceUrl parameters { name value } } userErrors { field message } } }`;
  const WRITE = `mutation W($mutation: String!, $path: String!) { bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path) {
    bulkOperation { id status type objectCount } userErrors { field message code } } }`;
  const PRICE = `mutation call($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
    productVariantsBulkUpdate(productId: $productId, variants: $variants) { product { id } userErrors { code field message } } }`;

  async function upload(text: string): Promise<{ key: string; status: number }> {
    const input = [
      { resource: 'BULK_MUTATION_VARIABLES', filename: 'v.jsonl', mimeType: 'text/jsonl', httpMethod: 'POST' },
    ];
    const staged = at(await admin(sandbox, STAGE, { input }), 'data.stagedUploadsCreate.stagedTargets.0');
    const form = new FormData();
    for (const one of listAt(staged, 'parameters')) form.set(textAt(one, 'name'), textAt(one, 'value'));
    form.set('file', new Blob([text], { type: 'text/jsonl' }), 'v.jsonl');
    const { status } = await fetch(textAt(staged, 'url'), { method: 'POST', body: form });
    const key = form.get('key');
    return { key: typeof key === 'string' ? key : '', status };
  }

  const write = async (mutation: string, path: string): Promise<unknown> =>
    at(await admin(sandbox, WRITE, { mutation, path }), 'data.bulkOperationRunMutation');

  it('do one line after the other, each with its own answer, and roll nothing back', async () => {
    await control(sandbox.shopify.url, 'POST', 'fill', CATALOG);
    const [product] = listAt(await control(sandbox.shopify.url, 'GET', 'products?handle=ember-kettle'), 'products');
    const line = (price: string): string =>
      JSON.stringify({ productId: textAt(product, 'id'), variants: [{ id: textAt(product, 'variants.0.id'), price }] });
    const { key, status } = await upload(`${line('11')}\n${line('-1')}\nnonsense\n${line('12')}\n`);
    expect(status).toBe(201);
    const begun = await write(PRICE, key);
    expect(at(begun, 'bulkOperation')).toMatchObject({ status: 'CREATED', type: 'MUTATION', objectCount: '0' });
    const operation = await bulkEnd(sandbox, textAt(begun, 'bulkOperation.id'));
    expect(operation).toMatchObject({ status: 'COMPLETED', type: 'MUTATION', objectCount: '4' });
    const rows = await linesOf(textAt(operation, 'url'));
    expect(rows.map((row) => row['__lineNumber'])).toEqual([0, 1, 2, 3]);
    expect(at(rows[1], 'data.productVariantsBulkUpdate.userErrors.0.code')).toBe('NEGATIVE_PRICE_VALUE');
    expect(at(rows[2], 'errors.0.message')).toBe('The line is no JSON object.');
    const journal = listAt(await control(sandbox.shopify.url, 'GET', 'journal'), 'entries');
    expect(journal.filter((entry) => at(entry, 'source') === 'job')).toHaveLength(2);
    const [after] = listAt(await control(sandbox.shopify.url, 'GET', 'products?handle=ember-kettle'), 'products');
    expect(at(after, 'variants.0.price')).toBe('12.00');
  });

  it('are refused in recorded words [R]', async () => {
    const create = 'mutation P($product: ProductCreateInput!) { productCreate(product: $product) { product { id } } }';
    const { key } = await upload('\n');
    expect(await write(create, key)).toEqual({
      bulkOperation: null,
      userErrors: [{ field: null, message: 'The input file is empty.', code: 'INVALID_STAGED_UPLOAD_FILE' }],
    });
    expect(at(await write(create, 'tmp/60001/bulk/none.jsonl'), 'userErrors')).toEqual([
      {
        field: null,
        message:
          "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL correctly for the stagedUploadPath mutation argument.",
        code: 'NO_SUCH_FILE',
      },
    ]);
    const query = await write('query { products { edges { node { id } } } }', 'valid');
    expect(at(query, 'userErrors')).toEqual([
      {
        field: null,
        message: 'Invalid operation type. Only `mutation` operations are supported.',
        code: 'INVALID_MUTATION',
      },
    ]);
    const two = await write(
      'mutation B($a: ProductCreateInput!, $b: ProductUpdateInput!) { productCreate(product: $a) { product { id } } productUpdate(product: $b) { product { id } } }',
      'valid',
    );
    expect(at(two, 'userErrors')).toEqual([
      { field: ['mutation'], message: 'You must specify a single top level mutation.', code: null },
    ]);
    const itself = await write(
      'mutation P($m: String!, $p: String!) { bulkOperationRunMutation(mutation: $m, stagedUploadPath: $p) { bulkOperation { id } } }',
      'valid',
    );
    expect(at(itself, 'userErrors')).toEqual([
      { field: ['mutation'], message: 'You must use an allowed mutation name.', code: null },
    ]);
  });

  it('take no upload that was not staged', async () => {
    const form = new FormData();
    form.set('key', 'tmp/60001/bulk/else.jsonl');
    form.set('file', new Blob(['{}']), 'else.jsonl');
    expect((await fetch(`${sandbox.shopify.url}/staged`, { method: 'POST', body: form })).status).toBe(403);
    expect((await fetch(`${sandbox.shopify.url}/staged`, { method: 'POST', body: 'no form' })).status).toBe(400);
  });
});
