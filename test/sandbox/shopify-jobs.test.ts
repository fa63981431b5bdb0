import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { admin, at, CATALOG, control, DEFINE_ID, listAt, shirt, textAt } from './sandbox-client.js';
import { skip, STAFF } from './stand-in-kit.js';

const SET = `mutation Set($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input, synchronous: false) {
    product { id } productSetOperation { id status product { id } userErrors { code field message } } userErrors { code field message } } }`;
const OPERATION = `query Op($id: ID!) { productOperation(id: $id) { __typename status product { id handle }
  ... on ProductSetOperation { id setErrors: userErrors { code field message } }
  ... on ProductDeleteOperation { id deletedProductId deleteErrors: userErrors { field message } } } }`;
const DELETE = `mutation D($id: ID!) { productDelete(input: { id: $id }, synchronous: false) { deletedProductId
  productDeleteOperation { id status deletedProductId userErrors { field message } } userErrors { field message } } }`;

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
  // A state an hour: nothing happens before time is skipped.
  await lever('bundles', { stepMs: 3_600_000 });
});
afterEach(() => sandbox.close());

const lever = (name: string, body: object | string): Promise<unknown> =>
  control(sandbox.shopify.url, 'POST', name, body);
const operation = async (id: string): Promise<unknown> =>
  at(await admin(sandbox, OPERATION, { id }), 'data.productOperation');
const ONE = shirt('41', [{ size: 'S', price: '10', sku: 'S-1' }]);

describe('asynchronous productSet', () => {
  beforeEach(() => admin(sandbox, DEFINE_ID));

  it('is CREATED, ACTIVE and COMPLETE, and there is no product before the end', async () => {
    const begun = at(await admin(sandbox, SET, ONE), 'data.productSet');
    expect(begun).toMatchObject({
      product: null,
      productSetOperation: { status: 'CREATED', product: null, userErrors: [] },
      userErrors: [],
    });
    const id = textAt(begun, 'productSetOperation.id');
    await skip(sandbox, 3601);
    expect(await operation(id)).toMatchObject({ __typename: 'ProductSetOperation', status: 'ACTIVE', product: null });
    await skip(sandbox, 3601);
    expect(await operation(id)).toMatchObject({ status: 'COMPLETE', product: { handle: 'fell-shirt' }, setErrors: [] });
  });

  it('tells what is wrong in the operation alone, which then is COMPLETE', async () => {
    const input = { title: 'Bare', variants: [{ price: '1', optionValues: [] }] };
    const begun = at(await admin(sandbox, SET, { input }), 'data.productSet');
    expect(at(begun, 'userErrors')).toEqual([]);
    await skip(sandbox, 7300);
    expect(await operation(textAt(begun, 'productSetOperation.id'))).toMatchObject({
      status: 'COMPLETE',
      product: null,
      setErrors: [{ code: 'PRODUCT_OPTIONS_INPUT_MISSING', field: ['input', 'productOptions'] }],
    });
  });

  it('by custom id makes one product, however often it was begun', async () => {
    await admin(sandbox, SET, ONE);
    await admin(sandbox, SET, ONE);
    await skip(sandbox, 7300);
    expect(listAt(await control(sandbox.shopify.url, 'GET', 'products'), 'products')).toHaveLength(1);
  });
});

it('deletes as a job in recorded steps and words [R]', async () => {
  const id = textAt(await lever('add', { title: 'Gone', sku: 'G-1', price: '1' }), 'id');
  const begun = at(await admin(sandbox, DELETE, { id }), 'data.productDelete');
  expect(begun).toMatchObject({
    deletedProductId: null,
    productDeleteOperation: { status: 'CREATED', deletedProductId: null, userErrors: [] },
    userErrors: [],
  });
  expect(at(await admin(sandbox, DELETE, { id }), 'data.productDelete')).toEqual({
    deletedProductId: null,
    productDeleteOperation: null,
    userErrors: [
      { field: null, message: 'Another operation already in progress. Please wait until current one is finished.' },
    ],
  });
  const operationId = textAt(begun, 'productDeleteOperation.id');
  await skip(sandbox, 3601);
  expect(await operation(operationId)).toMatchObject({ status: 'ACTIVE', deletedProductId: id });
  expect(at(await admin(sandbox, 'query($id: ID!) { product(id: $id) { id } }', { id }), 'data.product')).toBeNull();
  await skip(sandbox, 3601);
  expect(await operation(operationId)).toMatchObject({ status: 'COMPLETE', deletedProductId: id, product: null });
});

it('deletes at once, and says what is not there', async () => {
  const id = textAt(await lever('add', { title: 'Gone', sku: 'G-1', price: '1' }), 'id');
  const now =
    'mutation($id: ID!) { productDelete(input: { id: $id }) { deletedProductId userErrors { field message } } }';
  expect(at(await admin(sandbox, now, { id }), 'data.productDelete')).toEqual({ deletedProductId: id, userErrors: [] });
  expect(at(await admin(sandbox, now, { id }), 'data.productDelete')).toEqual({
    deletedProductId: null,
    userErrors: [{ field: ['id'], message: 'Product does not exist' }],
  });
});

