import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { explainApprovals } from '../../src/application/approvals/explain-approvals.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import { previewSetting, setSetting } from '../../src/application/settings/set-setting.js';
import type { Caller, Role } from '../../src/domain/actor.js';
import type { ApprovalPolicy } from '../../src/domain/approvals/approval-rule.js';
import { DEFAULT_POLICY } from '../../src/domain/approvals/approval-rule.js';
import type { Outcome } from '../../src/domain/problem.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, HOST, must } from '../support/world.js';

const FINANCE: ApprovalPolicy = [
  ...DEFAULT_POLICY,
  {
    key: 'large-price-moves',
    description: 'Finance sees what moves margins.',
    when: { priceChange: { percent: 20 } },
    require: { party: 'finance', count: 2 },
  },
];

describe('approval policy as data', () => {
  let world: World;
  let fay: Caller;
  let fin: Caller;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    [fay, fin] = [await keyOf('fay', 'APPROVER'), await keyOf('fin', 'APPROVER')];
    const team = { code: 'finance', kind: 'TEAM' as const, name: 'Finance', email: null, active: true };
    must(await setParty(world.ports, HOST, { ...team, members: ['fay', 'fin'] }));
    await applied(
      {
        kind: 'productCreate',
        input: { handle: 'tea', fields: { title: 'Tea', vendor: 'Acme', productType: 'Food' } },
      },
      { kind: 'skuCreate', input: { code: 'TEA', product: 'tea', fields: { title: 'Tea', price: '10.00' } } },
    );
  });
  afterAll(() => world.close());

  async function keyOf(code: string, role: Role): Promise<Caller> {
    const person = { code, kind: 'USER' as const, name: code, email: null, active: true, members: null };
    const { id } = must(await setParty(world.ports, HOST, person));
    const draft = { name: code, party: code, roles: [role], expiresAt: null };
    const { keyId } = must(await createApiKey(world.ports, HOST, draft));
    return { actor: { kind: 'API_KEY', id: keyId, name: code, partyId: id }, roles: [role] };
  }
  const propose = async (price: string): Promise<string> => {
    const changes: ChangeDraft[] = [
      { kind: 'skuUpdate', input: { code: 'TEA', baseRevision: null, fields: { price } } },
    ];
    const draft = { title: 'a price', reason: null, idempotencyKey: null, changes };
    return must(await createChangeRequest(world.ports, world.people.mia, draft, false)).id;
  };
  const approve = (who: Caller, id: string): Promise<Outcome<{ id: string }>> =>
    approveChangeRequest(world.ports, who, id, null);
  const stateOf = async (id: string): Promise<string | undefined> => (await world.ports.changes.requestById(id))?.state;
  async function applied(...changes: ChangeDraft[]): Promise<void> {
    const draft = { title: 'a start', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approve(world.people.ada, id));
    expect(await stateOf(id)).toBe('APPLIED');
  }
  const set = (value: ApprovalPolicy): Promise<Outcome<{ key: string }>> =>
    setSetting(world.ports, HOST, { key: 'approvals', value, reason: 'a test of rules' });

  it('refuses a rule that asks a party that is not there, at its place', async () => {
    const outcome = await set([{ key: 'a', require: { party: 'nobody' } }]);
    expect(codesOf(outcome)).toEqual(['NOT_FOUND']);
    expect(outcome.ok ? null : outcome.problems[0]?.field).toEqual(['value', '0', 'require', 'party']);
  });

  it('asks a quorum of a team on top of the owner, and explains both', async () => {
    must(await set(FINANCE));
    const small = await propose('11.00');
    must(await approve(world.people.ada, small));
    expect(await stateOf(small)).toBe('APPLIED');

    const large = await propose('22.00');
    const explained = await explainApprovals(world.ports, large);
    expect(explained?.rules.map(({ rule, asks, targets }) => [rule, asks, targets])).toEqual([
      ['owner-approves', true, ['TEA']],
      ['large-price-moves', true, ['TEA']],
    ]);
    expect(explained?.rules[1]?.why).toBe('TEA: price from 11.00 to 22.00 is 100%, and it asks from 20% on');
    must(await approve(world.people.ada, large));
    must(await approve(fay, large));
    expect(await stateOf(large)).toBe('IN_REVIEW');
    expect(codesOf(await approve(fay, large))).toEqual(['ALREADY_DECIDED']);
    must(await approve(fin, large));
    expect(await stateOf(large)).toBe('APPLIED');
    // What was asked then, though a plan of it would find nothing to do now.
    const after = await explainApprovals(world.ports, large);
    expect(after?.rules.map(({ rule }) => rule)).toEqual(['owner-approves', 'large-price-moves']);
  });

  it('judges a request once more by the policy that is in force when it is applied', async () => {
    must(await set(DEFAULT_POLICY));
    const id = await propose('44.00');
    must(await set(FINANCE));
    must(await approve(world.people.ada, id));
    expect(await stateOf(id)).toBe('IN_REVIEW');
    must(await approve(fay, id));
    must(await approve(fin, id));
    expect(await stateOf(id)).toBe('APPLIED');
  });

  it('tries another policy on the requests of the past', async () => {
    must(await set(DEFAULT_POLICY));
    const effects = async (value: ApprovalPolicy): Promise<unknown> => {
      const { effects: found, problems } = await previewSetting(world.ports, 'approvals', value);
      expect(problems).toEqual([]);
      return Object.fromEntries(found.map(({ code, count }) => [code, count]));
    };
    // Of the four that were applied, two moved a price by a fifth or more.
    expect(await effects(FINANCE)).toEqual({ ASKS_MORE: 2 });
    const rare: ApprovalPolicy = [{ key: 'rare', when: { vendors: ['none'] }, require: { owner: true } }];
    expect(await effects(rare)).toEqual({ ASKS_LESS: 4, ASKS_NOBODY: 4 });
    const creations: ApprovalPolicy = [{ key: 'new', when: { operations: ['SKU_CREATE'] }, require: { owner: true } }];
    expect(await effects(creations)).toEqual({ ASKS_LESS: 3, ASKS_NOBODY: 3 });
    const many: ApprovalPolicy = [...DEFAULT_POLICY, { key: 'all', require: { party: 'finance', count: 20 } }];
    expect(await effects(many)).toMatchObject({ NOBODY_COULD: 4 });
    expect(await effects(DEFAULT_POLICY)).toEqual({});
  });
});
