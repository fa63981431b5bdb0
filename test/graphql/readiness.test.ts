import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import type { World } from '../support/world.js';
import { buildWorld, importBaseline, must } from '../support/world.js';

const ADMIN = 'an-admin-key-of-thirty-two-characters';
const SKUS = 250;
const HEAD = 'Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Grams,Status\n';
const ROWS = Array.from({ length: SKUS }, (_, index) => {
  const price = index % 3 === 0 ? '' : '5.00';
  return `tea-${index % 50},Tea,V${index % 7},Tea,Size,${index},R-${String(index).padStart(3, '0')},${price},${index % 2},draft`;
}).toSorted();

interface Shown {
  code: string;
  state: LifecycleState;
  allowedTransitions: LifecycleState[];
  readiness: { code: string; subject: string | null; message: string; satisfied: boolean; blocks: boolean }[];
  stock: { system: { code: string }; onHand: string; at: string }[];
}

describe('readiness over the API', () => {
  let world: World;
  let app: INestApplication;
  let url: string;
  let statements = 0;

  beforeAll(async () => {
    world = await buildWorld();
    await importBaseline(world, HEAD + ROWS.join('\n'));
    // Its sweeps would be counted too.
    await world.worker.stop();
    const { source } = world.database;
    const query = source.query.bind(source);
    // The real database, counted.
    source.query = ((...args: Parameters<typeof query>) => {
      statements += 1;
      return query(...args);
    }) as typeof source.query;
    const readiness = new SystemReadiness(source, null);
    const parts = {
      ports: world.ports,
      readiness,
      bootstrapKey: ADMIN,
      publicUrl: 'http://localhost/',
      production: false,
    };
    app = await NestFactory.create(AppModule.with(parts), { logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${(await app.getUrl()).replace('[::1]', '127.0.0.1')}/graphql`;
  });
  afterAll(async () => {
    await app.close();
    await world.close();
  });

  async function page(first: number, state: LifecycleState): Promise<Shown[]> {
    const text = `query ($first: Int, $state: LifecycleState!) { skus(first: $first) { nodes { code state allowedTransitions
      readiness(for: $state) { code subject message satisfied blocks } stock { system { code } onHand at } } } }`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN}` },
      body: JSON.stringify({ query: text, variables: { first, state } }),
    });
    const answer = (await response.json()) as { data?: { skus: { nodes: Shown[] } }; errors?: unknown };
    if (!answer.data) throw new Error(JSON.stringify(answer.errors));
    return answer.data.skus.nodes;
  }

  it('takes the same number of statements for a page of 5 and of 250', async () => {
    const counted = async (first: number): Promise<number> => {
      const before = statements;
      expect(await page(first, 'ACTIVE')).toHaveLength(first);
      return statements - before;
    };
    const few = await counted(5);
    expect(few).toBeGreaterThan(3);
    expect(await counted(SKUS)).toBe(few);
  });

  it.each<LifecycleState>(['PRELAUNCH', 'ACTIVE'])('of %s says just what a change request is told', async (state) => {
    const attributes = [
      { key: 'grade', name: 'Grade', type: 'TEXT', requiredFrom: 'PRELAUNCH', productTypes: ['tea'] },
    ];
    const { ports, people } = world;
    must(await setSetting(ports, people.alex, { key: 'attributes', value: attributes, reason: 'graded from now on' }));
    must(
      await setSetting(ports, people.alex, { key: 'gates', value: { WEIGHT: 'BLOCK' }, reason: 'weighed from now on' }),
    );
    if (state === 'ACTIVE') await world.database.source.query(`update sku set state = 'PRELAUNCH'`);
    const shown = await page(40, state);
    const changes = shown.map(({ code }) => ({ kind: 'skuTransition' as const, input: { code, to: state } }));
    const outcome = await createChangeRequest(
      ports,
      people.mia,
      { title: 'All', reason: null, idempotencyKey: null, changes },
      false,
    );
    const told = outcome.ok ? [] : outcome.problems.map(({ message }) => message);
    const expected = shown.flatMap(({ code, readiness }) =>
      readiness
        .filter(({ satisfied, blocks }) => blocks && !satisfied)
        .map(({ message }) => `${state} asks that ${code} ${message}`),
    );
    expect(told).toEqual(expected);
    expect(expected.some((line) => line.includes('has a weight'))).toBe(true);
    expect(expected.some((line) => line.includes('grade (Grade)'))).toBe(true);
    for (const each of shown) expect(each.allowedTransitions).toContain(state);
  });
});