describe('events', () => {
  const EVENTS = `query E($q: String) { events(first: 50, query: $q, sortKey: CREATED_AT) { nodes { __typename id action
    appTitle attributeToApp attributeToUser createdAt ... on BasicEvent { author subjectId subjectType } } } }`;
  const events = async (q: string | null = null): Promise<unknown[]> =>
    listAt(await admin(sandbox, EVENTS, { q }), 'data.events.nodes');

  it('tell who made, deleted and published, and of no edit of a field [B]', async () => {
    await lever('fill', CATALOG);
    expect(await events()).toEqual([]);
    const id = textAt(await lever('add', { title: 'New', sku: 'N-1', price: '1' }), 'id');
    await lever('edit', { as: STAFF, sku: 'N-1', set: { price: '2' } });
    await lever('edit', { as: { kind: 'app', name: 'Bulk editor' }, handle: 'new', set: { published: false } });
    await lever('delete', { as: STAFF, handle: 'new' });
    const seen = await events();
    expect(seen.map((one) => [at(one, 'action'), at(one, 'attributeToUser'), at(one, 'appTitle')])).toEqual([
      ['create', true, null],
      ['unpublished', false, 'Bulk editor'],
      ['destroy', true, null],
    ]);
    expect(seen.map((one) => at(one, 'subjectId'))).toEqual([id, id, id]);
    expect(await events('action:destroy')).toHaveLength(1);
  });

  it('tell of edits too, and late, when told so; of one product as of all', async () => {
    await lever('fill', CATALOG);
    await lever('events', { fieldEdits: true, lagMs: 60_000 });
    const edited = await lever('edit', { as: STAFF, sku: 'FH-EKT-SLT', set: { price: '2' } });
    expect(await events()).toEqual([]);
    await skip(sandbox, 61);
    const ofProduct = 'query($id: ID!) { product(id: $id) { events(first: 5) { nodes { action message } } } }';
    const seen = await admin(sandbox, ofProduct, { id: textAt(edited, 'id') });
    expect(at(seen, 'data.product.events.nodes')).toMatchObject([{ action: 'update' }]);
  });
});

describe('metafields and tags', () => {
  const CAS = `mutation M($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
    metafields { value compareDigest } userErrors { code field message elementIndex } } }`;
  let ownerId: string;
  beforeEach(async () => {
    ownerId = textAt(await lever('add', { title: 'Held', sku: 'H-1', price: '1', tags: ['Old'] }), 'id');
  });
  const set = async (more: object): Promise<unknown> => {
    const one = { ownerId, namespace: 'gov', key: 'rev', type: 'single_line_text_field', value: '1', ...more };
    return at(await admin(sandbox, CAS, { metafields: [one] }), 'data.metafieldsSet');
  };

  it('are compared and set: by digest, only if new, and safely twice [V, R]', async () => {
    const made = await set({ compareDigest: null });
    const digest = textAt(made, 'metafields.0.compareDigest');
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(at(await set({ value: '2', compareDigest: null }), 'userErrors.0.code')).toBe('STALE_OBJECT');
    expect(at(await set({ value: '2', compareDigest: digest }), 'userErrors')).toEqual([]);
    // What is there already is no conflict, though the digest is an old one.
    expect(at(await set({ value: '2', compareDigest: digest }), 'userErrors')).toEqual([]);
    expect(at(await set({ value: '3', compareDigest: digest }), 'userErrors.0')).toMatchObject({
      code: 'STALE_OBJECT',
      elementIndex: 0,
    });
    expect(at(await set({ value: '3', compareDigest: 'abc' }), 'userErrors.0.code')).toBe('INVALID_COMPARE_DIGEST');
  });

  it('of another app are closed to us', async () => {
    expect(at(await set({ namespace: 'app--999--x' }), 'userErrors.0.code')).toBe('APP_NOT_AUTHORIZED');
    expect(at(await set({ namespace: '$app:x' }), 'userErrors')).toEqual([]);
  });

  it('can be deleted, and others can write them', async () => {
    await set({});
    const as = { kind: 'app', name: 'Other' };
    const theirs = [{ namespace: 'gov', key: 'theirs', type: 'single_line_text_field', value: 'x' }];
    expect(at(await lever('metafields', { as, id: ownerId, set: theirs }), 'metafields.1.value')).toBe('x');
    const deleted = await admin(
      sandbox,
      `mutation($m: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $m) {
        deletedMetafields { key } userErrors { message } } }`,
      { m: ['rev', 'none'].map((key) => ({ ownerId, namespace: 'gov', key })) },
    );
    expect(at(deleted, 'data.metafieldsDelete')).toEqual({ deletedMetafields: [{ key: 'rev' }, null], userErrors: [] });
  });

  it('and tags are added and taken away without losing the rest', async () => {
    const change = (name: string, tags: string[]): Promise<unknown> =>
      admin(
        sandbox,
        `mutation($id: ID!, $tags: [String!]!) { ${name}(id: $id, tags: $tags) { node { id ... on Product { tags } } userErrors { message } } }`,
        { id: ownerId, tags },
      );
    expect(at(await change('tagsAdd', ['new', 'OLD']), 'data.tagsAdd.node.tags')).toEqual(['new', 'Old']);
    expect(at(await change('tagsRemove', ['old']), 'data.tagsRemove.node.tags')).toEqual(['new']);
  });
});
