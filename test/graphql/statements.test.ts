import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import { recordStatements } from '../support/statements.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, importBaseline, must } from '../support/world.js';

const HEAD = 'Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const ROWS = Array.from(
  { length: 260 },
  (_, index) => `tea-${index % 50},Tea,V${index % 7},Tea,Size,${index},R-${String(index).padStart(3, '0')},5.00,active`,
).toSorted();
const NODE = `nodes { code product { handle vendor } owner { party { code } rule { scope } } readiness(for: ACTIVE) { code satisfied }
  allowedTransitions successor { code } listedIn { code } systems { state system { code } } openDrift { field } }`;

describe('the statements of a page of SKUs', () => {
  let world: World;
  let api: Api;
  let statements: string[];

  beforeAll(async () => {
    world = await buildWorld();
    await importBaseline(world, HEAD + ROWS.join('\n'));
    const rule = { scope: 'SKU' as const, match: 'R-003', owner: 'ada', effectiveFrom: null, effectiveTo: null };
    must(await setOwnershipRule(world.ports, HOST, rule));
    // Each has a successor, so that a page of one row refers to all that a page of many does.
    const changes = Array.from({ length: 250 }, (_, index) => {
      const code = `R-${String(index).padStart(3, '0')}`;
      return { kind: 'skuTransition' as const, input: { code, to: 'PHASE_OUT' as const, successor: 'R-255' } };
    });
    const draft = { title: 'Out', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    // From here on nobody but the API speaks to the database.
    await world.worker.stop();
    statements = recordStatements(world.database.source);
    api = await openApi(world);
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  const ask = async (first: number, args: string, selection: string): Promise<{ nodes: object[]; sent: string[] }> => {
    statements.length = 0;
    const { skus } = await api.ask<{ skus: { nodes: object[] } }>(`{ skus(first: ${first}${args}) { ${selection} } }`);
    return { nodes: skus.nodes, sent: [...statements] };
  };

  it.each([
    ['the list', ''],
    ['another order', ', orderBy: UPDATED_AT, filter: { states: [PHASE_OUT] }'],
    ['a search', ', filter: { search: "tea v" }'],
    ['an owner', ', filter: { owner: "ada", hasOpenDrift: true, states: [ACTIVE, PHASE_OUT] }'],
    ['the past', ', asOf: "NOW"'],
    ['an owner in the past', ', asOf: "NOW", filter: { owner: "ada", vendor: "v1" }'],
  ])('are as many for 1 row as for 250: %s', async (_, template) => {
    const args = template.replace('NOW', (await world.ports.catalog.now()).toISOString());
    const one = await ask(1, args, NODE);
    const many = await ask(250, args, NODE);
    expect([one.nodes.length, many.nodes.length > 30]).toEqual([1, true]);
    expect(many.sent.length).toBe(one.sent.length);
    expect(many.sent.length).toBeLessThanOrEqual(20);
  });

  it('do not count everything unless somebody asks', async () => {
    const counts = (sent: readonly string[]): string[] => sent.filter((text) => /select count\(\*\)/.test(text));
    expect(counts((await ask(10, '', 'nodes { code }')).sent)).toEqual([]);
    expect(counts((await ask(10, '', 'nodes { code } totalCount')).sent).length).toBe(1);
    expect((await ask(10, '', 'nodes { code }')).sent.length).toBe(1);
  });
});
