import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FragmentDefinitionNode } from 'graphql';
import { buildSchema, Kind, OperationTypeNode, parse } from 'graphql';
import { COST_LIMIT, operationCost } from '../../src/graphql/cost-limit.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld } from '../support/world.js';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

function costs(source: string, variables: Record<string, unknown> = {}): number[] {
  const { definitions } = parse(source);
  const fragments = definitions.filter(
    (node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION,
  );
  return definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .map((node) => operationCost(schema, node, fragments, variables));
}

/** A SKU leads to its product, and that to its SKUs: `times` levels of it. */
function nested(times: number): string {
  return times === 0 ? 'code' : `product { skus(first: 250) { nodes { ${nested(times - 1)} } } }`;
}

describe('what an operation costs', () => {
  it('is its values, times the rows of every list on the way, and 100 for each page', () => {
    expect(costs('{ sku(code: "A") { code title } }')).toEqual([3]);
    expect(costs('{ skus(first: 20) { nodes { code title } } }')).toEqual([100 + 1 + 20 * 3]);
    expect(costs('{ skus { nodes { code } } }')).toEqual([100 + 1 + 50 * 2]);
    expect(
      costs('{ skus(first: 20) { edges { cursor node { revisions(first: 3) { nodes { revision } } } } } }'),
    ).toEqual([100 + 1 + 20 * (1 + 1 + 1 + (100 + 1 + 3 * 2))]);
    expect(costs('{ skus(first: 1) { nodes { bundle { components { quantity } } } } }')).toEqual([
      100 + 1 + (1 + 1 + 30 * 2),
    ]);
    expect(costs('{ catalogFeed { entries { key } hasMore } }')).toEqual([100 + 1 + 250 * 2 + 1]);
  });

  it('adds up aliases and fragments, and looks variables up', () => {
    const page = 100 + 1 + 50 * 2;
    expect(costs('{ a: skus { ...F } b: skus { ...F } } fragment F on SkuConnection { nodes { code } }')).toEqual([
      2 * page,
    ]);
    expect(costs('{ ... on Query { skus { nodes { ... on Sku { code } } } } }')).toEqual([page]);
    const asked = 'query ($n: Int = 7) { skus(first: $n) { nodes { code } } }';
    expect(costs(asked, { n: 9 })).toEqual([100 + 1 + 9 * 2]);
    expect(costs(asked)).toEqual([100 + 1 + 7 * 2]);
    expect(costs(asked, { n: null })).toEqual([page]);
  });

  it('is soon counted, however fragments spread each other', () => {
    const chain = Array.from({ length: 300 }, (_, at) => `fragment F${at} on Sku { ...F${at + 1} ...F${at + 1} }`);
    const [cost] = costs(`{ sku(code: "A") { ...F0 } } ${chain.join(' ')} fragment F300 on Sku { code }`);
    expect(cost).toBeGreaterThan(COST_LIMIT);
  });

  it('leaves room for every operation of the documentation', () => {
    const files = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((name) =>
      name.endsWith('.md'),
    );
    const blocks = files.flatMap((name) => [...readFileSync(name, 'utf8').matchAll(/^ *```graphql\n(.*?)^ *```/gms)]);
    expect(blocks.length).toBeGreaterThan(20);
    for (const [, source = ''] of blocks)
      expect([source, Math.max(...costs(source)) <= COST_LIMIT]).toEqual([source, true]);
  });

  it('knows the schema: every page of it takes a size that counts', () => {
    const query = schema.getRootType(OperationTypeNode.QUERY);
    const pages = Object.values(query?.getFields() ?? {}).filter(({ type }) =>
      /Connection!$|Feed!$/.test(String(type)),
    );
    for (const { name, args } of pages)
      expect([name, args.map((arg) => arg.name)]).toEqual([name, expect.arrayContaining(['first'])]);
  });
});

describe('an operation that costs too much', () => {
  let world: World;
  let api: Api;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    api = await openApi(world);
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  it('is refused before it runs, as the fault of who asks', async () => {
    const deep = await api.fault(`{ skus(first: 250) { nodes { ${nested(4)} } } }`);
    expect(deep).toEqual({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/could be answered \d.* 500,000 is the most/),
    });
    const variables = { n: 250 };
    const hidden =
      'query ($n: Int) { skus(first: $n) { nodes { product { skus(first: $n) { nodes { product { skus(first: $n) { totalCount nodes { code } } } } } } } } }';
    expect((await api.fault(hidden, variables)).code).toBe('BAD_USER_INPUT');
    const aliases = Array.from(
      { length: 20 },
      (_, at) => `a${at}: skus(first: 250) { nodes { revisions { nodes { revision } } } }`,
    );
    expect((await api.fault(`{ ${aliases.join(' ')} }`)).code).toBe('BAD_USER_INPUT');
    expect(world.logged).toEqual([]);
  });

  it('is not one that only reads much: the largest page of SKUs with all of their products', async () => {
    expect(await api.ask(`{ skus(first: 250) { nodes { ${nested(1)} } } }`)).toEqual({ skus: { nodes: [] } });
    const bundles =
      'bundle { components { quantity sku { code title } } exploded { quantity sku { code } } rollup { cost } }';
    expect(await api.ask(`{ skus(first: 250) { nodes { code ${bundles} } } }`)).toEqual({ skus: { nodes: [] } });
  });

  it('leaves a page out of bounds to be told as that', async () => {
    expect((await api.fault('{ skus(first: 99999999) { nodes { code } } }')).message).toContain('250');
  });
});
