import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { planOfRequest, previewChanges } from '../../src/application/change/plan/change-plan.js';
import { observeRoots } from '../../src/application/drift/observe-roots.js';
import { sqlOver } from '../../src/storage/sql.js';
import { create, move, product } from '../bundles/bundle-kit.js';
import { committedSince, deliverAll, differences, plannedDifferences, shelves } from '../support/shelves.js';
import type { World } from '../support/world.js';
import { buildWorld, control, importBaseline, must, until } from '../support/world.js';

const CSV = `Handle,Title,Vendor,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Grams,Status
cup,Cup,Acme,"kitchen, new",Size,S,CUP-S,10.00,100,active
cup,,,,,M,CUP-M,11.00,120,
cup,,,,,L,CUP-L,12.00,140,
pot,Pot,Acme,kitchen,Size,S,POT-S,20.00,900,active
pot,,,,,L,POT-L,25.00,1200,
tin,Tin,Palco,,Title,Default Title,TIN,3.00,40,active
`;
const CODES = ['CUP-S', 'CUP-M', 'CUP-L', 'POT-S', 'POT-L', 'TIN', 'A', 'B', 'SET', 'OUTER'];
const STATES = ['PRELAUNCH', 'ACTIVE', 'ON_HOLD', 'PHASE_OUT', 'RETIRED'] as const;
const SAM = { kind: 'staff', name: 'Sam' };

const code = fc.constantFrom(...CODES);
const money = fc.integer({ min: 100, max: 9999 }).map((cents) => (cents / 100).toFixed(2));
const fields = fc.record(
  {
    title: fc.constantFrom('One', 'Two', 'Zwölf & <drei>'),
    price: money,
    cost: fc.option(money),
    weight: fc.integer({ min: 1, max: 2000 }).map((grams) => ({ value: String(grams), unit: 'GRAMS' })),
    hsCode: fc.option(fc.constantFrom('691200', '732393')),
    countryOfOrigin: fc.option(fc.constantFrom('DE', 'PT')),
    taxable: fc.boolean(),
    listedIn: fc.subarray(['erp', 'shopify'], { minLength: 1 }),
    systemValues: fc.option(money.map((price) => [{ system: 'shopify', price, compareAtPrice: null }])),
  },
  { requiredKeys: [] },
);
const update = fc
  .record({ code, fields })
  .filter((each) => Object.keys(each.fields).length > 0)
  .map(({ code: target, fields: values }): ChangeDraft => {
    return { kind: 'skuUpdate', input: { code: target, baseRevision: null, fields: values } };
  });
const productUpdate = fc
  .record({
    handle: fc.constantFrom('cup', 'pot', 'tin', 'tea'),
    title: fc.constantFrom('Mug', 'Kettle', 'Box'),
    tags: fc.subarray(['kitchen', 'new', 'sale']),
  })
  .map(({ handle, ...values }): ChangeDraft => ({
    kind: 'productUpdate',
    input: { handle, baseRevision: null, fields: values },
  }));
const transition = fc.record({ code, to: fc.constantFrom(...STATES) }).map(({ code: target, to }) => move(target, to));
const composition = fc
  .record({
    code: fc.constantFrom('SET', 'OUTER'),
    parts: fc.uniqueArray(fc.constantFrom('CUP-S', 'CUP-M', 'POT-S', 'TIN', 'A'), { minLength: 1, maxLength: 3 }),
    times: fc.integer({ min: 2, max: 5 }),
  })
  .map(({ code: target, parts, times }): ChangeDraft => {
    return { kind: 'bundleSet', input: { code: target, components: parts.map((sku) => ({ sku, quantity: times })) } };
  });
let made = 0;
const creation = fc
  .record({ price: fc.option(money), state: fc.constantFrom('DRAFT', 'PRELAUNCH') })
  .map(({ price, state }) => {
    made += 1;
    const input = {
      code: `NEW-${made}`,
      product: 'cup',
      fields: { title: `New ${made}`, price, optionValues: [{ name: 'Size', value: `N${made}` }] },
    };
    const created: ChangeDraft = { kind: 'skuCreate', input };
    return state === 'DRAFT' ? [created] : [created, move(input.code, 'PRELAUNCH')];
  });
const one = fc.oneof(
  { arbitrary: update.map((each) => [each]), weight: 5 },
  { arbitrary: productUpdate.map((each) => [each]), weight: 2 },
  { arbitrary: transition.map((each) => [each]), weight: 4 },
  { arbitrary: composition.map((each) => [each]), weight: 2 },
  { arbitrary: creation, weight: 1 },
);
/** What somebody changes in a system before the request: it is seen, and a finding. */
const drift = fc.array(
  fc.record({
    system: fc.constantFrom('erp', 'shopify'),
    code: fc.constantFrom('CUP-S', 'POT-L', 'TIN'),
    price: money,
  }),
  {
    maxLength: 2,
  },
);

