import { expect } from '@jest/globals';
import type { Fact } from './fact.js';
import { at } from './shop.js';

/** The request and its answer, whatever it is about. */
export const CONTRACT_FACTS: Fact[] = [
  {
    mark: 'V',
    says: 'a field that the schema does not have is undefinedField, with HTTP 200',
    holds: async (shop) => {
      const { status, body } = await shop.send('{ shop { colour } }');
      expect(status).toBe(200);
      expect(at(body, 'errors.0.message')).toBe("Field 'colour' doesn't exist on type 'Shop'");
      expect(at(body, 'errors.0.extensions')).toEqual({
        code: 'undefinedField',
        typeName: 'Shop',
        fieldName: 'colour',
      });
      expect(at(body, 'data')).toBeUndefined();
    },
  },
  {
    mark: 'R',
    says: 'a text that is no gid is INVALID_VARIABLE',
    holds: async (shop) => {
      const body = await shop.ask('query Q($id: ID!) { product(id: $id) { id } }', { id: 'not-a-gid' });
      expect(at(body, 'errors.0')).toMatchObject({
        message: 'Variable $id of type ID! was provided invalid value',
        extensions: {
          code: 'INVALID_VARIABLE',
          value: 'not-a-gid',
          problems: [
            { path: [], explanation: "Invalid global id 'not-a-gid'", message: "Invalid global id 'not-a-gid'" },
          ],
        },
      });
    },
  },
  {
    mark: 'R',
    says: 'a gid of nothing is null without an error',
    holds: async (shop) => {
      const body = await shop.ask('{ product(id: "gid://shopify/Product/1") { id } }');
      expect([at(body, 'data'), at(body, 'errors')]).toEqual([{ product: null }, undefined]);
    },
  },
  {
    mark: 'D',
    says: 'every answer names the version that answered, and a request id',
    holds: async (shop) => {
      const { headers } = await shop.send('{ shop { id } }');
      expect(headers.get('x-shopify-api-version')).toBe('2026-10');
      expect(headers.get('x-request-id')).toBeTruthy();
    },
  },
  {
    mark: 'V',
    says: 'costs are those of the formula, and what is not there is not charged',
    holds: async (shop) => {
      const cases: [string, number, number | null][] = [
        ['{ product(id: "gid://shopify/Product/1") { id } }', 1, null],
        ['{ products(first: 100) { nodes { id variantsCount { count } } pageInfo { endCursor } } }', 20, null],
        ['{ productVariants(first: 50, query: "sku:none-has-this-one") { nodes { id inventoryItem { id } } } }', 16, 2],
        ['{ products(first: 250) { edges { node { id } } } }', 13, null],
      ];
      for (const [query, requested, actual] of cases) {
        const cost = at(await shop.ask(query), 'extensions.cost');
        expect([query, at(cost, 'requestedQueryCost')]).toEqual([query, requested]);
        if (actual !== null) expect([query, at(cost, 'actualQueryCost')]).toEqual([query, actual]);
        expect(Number(at(cost, 'actualQueryCost'))).toBeLessThanOrEqual(requested);
        const bucket = at(cost, 'throttleStatus');
        for (const key of ['maximumAvailable', 'currentlyAvailable', 'restoreRate']) {
          expect(typeof at(bucket, key)).toBe('number');
        }
      }
    },
  },
  {
    mark: 'M',
    says: 'one operation of more than 1,000 points is refused, whatever the bucket holds',
    holds: async (shop) => {
      const rows =
        'nodes { id variants(first: 250) { nodes { id metafields(first: 50) { nodes { id } } inventoryItem { id } } } }';
      const { status, body } = await shop.send(`{ products(first: 250) { ${rows} } }`);
      expect(status).toBe(200);
      expect(at(body, 'errors.0.extensions')).toMatchObject({ code: 'MAX_COST_EXCEEDED', maxCost: 1000 });
      expect(at(body, 'data')).toBeUndefined();
    },
  },
  {
    mark: 'R',
    says: 'a search by a field that is not known is ignored, answers all rows, and warns',
    holds: async (shop) => {
      await shop.product('searched');
      const body = await shop.ask('{ products(first: 1, query: "colour_of_moon:blue") { nodes { id } } }');
      expect(at(body, 'data.products.nodes.0.id')).toEqual(expect.stringContaining('gid://shopify/Product/'));
      expect(at(body, 'extensions.search.0.warnings.0.field')).toBe('colour_of_moon');
    },
  },
  {
    mark: 'R',
    says: 'an input list of more than 250 values is MAX_INPUT_SIZE_EXCEEDED',
    holds: async (shop) => {
      const ids = Array.from({ length: 251 }, (_, number) => `gid://shopify/Product/${number + 1}`);
      const body = await shop.ask('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
      expect(at(body, 'errors.0.extensions.code')).toBe('MAX_INPUT_SIZE_EXCEEDED');
      expect(at(body, 'errors.0.message')).toBe(
        'The input array size of 251 is greater than the maximum allowed of 250.',
      );
    },
  },
];
