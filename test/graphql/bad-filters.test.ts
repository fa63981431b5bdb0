import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld } from '../support/world.js';
import { runs } from '../support/runs.js';

const SKUS = `query ($filter: SkuFilter, $after: String, $orderBy: SkuOrder, $asOf: DateTime) {
  skus(filter: $filter, after: $after, orderBy: $orderBy, asOf: $asOf) { totalCount nodes { code } } }`;
const NASTY = [
  '\u0000',
  '\ud800',
  '\u202eABC',
  '%',
  '_',
  '\\',
  "'; drop table sku",
  '-0',
  '1e3',
  '\uff11\uff12',
  ' ',
  '',
  '\ufeff',
];
const TEXTS = ['vendor', 'productType', 'productHandle', 'gtin', 'owner', 'search'];

const aText = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 300 }));
const aCursor = fc.oneof(
  aText,
  fc.array(aText, { maxLength: 3 }).map((key) => Buffer.from(JSON.stringify(key)).toString('base64url')),
  fc.jsonValue().map((key) => Buffer.from(JSON.stringify(key)).toString('base64url')),
);

describe('bad input to reads of the catalogue', () => {
  let world: World;
  let api: Api;
  const faults: unknown[] = [];
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    const nothing = (): void => {};
    const logger = { log: nothing, warn: nothing, error: (message: unknown): unknown => faults.push(message) };
    api = await openApi(world, logger);
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  /** BAD_USER_INPUT, or how many SKUs were found. */
  const answer = async (query: string, variables: object): Promise<string | number> => {
    try {
      return (await api.ask<{ skus: { totalCount: number } }>(query, variables)).skus.totalCount;
    } catch {
      return (await api.fault(query, variables)).code;
    }
  };

  it('is refused or finds nothing, whatever text stands where', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...TEXTS), aText, async (field, text) => {
        const found = await answer(SKUS, { filter: { [field]: text } });
        expect([0, 'BAD_USER_INPUT']).toContain(found);
      }),
      { numRuns: runs(150) },
    );
    expect(await answer(SKUS, { filter: { codes: NASTY.slice(2) } })).toBe(0);
    expect(await answer(SKUS, { filter: { codes: [] } })).toBe(0);
    expect(await answer(SKUS, { filter: { states: [] } })).toBe(0);
  });

  it('is refused where a cursor is none of ours', async () => {
    await fc.assert(
      fc.asyncProperty(aCursor, fc.constantFrom('CODE', 'UPDATED_AT'), async (after, orderBy) => {
        expect([0, 'BAD_USER_INPUT']).toContain(await answer(SKUS, { after, orderBy }));
      }),
      { numRuns: runs(150) },
    );
  });

  it.each([
    ['eleven words', { filter: { search: 'a b c d e f g h i j k' } }],
    ['a thousand and one codes', { filter: { codes: Array.from({ length: 1_001 }, (_, index) => `C-${index}`) } }],
    ['a text of 256 characters', { filter: { vendor: 'x'.repeat(256) } }],
    ['no state', { filter: { states: ['SOLD'] } }],
    ['no instant', { filter: { updatedAfter: 'yesterday' } }],
    ['the future', { asOf: '9999-12-31T23:59:59.999999Z' }],
  ])('is refused: %s', async (_, variables) => {
    expect(await answer(SKUS, variables)).toBe('BAD_USER_INPUT');
  });

  it('is refused in the other reads too', async () => {
    expect((await api.fault('{ products(search: "a b c d e f g h i j k") { totalCount } }')).code).toBe(
      'BAD_USER_INPUT',
    );
    expect((await api.fault('{ products(asOf: "2999-01-01T00:00:00Z") { totalCount } }')).code).toBe('BAD_USER_INPUT');
    expect((await api.fault('{ product(handle: "a", asOf: "2999-01-01T00:00:00Z") { id } }')).code).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('is nowhere logged as a fault of ours', async () => {
    for (const list of ['skus', 'products', 'catalogFeed', 'onboardingMatch', 'namingViolations', 'auditEvents']) {
      const { code, message } = await api.fault(`{ ${list}(after: "nonsense") { __typename } }`);
      expect([list, code, message]).toEqual([list, 'BAD_USER_INPUT', 'the cursor is not one of ours']);
    }
    expect([faults, world.logged]).toEqual([[], []]);
  });
});
