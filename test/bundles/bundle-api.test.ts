import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module.js';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import type { World } from '../support/world.js';
import { buildWorld, costIsOurs, HOST, must } from '../support/world.js';
import { apply, create, move, product, set } from './bundle-kit.js';

const ADMIN = 'an-admin-key-of-thirty-two-characters';
const PARTS = 40;
const KITS = 100;

interface Line {
  sku: { code: string };
  quantity: number;
  position: number;
}
interface Shown {
  code: string;
  bundle: {
    version: number;
    effectiveFrom: string;
    effectiveTo: string | null;
    components: Line[];
    exploded: Line[];
    rollup: Record<string, unknown>;
    versions: { version: number; effectiveTo: string | null; exploded: Line[] }[];
  } | null;
  usedIn: {
    totalCount: number;
    nodes: { code: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
  readiness: { code: string; subject: string | null; satisfied: boolean; blocks: boolean; message: string }[];
}

const LINE = '{ sku { code title } quantity position }';
const BUNDLE = `code bundle { version effectiveFrom effectiveTo components ${LINE} exploded ${LINE}
  rollup { cost weight { value unit } componentPriceTotal savings buildable }
  versions { version effectiveTo exploded ${LINE} } }
  usedIn(first: 3) { totalCount nodes { code } pageInfo { hasNextPage endCursor } }`;

describe('bundles over the API', () => {
  let world: World;
  let app: INestApplication;
  let url: string;
  let mia: string;
  let statements = 0;

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    await costIsOurs(world.ports);
    const parts = Array.from({ length: PARTS }, (_, index) => create(`part-${String(index).padStart(3, '0')}`));
    const kits = Array.from({ length: KITS }, (_, index) => {
      const [a, b] = [index % PARTS, (index * 7 + 1) % PARTS].map((part) => `part-${String(part).padStart(3, '0')}`);
      const second = a === b ? 'part-039' : b;
      // Every fourth holds the one before it.
      const third = index % 4 === 3 ? `, 3 kit-${String(index - 1).padStart(3, '0')}` : '';
      return create(`kit-${String(index).padStart(3, '0')}`, `2 ${a}, 1 ${second}${third}`);
    });
    await apply(world, product, ...parts, ...kits);
    const draft = { name: 'mia over HTTP', party: 'mia', roles: ['MERCHANDISER' as const], expiresAt: null };
    mia = must(await createApiKey(world.ports, HOST, draft)).secret;
    const { source } = world.database;
    const query = source.query.bind(source);
    // The real database, counted.
    source.query = ((...args: Parameters<typeof query>) => {
      statements += 1;
      return query(...args);
    }) as typeof source.query;
    const readiness = new SystemReadiness(source, null);
    const options = { readiness, bootstrapKey: ADMIN, publicUrl: 'http://localhost/', production: false };
    app = await NestFactory.create(AppModule.with({ ports: world.ports, ...options }), { logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${(await app.getUrl()).replace('[::1]', '127.0.0.1')}/graphql`;
  });
  afterAll(async () => {
    await app.close();
    await world.close();
  });

  async function ask<T>(query: string, variables: object = {}, key = ADMIN): Promise<T> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as { data?: T; errors?: unknown };
    if (!answer.data || answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  }
  const sku = async (code: string, more = ''): Promise<Shown> =>
    (await ask<{ sku: Shown }>(`query ($code: String!) { sku(code: $code) { ${BUNDLE} ${more} } }`, { code })).sku;
  const told = (lines: readonly Line[]): string =>
    lines.map(({ sku: of, quantity, position }) => `${position}: ${quantity} ${of.code}`).join(', ');
  const propose = (
    changes: object[],
  ): Promise<{
    changeRequestCreate: { changeRequest: { id: string } | null; userErrors: { code: string; field: string[] }[] };
  }> =>
    ask(
      `mutation ($changes: [ChangeInput!]!) { changeRequestCreate(input: { title: "t", changes: $changes }) {
        changeRequest { id } userErrors { code field } } }`,
      { changes },
      mia,
    );

  it('take as many statements for a page of 100 as for one of 5', async () => {
    const counted = async (first: number): Promise<number> => {
      const text = `query ($first: Int) { skus(first: $first, filter: { search: "kit-" }) { nodes { ${BUNDLE}
        nested: usedIn(nested: true) { totalCount nodes { code } } readiness(for: ACTIVE) { code } } } }`;
      const before = statements;
      const { skus } = await ask<{ skus: { nodes: Shown[] } }>(text, { first });
      expect(skus.nodes).toHaveLength(first);
      expect(skus.nodes.every(({ bundle }) => (bundle?.exploded.length ?? 0) >= 2)).toBe(true);
      return statements - before;
    };
    const few = await counted(5);
    expect(few).toBeGreaterThan(8);
    // What is asked for in one go may go out in two where an answer comes late; it never grows with the page.
    expect(Math.abs((await counted(KITS)) - few)).toBeLessThanOrEqual(2);
  });

  it('show components as they were listed, and what they come to', async () => {
    await apply(world, create('tea'), create('cup'), create('set', '1 tea, 1 cup'), create('box', '2 set, 3 cup'));
    const box = await sku('box');
    expect(told(box.bundle?.components ?? [])).toBe('1: 2 set, 2: 3 cup');
    expect(told(box.bundle?.exploded ?? [])).toBe('1: 2 tea, 2: 5 cup');
    expect(box.bundle?.rollup).toEqual({
      cost: '28.00',
      weight: { value: '7', unit: 'GRAMS' },
      componentPriceTotal: '70.00',
      savings: '60.00',
      buildable: null,
    });
    expect((await sku('tea')).bundle).toBeNull();
  });

  it('count what can be built from the stock that the ERP reported', async () => {
    await world.ports.stock.take('erp', [
      { code: 'tea', onHand: '9' },
      { code: 'cup', onHand: '17.5' },
    ]);
    expect((await sku('box')).bundle?.rollup['buildable']).toBe(3);
    await world.ports.stock.take('erp', [{ code: 'cup', onHand: '-1' }]);
    expect((await sku('box')).bundle?.rollup['buildable']).toBe(0);
  });

  it('are null where a component lacks the figure, and longer than any amount where they are large', async () => {
    const fields = { cost: null, weight: { value: '1', unit: 'OUNCES' } };
    await apply(world, { kind: 'skuUpdate', input: { code: 'cup', baseRevision: null, fields } });
    const { rollup } = (await sku('box')).bundle ?? { rollup: {} };
    expect(rollup).toMatchObject({ cost: null, weight: { value: '143.747616', unit: 'GRAMS' } });
    const dear = { price: '9999999999' };
    await apply(world, create('gold'), create('hoard', '2000 gold, 1 tea'));
    await apply(world, { kind: 'skuUpdate', input: { code: 'gold', baseRevision: null, fields: dear } });
    expect((await sku('hoard')).bundle?.rollup['componentPriceTotal']).toBe('19999999998010.00');
  });

  it('tell where a SKU is used, page by page, through other bundles too where that is asked', async () => {
    const cup = await sku('cup');
    expect(cup.usedIn).toMatchObject({ totalCount: 2, nodes: [{ code: 'set' }, { code: 'box' }] });
    const tea = await sku('tea', 'nested: usedIn(nested: true) { totalCount nodes { code } }');
    expect(tea.usedIn.nodes.map(({ code }) => code)).toEqual(['set', 'hoard']);
    expect(tea).toMatchObject({
      nested: { totalCount: 3, nodes: [{ code: 'set' }, { code: 'box' }, { code: 'hoard' }] },
    });
    const seen: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 20; pages += 1) {
      const text = `query ($after: String) { sku(code: "part-001") { usedIn(first: 2, after: $after) {
        totalCount nodes { code } pageInfo { hasNextPage endCursor } } } }`;
      const { usedIn }: Pick<Shown, 'usedIn'> = (await ask<{ sku: Shown }>(text, { after })).sku;
      seen.push(...usedIn.nodes.map(({ code }) => code));
      after = usedIn.pageInfo.endCursor;
      if (!usedIn.pageInfo.hasNextPage) {
        expect(seen).toHaveLength(usedIn.totalCount);
        break;
      }
    }
    expect(seen.length).toBeGreaterThan(2);
    expect(new Set(seen).size).toBe(seen.length);
    await expect(ask('{ sku(code: "cup") { usedIn(after: "nonsense") { totalCount } } }')).rejects.toThrow(
      'BAD_USER_INPUT',
    );
  });

  it('are told with every version that was, is and is to be', async () => {
    await apply(world, set('set', '2 tea, 1 cup'));
    await apply(world, set('set', '3 tea, 1 cup', new Date('2999-01-01T00:00:00Z')));
    const { bundle } = await sku('set');
    expect(bundle).toMatchObject({ version: 2, effectiveTo: '2999-01-01T00:00:00.000Z' });
    expect(bundle?.versions.map(({ version, exploded }) => `${version} ${told(exploded)}`)).toEqual([
      '1 1: 1 tea, 2: 1 cup',
      '2 1: 2 tea, 2: 1 cup',
      '3 1: 3 tea, 2: 1 cup',
    ]);
    // Around it, a bundle is what it is now; and what it was, in a version that began then.
    await apply(world, set('box', '1 set, 1 cup'));
    const box = (await sku('box')).bundle;
    expect(box?.versions.map(({ exploded }) => told(exploded))).toEqual(['1: 2 tea, 2: 5 cup', '1: 2 tea, 2: 2 cup']);
  });

  it('are told as of the past as they stood then, components, figures and users too', async () => {
    await apply(world, create('fig'), create('nut'), create('mix', '2 fig, 1 nut'), create('tin', '3 mix, 1 nut'));
    const before = (await sku('mix', 'updatedAt')) as Shown & { updatedAt: string };
    const dearer = { price: '11.00', cost: '5.00' };
    await apply(world, { kind: 'skuUpdate', input: { code: 'fig', baseRevision: null, fields: dearer } });
    await apply(world, set('mix', '4 fig, 1 nut'));
    await apply(world, set('tin', '2 mix, 1 fig'));
    const then = async (code: string, asOf: string): Promise<Shown> => {
      const text = `query ($code: String!, $asOf: DateTime) { sku(code: $code, asOf: $asOf) { ${BUNDLE} } }`;
      return (await ask<{ sku: Shown }>(text, { code, asOf })).sku;
    };
    const tin = (await then('tin', before.updatedAt)).bundle;
    expect([tin?.version, told(tin?.components ?? []), told(tin?.exploded ?? [])]).toEqual([
      1,
      '1: 3 mix, 2: 1 nut',
      '1: 6 fig, 2: 4 nut',
    ]);
    expect(tin?.rollup).toMatchObject({ cost: '40.00', componentPriceTotal: '100.00', buildable: null });
    expect(tin?.versions).toHaveLength(1);
    const nut = await then('nut', before.updatedAt);
    expect(nut.usedIn).toMatchObject({ totalCount: 2, nodes: [{ code: 'mix' }, { code: 'tin' }] });
    const now = await sku('tin');
    expect(told(now.bundle?.exploded ?? [])).toBe('1: 9 fig, 2: 2 nut');
    expect(now.bundle?.rollup).toMatchObject({ cost: '53.00', componentPriceTotal: '119.00' });
    expect((await sku('nut')).usedIn.nodes).toEqual([{ code: 'mix' }]);
    // Exact at the boundary: a version begins at the instant of its revision, and not a microsecond before.
    const began = now.bundle?.effectiveFrom ?? '';
    expect((await then('tin', began)).bundle?.version).toBe(2);
    const micros = began.length > 24 ? began : `${began.slice(0, 23)}000Z`;
    const justBefore = micros.replace(
      /\.(\d{6})Z$/,
      (_, digits: string) => `.${String(Number(digits) - 1).padStart(6, '0')}Z`,
    );
    expect((await then('tin', justBefore)).bundle?.version).toBe(1);
  });

  it('are told as of the past with the end that was known then, whatever was set since', async () => {
    await apply(world, create('oat'), create('pan', '2 oat'));
    const known = async (asOf: string): Promise<unknown> => {
      const text = `query ($asOf: DateTime) { sku(code: "pan", asOf: $asOf) { bundle { effectiveTo
        versions { version effectiveTo } } } }`;
      return (await ask<{ sku: { bundle: unknown } }>(text, { asOf })).sku.bundle;
    };
    const instant = async (): Promise<string> =>
      ((await sku('pan', 'updatedAt')) as Shown & { updatedAt: string }).updatedAt;
    const first = await instant();
    await apply(world, set('pan', '3 oat', new Date('2999-01-01T00:00:00Z')));
    const second = await instant();
    const open = { effectiveTo: null, versions: [{ version: 1, effectiveTo: null }] };
    const end = '2999-01-01T00:00:00.000Z';
    const ending = { effectiveTo: end, versions: [{ version: 1, effectiveTo: end }] };
    expect([await known(first), await known(second)]).toEqual([open, ending]);
    await apply(world, set('pan', '4 oat'));
    expect([await known(first), await known(second)]).toEqual([open, ending]);
    expect(await known(await instant())).toMatchObject({
      effectiveTo: end,
      versions: [{ version: 1 }, { version: 2 }],
    });
  });

  it('are proposed over the API, and every fault is told with its path', async () => {
    const fields = { title: 'Pair', optionValues: [{ name: 'Size', value: 'pair' }] };
    const made = { code: 'pair', kind: 'BUNDLE', product: 'tea', fields };
    const bad = await propose([
      { skuCreate: { ...made, bundle: [{ sku: 'tea', quantity: 1 }] } },
      { bundleSet: { code: 'tea', components: [{ sku: 'cup', quantity: 2 }] } },
      { bundleSet: { code: 'set', components: [] } },
      {
        bundleSet: {
          code: 'box',
          components: [
            { sku: 'cup', quantity: 2001 },
            { sku: 'CUP', quantity: 1 },
          ],
        },
      },
      { skuCreate: { ...made, code: 'lone', kind: 'SIMPLE', bundle: [{ sku: 'tea', quantity: 2 }] } },
    ]);
    expect(bad.changeRequestCreate.userErrors.map(({ code, field }) => `${code} ${field.join('.')}`)).toEqual([
      'INVALID_FORMAT input.changes.0.skuCreate.bundle.0.quantity',
      'NOT_A_BUNDLE input.changes.1.bundleSet.code',
      'REQUIRED input.changes.2.bundleSet.components',
      'INVALID_FORMAT input.changes.3.bundleSet.components.0.quantity',
      'DUPLICATE_CHANGE input.changes.3.bundleSet.components.1.sku',
      'NOT_A_BUNDLE input.changes.4.skuCreate.bundle',
      'OPTIONS_TAKEN input.changes.4.skuCreate.fields.optionValues',
    ]);
    const graph = await propose([
      { bundleSet: { code: 'tea', components: [{ sku: 'cup', quantity: 2 }] } },
      { bundleSet: { code: 'set', components: [{ sku: 'box', quantity: 2 }] } },
    ]);
    expect(graph.changeRequestCreate.userErrors.map(({ code, field }) => `${code} ${field.join('.')}`)).toEqual([
      'NOT_A_BUNDLE input.changes.0.bundleSet.code',
      'CYCLE input.changes.1.bundleSet.components',
    ]);
    const components = [{ sku: 'TEA', quantity: 2 }];
    const late = { code: 'pair', components, effectiveFrom: '2999-01-01T00:00:00Z' };
    const good = await propose([
      { skuCreate: { ...made, bundle: [{ sku: 'Cup', quantity: 2 }] } },
      { bundleSet: late },
    ]);
    expect(good.changeRequestCreate.userErrors).toEqual([]);
    const id = good.changeRequestCreate.changeRequest?.id.slice('ChangeRequest_'.length) ?? '';
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    const { bundle } = await sku('pair');
    expect(told(bundle?.components ?? [])).toBe('1: 2 cup');
    expect(bundle?.versions).toHaveLength(2);
  });

  it('say what they are ready for, and what a component is', async () => {
    const gates = async (code: string, state: string): Promise<string[]> =>
      (await sku(code, `readiness(for: ${state}) { code subject satisfied blocks message }`)).readiness
        .filter((gate) => /COMPONENT|IN_USE/.test(gate.code) && !gate.satisfied)
        .map((gate) => `${gate.code} ${gate.subject} ${gate.blocks}`);
    expect(await gates('set', 'PRELAUNCH')).toEqual(['COMPONENTS_READY cup true', 'COMPONENTS_READY tea true']);
    await apply(world, move('tea', 'PRELAUNCH'), move('cup', 'PRELAUNCH'), move('set', 'PRELAUNCH'));
    expect(await gates('set', 'PRELAUNCH')).toEqual([]);
    expect(await gates('set', 'ACTIVE')).toEqual([
      'COMPONENTS_READY cup true',
      'COMPONENTS_READY tea true',
      'COMPONENT_COST cup false',
    ]);
    expect(await gates('tea', 'RETIRED')).toEqual(['IN_USE null true']);
    expect(await gates('tea', 'PHASE_OUT')).toEqual(['IN_USE null false']);
    expect(await gates('part-001', 'PHASE_OUT')).toEqual([]);
  });
});
