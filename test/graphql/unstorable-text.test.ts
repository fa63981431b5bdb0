import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLArgument, GraphQLInputType, GraphQLOutputType } from 'graphql';
import {
  buildSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld } from '../support/world.js';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const NUL = '\u0000';
const HALF = '\ud800';

interface Answer {
  status: number;
  data: Record<string, { userErrors: { code: string; field: string[] }[] } | null> | null;
  errors: { message: string; extensions: { code: string } }[];
}

describe('text that PostgreSQL cannot hold', () => {
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

  const send = async (query: string, variables: object = {}, authorization = api.authorization): Promise<Answer> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query, variables }),
    });
    const { data = null, errors = [] }: Partial<Answer> = JSON.parse(await response.text());
    return { status: response.status, data, errors };
  };

  it.each([
    ['in a variable', 'query ($code: String!) { sku(code: $code) { title } }', { code: NUL }, 'code'],
    ['in a literal', `{ sku(code: "a\\u0000") { title } }`, {}, 'code'],
    ['in the default of a variable', 'query ($code: String! = "\\u0000") { sku(code: $code) { title } }', {}, 'code'],
    [
      'in several places, below the root too',
      'query ($filter: SkuFilter) { skus(filter: $filter) { nodes { usedIn(after: "\\u0000") { totalCount } } } }',
      { filter: { search: HALF, codes: ['A', NUL], vendor: 'fine' } },
      'filter.search, filter.codes.1, after',
    ],
  ])('is refused by a query as malformed, with every place: %s', async (_, query, variables, places) => {
    const message = `A NUL character or half a character cannot be searched for: ${places}.`;
    const answer = await send(query, variables);
    expect(answer).toMatchObject({
      status: 400,
      data: null,
      errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  it('is refused by every mutation as userErrors, one for every text', async () => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    const texts = mutations.filter(({ args }) => args.some(({ type }) => placesIn(badValue(type), []).length > 0));
    expect(texts.length).toBeGreaterThan(15);
    for (const { name, args, type } of texts) {
      const signature = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
      const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
      const variables = Object.fromEntries(args.map((arg: GraphQLArgument) => [arg.name, badValue(arg.type)]));
      const shown = `userErrors { code field } ${emptiesOf(type)}`;
      const { status, data, errors } = await send(
        `mutation (${signature}) { ${name}(${given}) { ${shown} } }`,
        variables,
      );
      expect([name, status, errors]).toEqual([name, 200, []]);
      const places = placesIn(variables, []).map((field) => ({ code: 'INVALID_FORMAT', field }));
      expect([name, data?.[name]?.userErrors]).toEqual([name, expect.arrayContaining(places)]);
      expect(data?.[name]?.userErrors).toHaveLength(places.length);
    }
    expect(world.logged).toEqual([]);
  });

  it('is not told to whoever may not call the mutation at all', async () => {
    const mutation = 'mutation { settingSet(key: "gates", value: "\\u0000", reason: "x") { userErrors { code } } }';
    expect((await send(mutation, {}, 'Bearer nobody')).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  it('stops a mutation before it runs where its answer could not be read', async () => {
    const party = 'partySet(input: { code: "zed", kind: USER, name: "Zed" })';
    const answer = await send(
      `mutation { ${party} { leaves { requests { changes(after: "\\u0000") { totalCount } } } } }`,
    );
    expect(answer).toMatchObject({ status: 400, data: null, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect((await api.ask<{ parties: { code: string }[] }>('{ parties { code } }')).parties).not.toContainEqual({
      code: 'zed',
    });
  });
});

/** A value of the type with bad text wherever text may stand, once in each field. */
function badValue(type: GraphQLInputType, depth = 0): unknown {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return [badValue(inner.ofType, depth)];
  if (isEnumType(inner)) return inner.getValues()[0]?.name;
  if (isInputObjectType(inner)) {
    const fields = Object.values(inner.getFields());
    const used = inner.isOneOf ? fields.filter(({ name }) => name === 'skuCreate') : fields;
    return Object.fromEntries(used.map((field) => [field.name, badValue(field.type, depth + 1)]));
  }
  switch (inner.name) {
    case 'String':
    case 'ID':
      return depth % 2 === 0 ? `a${NUL}` : `a${HALF}`;
    case 'JSON':
      return { deep: [NUL] };
    case 'Int':
      return 1;
    case 'Boolean':
      return true;
    case 'Decimal':
      return '1.00';
    default:
      return '2026-01-01T00:00:00Z';
  }
}

function placesIn(value: unknown, path: string[]): string[][] {
  if (typeof value === 'string') return value.includes(NUL) || value.includes(HALF) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => placesIn(each, [...path, key]));
}

/** Everything else of a payload, so that what cannot be null is seen to be there. */
function emptiesOf(type: GraphQLOutputType): string {
  const payload = getNullableType(type);
  if (!isObjectType(payload)) return '';
  const others = Object.values(payload.getFields()).filter(({ name }) => name !== 'userErrors');
  return others
    .map(({ name, type: of }) =>
      /^\W*(String|ID|DateTime|Int|Boolean)\W*$/.test(String(of)) ? name : `${name} { __typename }`,
    )
    .join(' ');
}
