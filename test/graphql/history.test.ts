import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { endOwnershipRule } from '../../src/application/ownership/end-ownership-rule.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, importBaseline, must } from '../support/world.js';

const CSV = `Handle,Title,Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Grams,Variant Barcode,Status
tea,Tea,Acme,Drinks,green,Size,S,TEA-S,10.00,454,4006381333931,active
tea,,,,,,L,TEA-L,20,0,,
cup,Cup,Nord,Ware,,Title,Default Title,CUP,5.00,200,,active
`;
/** All that a revision keeps, as the API shows it. */
const CONTENT = `code kind state title optionValues { name value } gtin price compareAtPrice cost weight { value unit } hsCode
  countryOfOrigin requiresShipping taxable taxCode unitOfMeasure attributes { key value } listedIn { code } systemValues { price }
  revision createdAt updatedAt product { id handle title vendor productType tags revision updatedAt } successor { code state }
  allowedTransitions owner { party { code } rule { id } }`;

interface Shown {
  code: string;
  state: string;
  title: string;
  price: string | null;
  revision: number;
  asOf: string | null;
  createdAt: string;
  updatedAt: string;
  product: { handle: string; vendor: string; revision: number; asOf: string | null };
  owner: { party: { code: string } };
  successor: { code: string; state: string; title: string } | null;
  allowedTransitions: string[];
  readiness: { code: string; satisfied: boolean }[];
  revisions: {
    totalCount: number;
    nodes: { id: string; revision: number; appliedAt: string; snapshot: Record<string, unknown> }[];
  };
}