/** A request that decides on what somebody changed there, and one that leaves it alone. */
const EXAMPLES: [{ system: string; code: string; price: string }[], ChangeDraft[][]][] = [
  [
    [{ system: 'erp', code: 'CUP-S', price: '77.00' }],
    [[{ kind: 'skuUpdate', input: { code: 'CUP-S', baseRevision: null, fields: { price: '12.34' } } }]],
  ],
  [
    [{ system: 'shopify', code: 'TIN', price: '78.00' }],
    [[{ kind: 'skuUpdate', input: { code: 'TIN', baseRevision: null, fields: { hsCode: '691200' } } }]],
  ],
];

describe('a plan is what runs', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    await until('linked', async () => (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'));
    await world.worker.stop();
    await run([product, create('A'), create('B'), create('SET', '2 A, 1 B'), create('OUTER', '2 SET, 1 CUP-S')]);
    for (const state of ['PRELAUNCH', 'ACTIVE'] as const)
      await run(['A', 'B', 'SET', 'OUTER'].map((each) => move(each, state)));
    await deliverAll(world);
  });
  afterAll(() => world.close());

  const propose = (changes: ChangeDraft[]): ReturnType<typeof createChangeRequest> =>
    createChangeRequest(
      world.ports,
      world.people.mia,
      { title: 't', reason: null, idempotencyKey: null, changes },
      false,
    );
  async function run(changes: ChangeDraft[]): Promise<string> {
    const { id } = must(await propose(changes));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return id;
  }
  const edit = async (system: string, target: string, price: string): Promise<void> => {
    if (system === 'erp')
      await control(world.sandbox.erp.url, 'edit', { as: SAM, code: target, set: { listPrice: price } });
    else await control(world.sandbox.shopify.url, 'edit', { as: SAM, sku: target, set: { price } });
    const [row] = await sqlOver(world.database.source).rows<{ root_id: string; root_code: string | null }>(
      `select r.root_id, r.root_code from record r join sku s on s.id = r.sku_id where s.code = $1 and r.system = $2`,
      [target, system],
    );
    const governed = await world.ports.observations.systemByCode(system);
    if (row && governed)
      await observeRoots(world.ports, governed, [{ externalId: row.root_id, code: row.root_code }], 'WEBHOOK');
  };
  const openFindings = async (): Promise<Map<string, string>> => {
    const { items } = await world.ports.operations.findings({ first: 250, after: null }, {});
    return new Map(items.map(({ node }) => [node.id, `${node.state} ${node.resolution}`]));
  };

  it('writes to both systems what the plan says, nothing more and nothing less, whatever is asked', async () => {
    let [ran, superseded, held] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(drift, fc.array(one, { minLength: 1, maxLength: 6 }), async (edits, parts) => {
        for (const { system, code: target, price } of edits) await edit(system, target, price);
        const changes = parts.flat();
        const preview = await previewChanges(world.ports, world.people.mia, changes);
        const proposed = await propose(changes);
        if (!proposed.ok) {
          expect(preview.errors.map(({ code: found }) => found)).toEqual(
            proposed.problems.map(({ code: found }) => found),
          );
          return;
        }
        expect(preview.errors).toEqual([]);
        const { id } = proposed.value;
        const plan = await planOfRequest(world.ports, id);
        expect({ ...plan, approvedBy: [], requestId: null }).toEqual(preview);
        const before = await shelves(world);
        const { last } = await committedSince(world.sandbox.erp.url, 0);
        must(await approveChangeRequest(world.ports, world.people.ada, id, null, plan.hash));
        expect((await world.ports.changes.requestById(id))?.state).toBe('APPLIED');
        await deliverAll(world);
        expect(differences(before, await shelves(world))).toEqual(plannedDifferences(plan.writes));
        const written = new Set(plan.writes.filter(({ system }) => system === 'erp').map(({ target }) => target));
        const erp = await committedSince(world.sandbox.erp.url, last);
        expect(new Set(erp.commits.map((commit) => commit.id))).toEqual(written);
        const findings = await openFindings();
        for (const { findingId } of plan.supersedes) expect(findings.get(findingId)).toBe('RESOLVED SUPERSEDED');
        for (const { findingId } of plan.omissions) if (findingId) expect(findings.get(findingId)).toMatch(/^OPEN/);
        ran += 1;
        superseded += plan.supersedes.length;
        held += plan.omissions.filter(({ reason }) => reason === 'HELD').length;
        // What it wrote is what it says for ever.
        expect((await planOfRequest(world.ports, id)).writes).toEqual(plan.writes);
      }),
      { numRuns: 60, endOnFailure: true, examples: EXAMPLES },
    );
    expect({ ran: ran > 5, superseded: superseded > 0, held: held > 0 }).toEqual({
      ran: true,
      superseded: true,
      held: true,
    });
  }, 300_000);
});
