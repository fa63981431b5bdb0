import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { listViolations } from '../../src/application/naming/list-violations.js';
import type { ProposalDraft } from '../../src/application/naming/proposal-draft.js';
import { proposeCodes } from '../../src/application/naming/propose-codes.js';
import { previewSetting, setSetting } from '../../src/application/settings/set-setting.js';
import type { Caller } from '../../src/domain/actor.js';
import type { NamingPolicy } from '../../src/domain/naming/policy.js';
import type { Json } from '../../src/domain/primitives/json.js';
import type { Outcome } from '../../src/domain/problem.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, must } from '../support/world.js';

const POLICY: NamingPolicy = {
  name: 'shirts',
  scope: { productTypes: ['Shirt'] },
  grammar: '{vendor:3}-{color:3}-{size}-{number:3}',
  segments: {
    color: { kind: 'DICTIONARY', of: 'option.Color', values: { Black: 'BLK', White: 'WHT' } },
    size: { kind: 'VALUE', of: 'option.Size' },
  },
};
const PLAIN: NamingPolicy = {
  name: 'mugs',
  scope: { productTypes: ['Mug'] },
  grammar: 'MUG-{color:3}',
  segments: { color: POLICY.segments?.color ?? { kind: 'FREE' } },
};

describe('naming policies in force', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    await apply([
      {
        kind: 'productCreate',
        input: {
          handle: 'tee',
          fields: { title: 'Tee', vendor: 'Acme', productType: 'Shirt', optionNames: ['Color', 'Size', 'Cut'] },
        },
      },
      {
        kind: 'productCreate',
        input: { handle: 'mug', fields: { title: 'Mug', vendor: 'Acme', productType: 'Mug', optionNames: ['Color'] } },
      },
      create('OLD-1', 'Black', 'M'),
      create('ACM-BLK-M-007', 'Black', 'M', 'slim'),
    ]);
    await setNaming([POLICY, PLAIN]);
  });
  afterAll(() => world.close());

  const setNaming = async (value: NamingPolicy[]): Promise<void> => {
    must(await setSetting(world.ports, world.people.alex, { key: 'naming', value, reason: 'for the test' }));
  };
  const options = (color: string, size: string, cut: string): { name: string; value: string }[] => [
    { name: 'Color', value: color },
    { name: 'Size', value: size },
    { name: 'Cut', value: cut },
  ];
  function create(code: string, color: string, size: string, cut = 'wide'): ChangeDraft {
    return {
      kind: 'skuCreate',
      input: { code, product: 'tee', fields: { title: code, optionValues: options(color, size, cut) } },
    };
  }
  const request = (changes: ChangeDraft[], by: Caller = world.people.mia): Promise<Outcome<{ id: string }>> =>
    createChangeRequest(world.ports, by, { title: 't', reason: null, idempotencyKey: null, changes }, false);
  async function apply(changes: ChangeDraft[]): Promise<string> {
    const { id } = must(await request(changes));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return id;
  }
  const propose = (over: Partial<ProposalDraft> = {}, by: Caller = world.people.mia): ReturnType<typeof proposeCodes> =>
    proposeCodes(world.ports, by, {
      product: 'tee',
      newProduct: null,
      fields: { optionValues: options('Black', 'M', 'x') },
      segments: [],
      count: 1,
      policy: null,
      ...over,
    });
  const proposed = async (over: Partial<ProposalDraft> = {}, by?: Caller): Promise<string[]> =>
    must(await propose(over, by)).codes;

  it('warn of a new code that does not fit, and refuse it where they are enforced', async () => {
    const id = await apply([create('ACM-BLK-L-1', 'Black', 'L')]);
    const { warnings } = (await world.ports.changes.requestById(id)) ?? {};
    expect(warnings).toEqual([
      {
        code: 'NAMING_POLICY',
        message: expect.stringMatching(/^ACM-BLK-L-1 does not fit shirts: at character 11 .* number of 3 digits$/),
        field: ['changes', '0', 'skuCreate', 'code'],
      },
    ]);
    await setNaming([{ ...POLICY, enforce: true }, PLAIN]);
    const refused = await request([create('ACM-BLK-L-002', 'Black', 'XL'), create('ACM-BLK-S-003', 'Black', 'S')]);
    expect(refused.ok ? null : refused.problems).toMatchObject([
      { code: 'NAMING_POLICY', field: ['changes', '0', 'skuCreate', 'code'] },
    ]);
    await setNaming([POLICY, PLAIN]);
  });

  it('list old codes that do not fit, page by page', async () => {
    const page = async (after: string, policy: string | null = null): Promise<[string[], string | null]> => {
      const { violations, next } = must(await listViolations(world.ports, { first: 1, after }, policy));
      return [violations.map(({ code, policy: name, why }) => `${code} ${name}: ${why}`), next];
    };
    const [first, next] = await page('');
    expect(first).toEqual([expect.stringContaining('ACM-BLK-L-1 shirts: at character 11')]);
    expect(next).toBe('acm-blk-l-1');
    expect(await page(next ?? '')).toEqual([[expect.stringContaining('OLD-1 shirts: at character 1')], 'old-1']);
    expect(await page('old-1')).toEqual([[], null]);
    expect(await page('', 'MUGS')).toEqual([[], null]);
    expect(codesOf(await listViolations(world.ports, { first: 1, after: '' }, 'none'))).toEqual(['NOT_FOUND']);
  });

  it('tell what a change of them would mean before it is made', async () => {
    const value = [{ ...POLICY, grammar: '{vendor:3}-{color:3}-{size}-{number:4}' }] as Json;
    expect((await previewSetting(world.ports, 'naming', value)).effects).toEqual([
      { code: 'NO_LONGER_FIT', message: expect.any(String), count: 1, examples: ['ACM-BLK-M-007'] },
    ]);
    expect((await previewSetting(world.ports, 'naming', [])).effects).toMatchObject([{ code: 'FIT_AGAIN', count: 2 }]);
    const tied = await previewSetting(world.ports, 'naming', [POLICY, { ...POLICY, name: 'b' }] as Json);
    expect(tied.problems).toMatchObject([{ code: 'DUPLICATE_CHANGE', field: ['value', '1', 'scope'] }]);
    const broken = await previewSetting(world.ports, 'naming', [{ name: 'x', grammar: '{a' }]);
    expect(broken.problems[0]).toMatchObject({ code: 'INVALID_FORMAT', field: ['value', '0', 'grammar'] });
  });

  it('propose codes that go on behind the highest number, and that nobody else can use meanwhile', async () => {
    expect(await proposed()).toEqual(['ACM-BLK-M-008']);
    expect(await proposed({ count: 3 }, world.people.alex)).toEqual([
      'ACM-BLK-M-009',
      'ACM-BLK-M-010',
      'ACM-BLK-M-011',
    ]);
    expect(await proposed({ fields: { optionValues: options('white', 'M', 'x') } })).toEqual(['ACM-WHT-M-001']);
    const mine = await request([create('ACM-BLK-M-008', 'Black', 'M', 'c1')]);
    expect(must(mine)).toBeDefined();
    const others = await request([create('acm-blk-m-009', 'Black', 'M', 'c2')]);
    expect(others.ok ? null : others.problems).toMatchObject([
      {
        code: 'CODE_RESERVED',
        message: expect.stringContaining('reserved for alex until 20'),
        field: ['changes', '0', 'skuCreate', 'code'],
      },
    ]);
  });

  it('refuse at apply what somebody has reserved meanwhile', async () => {
    const { id } = must(await request([create('ACM-BLK-M-012', 'Black', 'M', 'c3')]));
    const row = { ...world.people.alex.actor, partyId: world.people.alex.actor.partyId ?? '' };
    await world.ports.work.run((stores) => stores.naming.reserve(['ACM-BLK-M-012'], row, { hours: 72, again: false }));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    const after = await world.ports.changes.requestById(id);
    expect([after?.state, after?.problems.map(({ code }) => code)]).toEqual(['CONFLICTED', ['CODE_RESERVED']]);
  });

  it('skip codes of open requests, and codes that look like others', async () => {
    const [at] = await proposed({ fields: { optionValues: options('White', 'L', 'x') } });
    expect(at).toBe('ACM-WHT-L-001');
    must(await request([create('ACM-WHT-L-002', 'White', 'L', 'd1')]));
    // Looks like ACM-WHT-L-004, and no number of the series.
    must(await request([create('ACM WHT.L-OO4', 'White', 'L', 'd2')]));
    await apply([create('ACMWHTLOO4', 'White', 'L', 'd3')]);
    const fields = { optionValues: options('White', 'L', 'x') };
    expect(await proposed({ fields, count: 2 })).toEqual(['ACM-WHT-L-003', 'ACM-WHT-L-005']);
  });

  it('give a code free again once its reservation has expired', async () => {
    const fields = { optionValues: options('White', 'S', 'x') };
    expect(await proposed({ fields }, world.people.alex)).toEqual(['ACM-WHT-S-001']);
    await world.database.source.query(
      `update code_reservation set reserved_at = reserved_at - interval '73 hours', expires_at = expires_at - interval '73 hours'
       where code = 'ACM-WHT-S-001'`,
    );
    must(await request([create('ACM-WHT-S-001', 'White', 'S', 'e1')]));
    expect(await proposed({ fields })).toEqual(['ACM-WHT-S-002']);
  });

  it('have one code without a running number: it is told again to its holder, and to others why not', async () => {
    const mug = { product: 'mug', fields: { optionValues: [{ name: 'Color', value: 'Black' }] } };
    expect(await proposed(mug)).toEqual(['MUG-BLK']);
    expect(await proposed(mug)).toEqual(['MUG-BLK']);
    const told = async (over: Partial<ProposalDraft>, by?: Caller): Promise<string[]> => {
      const outcome = await propose({ ...mug, ...over }, by);
      return outcome.ok
        ? outcome.value.codes
        : outcome.problems.map(({ code, field, message }) => `${code} ${field?.join('.')}: ${message}`);
    };
    expect(await told({}, world.people.alex)).toEqual([
      'CODE_RESERVED optionValues: mugs makes only MUG-BLK of this, which is reserved for mia',
    ]);
    expect(await told({ count: 2 })).toEqual([expect.stringContaining('TOO_MANY count: mugs has no running number')]);
    const { id } = must(
      await request([
        {
          kind: 'skuCreate',
          input: {
            code: 'MUG-BLK',
            product: 'mug',
            fields: { title: 'm', optionValues: [{ name: 'Color', value: 'Black' }] },
          },
        },
      ]),
    );
    expect(await told({})).toEqual([expect.stringMatching(/^CODE_TAKEN optionValues: .* which CR-\d+ proposes$/)]);
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    expect(await told({})).toEqual([expect.stringContaining('which SKU MUG-BLK has')]);
    await apply([
      {
        kind: 'skuCreate',
        input: {
          code: 'MUG.WHT',
          product: 'mug',
          fields: { title: 'm', optionValues: [{ name: 'Color', value: 'White' }] },
        },
      },
    ]);
    expect(await told({ fields: { optionValues: [{ name: 'Color', value: 'White' }] } })).toEqual([
      expect.stringContaining('LOOKS_LIKE optionValues: mugs makes only MUG-WHT of this; MUG-WHT looks like MUG.WHT'),
    ]);
  });

  it('tell every reason why no code can be made', async () => {
    const { mia } = world.people;
    const nobody: Caller = { ...mia, actor: { ...mia.actor, partyId: null } };
    expect(codesOf(await propose({}, nobody))).toEqual(['PARTY_REQUIRED']);
    const bad = await propose({
      fields: { optionValues: [{ name: 'Color', value: 'Teal' }] },
      segments: [{ name: 'vendor', value: 'ACM' }],
    });
    expect(bad.ok ? null : bad.problems.map(({ code, field }) => `${code} ${field?.join('.')}`)).toEqual([
      'NAMING_POLICY segments.0.value',
      'NAMING_POLICY optionValues.0.value',
      'NAMING_POLICY optionValues',
    ]);
    expect(codesOf(await propose({ product: 'nowhere' }))).toEqual(['NOT_FOUND']);
    expect(codesOf(await propose({ policy: 'nowhere' }))).toEqual(['NOT_FOUND']);
    expect(codesOf(await propose({ count: 0, fields: { title: '\u0000' } }))).toEqual([
      'INVALID_FORMAT',
      'INVALID_FORMAT',
    ]);
    expect(codesOf(await propose({ count: 101 }))).toEqual(['TOO_MANY']);
    expect(codesOf(await propose({ newProduct: { title: 'x' } }))).toEqual(['HANDLE_TAKEN']);
    const unreached = { product: 'new', newProduct: { title: 'New', productType: 'Hat' } };
    expect(codesOf(await propose(unreached))).toEqual(['NAMING_POLICY']);
  });

  it('make codes of a product that is not there yet, and end where the numbers end', async () => {
    await setNaming([{ name: 'hats', grammar: 'HAT{number:1}' }]);
    const hat = { product: 'hat', newProduct: { title: 'Hat' }, fields: {} };
    expect(await proposed({ ...hat, count: 8 })).toHaveLength(8);
    expect(codesOf(await propose({ ...hat, count: 2 }))).toEqual(['CODE_TAKEN']);
    expect(await proposed(hat)).toEqual(['HAT9']);
    expect(codesOf(await propose(hat))).toEqual(['CODE_TAKEN']);
  });
});