describe('the catalogue as of an instant', () => {
  let world: World;
  let api: Api;
  /** appliedAt of TEA-S, oldest first. */
  let instants: string[];

  const apply = async (...changes: ChangeDraft[]): Promise<void> => {
    const { ports, people } = world;
    const draft = { title: 'Change', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(ports, people.mia, draft, false));
    must(await approveChangeRequest(ports, people.ada, id, null));
  };
  const update = (code: string, fields: object): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields },
  });
  const skuAt = async (code: string, asOf: string | null, fields = CONTENT): Promise<Shown | null> => {
    const query = `query ($code: String!, $asOf: DateTime) { sku(code: $code, asOf: $asOf) { ${fields} } }`;
    return (await api.ask<{ sku: Shown | null }>(query, { code, asOf })).sku;
  };
  const codesAt = async (asOf: string | null, filter: object = {}, rest = ''): Promise<string[]> => {
    const query = `query ($asOf: DateTime, $filter: SkuFilter) { skus(asOf: $asOf, filter: $filter ${rest}) { nodes { code } } }`;
    const { skus } = await api.ask<{ skus: { nodes: { code: string }[] } }>(query, { asOf, filter });
    return skus.nodes.map(({ code }) => code);
  };

  beforeAll(async () => {
    world = await buildWorld();
    api = await openApi(world);
    await importBaseline(world, CSV);
    await apply(update('TEA-S', { price: '11.00', title: 'Tea, small' }));
    const rule = { scope: 'VENDOR' as const, match: 'Acme Teas', owner: 'mia', effectiveFrom: null, effectiveTo: null };
    const { id } = must(await setOwnershipRule(world.ports, HOST, rule));
    const fields = { vendor: 'Acme Teas', productType: 'Teas' };
    await apply({ kind: 'productUpdate', input: { handle: 'tea', baseRevision: null, fields } });
    await apply({ kind: 'skuTransition', input: { code: 'TEA-S', to: 'PHASE_OUT', successor: 'TEA-L' } });
    must(await endOwnershipRule(world.ports, HOST, id));
    await apply(update('TEA-L', { title: 'Tea, large' }), update('TEA-S', { gtin: null, price: '1.00' }));
    const shown = await skuAt('TEA-S', null, 'revisions { nodes { appliedAt } }');
    instants = (shown?.revisions.nodes ?? []).map(({ appliedAt }) => appliedAt).toReversed();
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  it('answers each revision from its own instant on, and the one before until a microsecond earlier', async () => {
    expect(instants.length).toBe(4);
    const prices = ['10.00', '11.00', '11.00', '1.00'];
    for (const [index, at] of instants.entries()) {
      const now = await skuAt('TEA-S', at);
      expect([now?.revision, now?.price, now?.updatedAt]).toEqual([index + 1, prices[index], at]);
      const before = await skuAt('TEA-S', earlier(at));
      expect(before?.revision ?? null).toBe(index === 0 ? null : index);
    }
    expect(instants.some((at) => /\.\d{6}Z$/.test(at))).toBe(true);
  });

  it('takes a cursor in the list that it is of alone', async () => {
    type Cursor = { pageInfo: { endCursor: string } };
    const page = 'pageInfo { endCursor }';
    const { sku, skus } = await api.ask<{ sku: { revisions: Cursor }; skus: Cursor }>(
      `{ skus(first: 1) { ${page} } sku(code: "TEA-S") { revisions(first: 1) { ${page} } } }`,
    );
    const after = skus.pageInfo.endCursor;
    expect(await codesAt(null, {}, `, after: "${after}"`)).not.toHaveLength(0);
    const elsewhere = [
      `{ products(after: "${after}") { totalCount } }`,
      `{ skus(orderBy: UPDATED_AT, after: "${after}") { totalCount } }`,
      `{ product(handle: "tea") { revisions(after: "${sku.revisions.pageInfo.endCursor}") { totalCount } } }`,
    ];
    for (const query of elsewhere) expect([query, (await api.fault(query)).code]).toEqual([query, 'BAD_USER_INPUT']);
  });

  it('does not know what was not there yet, in lists too', async () => {
    const [first = ''] = instants;
    expect(await codesAt(first)).toEqual(expect.arrayContaining(['TEA-S']));
    expect(await codesAt(earlier(first))).not.toContain('TEA-S');
    expect(await codesAt('2001-01-01T00:00:00Z')).toEqual([]);
    const { product, products } = await api.ask<{ product: unknown; products: { totalCount: number } }>(
      `{ product(handle: "tea", asOf: "2001-01-01T00:00:00Z") { id } products(asOf: "2001-01-01T00:00:00Z") { totalCount } }`,
    );
    expect([product, products.totalCount]).toEqual([null, 0]);
    // What a row says of its beginning is its first revision's instant.
    const shown = await skuAt('TEA-S', null);
    expect([shown?.createdAt, (await skuAt('TEA-S', shown?.createdAt ?? null))?.revision]).toEqual([first, 1]);
  });

  it('shows the present, read from revisions, just as the present itself', async () => {
    const now = (await world.ports.catalog.now()).toISOString();
    for (const code of ['TEA-S', 'TEA-L', 'CUP']) {
      expect(await skuAt(code, now)).toEqual(await skuAt(code, null));
      const [then, present] = [
        await world.ports.catalog.skuByCode(code, new Date()),
        await world.ports.catalog.skuByCode(code),
      ];
      expect({ ...then, asOf: undefined }).toEqual({ ...present, asOf: undefined });
    }
  });

  it('takes along what hangs on a SKU: product, owner, successor, transitions, readiness, revisions', async () => {
    const fields = `${CONTENT} asOf product { asOf } readiness(for: ACTIVE) { code satisfied } successor { title }
      revisions { totalCount nodes { revision appliedAt } }`;
    const at = async (index: number): Promise<Shown | null> => skuAt('TEA-S', instants[index] ?? '', fields);
    const [born, sold, out, last] = [await at(0), await at(1), await at(2), await at(3)];
    expect([born, sold, out, last].map((shown) => shown?.product.vendor)).toEqual([
      'Acme',
      'Acme',
      'Acme Teas',
      'Acme Teas',
    ]);
    expect([born, sold, out, last].map((shown) => shown?.product.revision)).toEqual([1, 1, 2, 2]);
    // The rule for Acme Teas was in force between the second revision and the last.
    expect([born, sold, out, last].map((shown) => shown?.owner.party.code)).toEqual(['ada', 'ada', 'mia', 'ada']);
    expect([sold?.successor, out?.successor?.title, last?.successor?.title]).toEqual([null, 'Tea - L', 'Tea, large']);
    expect([sold?.allowedTransitions, out?.allowedTransitions]).toEqual([
      ['ON_HOLD', 'PHASE_OUT'],
      ['ACTIVE', 'RETIRED'],
    ]);
    expect([born, out].map((shown) => shown?.revisions.totalCount)).toEqual([1, 3]);
    expect(out?.revisions.nodes.map(({ revision }) => revision)).toEqual([3, 2, 1]);
    expect(out?.readiness.find(({ code }) => code === 'PRICE')?.satisfied).toBe(true);
    expect([out?.asOf, out?.product.asOf]).toEqual([instants[2], instants[2]]);
  });

  it('goes from a product of the past to its SKUs of the past, and back', async () => {
    const query = `query ($asOf: DateTime) { product(handle: "tea", asOf: $asOf) {
      vendor revisions { totalCount } skus { totalCount nodes { code title state product { vendor } } } } }`;
    const { product } = await api.ask<{ product: object }>(query, { asOf: instants[1] });
    expect(product).toEqual({
      vendor: 'Acme',
      revisions: { totalCount: 1 },
      skus: {
        totalCount: 2,
        nodes: [
          { code: 'TEA-L', title: 'Tea - L', state: 'ACTIVE', product: { vendor: 'Acme' } },
          { code: 'TEA-S', title: 'Tea, small', state: 'ACTIVE', product: { vendor: 'Acme' } },
        ],
      },
    });
  });

  it('filters, searches, orders and pages in the past', async () => {
    const [, sold, out, last] = instants;
    expect(await codesAt(sold ?? '', { states: ['PHASE_OUT'] })).toEqual([]);
    expect(await codesAt(out ?? '', { states: ['PHASE_OUT'] })).toEqual(['TEA-S']);
    expect(await codesAt(sold ?? '', { vendor: 'acme' })).toEqual(['TEA-L', 'TEA-S']);
    expect(await codesAt(out ?? '', { vendor: 'acme' })).toEqual([]);
    expect(await codesAt(out ?? '', { owner: 'mia' })).toEqual(['TEA-L', 'TEA-S']);
    expect(await codesAt(last ?? '', { owner: 'mia' })).toEqual([]);
    expect(await codesAt(out ?? '', { gtin: '04006381333931' })).toEqual(['TEA-S']);
    // As it would be taken: without the spaces that come along from a spreadsheet.
    expect(await codesAt(out ?? '', { gtin: ' 04006381333931\t' })).toEqual(['TEA-S']);
    expect(await codesAt(last ?? '', { gtin: '04006381333931' })).toEqual([]);
    expect(await codesAt(sold ?? '', { search: 'small ACME' })).toEqual(['TEA-S']);
    expect(await codesAt(out ?? '', { updatedAfter: earlier(out ?? '') })).toEqual(['TEA-S']);
    expect(await codesAt(out ?? '', { updatedAfter: out })).toEqual([]);
    const all = await codesAt(out ?? '', {}, ', orderBy: UPDATED_AT');
    expect(all.at(-1)).toBe('TEA-S');
    const found: string[] = [];
    let after: string | null = null;
    do {
      const page: { skus: { nodes: { code: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } =
        await api.ask(
          `query ($asOf: DateTime, $after: String) { skus(first: 1, after: $after, asOf: $asOf, orderBy: UPDATED_AT) {
          nodes { code } pageInfo { hasNextPage endCursor } } }`,
          { asOf: out, after },
        );
      found.push(...page.skus.nodes.map(({ code }) => code));
      after = page.skus.pageInfo.hasNextPage ? page.skus.pageInfo.endCursor : null;
    } while (after !== null);
    expect(found).toEqual(all);
  });

  it('refuses the future, and filters that no history is kept for', async () => {
    const sku = 'query ($asOf: DateTime) { sku(code: "TEA-S", asOf: $asOf) { code } }';
    const future = await api.fault(sku, { asOf: '2999-01-01T00:00:00Z' });
    expect([future.code, future.message]).toEqual(['BAD_USER_INPUT', expect.stringContaining('lies in the future')]);
    const skus = 'query ($filter: SkuFilter) { skus(asOf: "2026-01-01T00:00:00Z", filter: $filter) { totalCount } }';
    for (const field of ['hasOpenDrift']) {
      const fault = await api.fault(skus, { filter: { [field]: false } });
      expect([fault.code, fault.message]).toEqual([
        'BAD_USER_INPUT',
        expect.stringContaining(`${field} cannot be asked`),
      ]);
    }
    for (const nonsense of ['2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z', 'yesterday']) {
      expect((await api.fault(sku, { asOf: nonsense })).code).toBe('BAD_USER_INPUT');
    }
  });

  it('keeps whole snapshots, newest first, each a node of its own', async () => {
    const shown = await skuAt('TEA-S', null, 'revisions { nodes { id revision appliedAt snapshot } }');
    const [newest, ...older] = shown?.revisions.nodes ?? [];
    expect([newest, ...older].map((revision) => revision?.revision)).toEqual([4, 3, 2, 1]);
    expect(newest?.snapshot).toMatchObject({
      code: 'TEA-S',
      price: '1.00',
      gtin: null,
      state: 'PHASE_OUT',
      successor: 'TEA-L',
    });
    const read = `query ($id: ID!) { node(id: $id) { __typename id
      ... on SkuRevision { revision appliedAt snapshot changeRequest { title } }
      ... on ProductRevision { revision snapshot changes { field } actor { name } } } }`;
    const { node } = await api.ask<{ node: object }>(read, { id: newest?.id });
    expect(node).toEqual({ __typename: 'SkuRevision', ...newest, changeRequest: { title: 'Change' } });
    const { product } = await api.ask<{ product: { revisions: { nodes: { id: string }[] } } }>(
      '{ product(handle: "tea") { revisions { nodes { id } } } }',
    );
    const [id] = product.revisions.nodes.map((each) => each.id);
    expect((await api.ask<{ node: object }>(read, { id })).node).toMatchObject({
      __typename: 'ProductRevision',
      revision: 2,
      snapshot: { handle: 'tea', vendor: 'Acme Teas', productType: 'Teas' },
      changes: [{ field: 'vendor' }, { field: 'productType' }],
      actor: { name: 'mia' },
    });
    expect((await api.ask<{ node: null }>(read, { id: id?.replace(/\d+$/, '99') })).node).toBeNull();
    expect((await api.fault(read, { id: id?.replace(/\d+$/, '0') })).code).toBe('BAD_USER_INPUT');
  });
});

/** A microsecond before an instant of the API's. */
function earlier(at: string): string {
  const [second = '', fraction = ''] = at.replace('Z', '').split('.');
  const micros = BigInt(Date.parse(`${second}Z`)) * 1_000n + BigInt(fraction.padEnd(6, '0')) - 1n;
  const rest = String(micros % 1_000_000n).padStart(6, '0');
  return `${new Date(Number(micros / 1_000_000n) * 1_000).toISOString().slice(0, 19)}.${rest}Z`;
}
