import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { explainApprovals } from '../../src/application/approvals/explain-approvals.js';
import { withdrawChangeRequest } from '../../src/application/change/withdraw-change-request.js';
import { planOfRequest } from '../../src/application/change/plan/change-plan.js';
import { previewSetting, setSetting } from '../../src/application/settings/set-setting.js';
import type { ApprovalPolicy, RuleCondition } from '../../src/domain/approvals/approval-rule.js';
import { DEFAULT_POLICY } from '../../src/domain/approvals/approval-rule.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, HOST, must } from '../support/world.js';
import { price, ReviewKit, step } from './review-kit.js';

const NAMED: ApprovalPolicy = [
  { key: 'by-the-owner', description: 'Whoever owns it decides.', require: { owner: true } },
];

describe('policy and requests of the past', () => {
  let world: World;
  let kit: ReviewKit;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    kit = new ReviewKit(world);
    await kit.onSale('tea', 'Acme', ['T1', 'T2']);
    await kit.onSale('mate', 'Yerba', ['M1']);
  });
  afterAll(() => world.close());

  const policy = async (value: ApprovalPolicy): Promise<void> => {
    must(await setSetting(world.ports, HOST, { key: 'approvals', value, reason: 'a test of the past' }));
  };
  const explained = async (id: string): Promise<unknown[]> => {
    const found = await explainApprovals(world.ports, id);
    return [found?.policyVersion, ...(found?.rules ?? []).map(({ rule, description }) => [rule, description])];
  };

  it('explains an ended request by the version of the policy that asked, and its rules as they were described', async () => {
    const first = await kit.applied([price('T1', '11.00')]);
    await policy(NAMED);
    const second = await kit.applied([price('T1', '12.00')]);
    const withdrawn = await kit.propose([price('T1', '13.00')]);
    must(await withdrawChangeRequest(world.ports, world.people.mia, withdrawn));
    await policy([{ key: 'by-the-owner', description: 'It was always so.', require: { owner: true } }]);
    expect(await explained(first)).toEqual([0, ['owner-approves', DEFAULT_POLICY[0]?.description]]);
    for (const id of [second, withdrawn])
      expect(await explained(id)).toEqual([1, ['by-the-owner', 'Whoever owns it decides.']]);
    const open = await kit.propose([price('T1', '14.00')]);
    expect(await explained(open)).toEqual([2, ['by-the-owner', 'It was always so.']]);
    await policy(DEFAULT_POLICY);
  });

  it('says in plain words that no rule asks where nothing would change', async () => {
    const { id } = must(await kit.create([price('NONE', '1.00')], {}, undefined, true));
    const [rule] = (await explainApprovals(world.ports, id))?.rules ?? [];
    expect([rule?.asks, rule?.why]).toEqual([
      false,
      'as things are, the request changes nothing that could be approved',
    ]);
  });

  it('plans no error for what somebody else has done meanwhile, and applies it', async () => {
    const [first, second] = [await kit.propose([price('T2', '15.00')]), await kit.propose([price('T2', '15.00')])];
    const draft = must(await kit.create([price('T2', '15.00')], {}, undefined, true)).id;
    must(await kit.approve(first));
    const errorsOf = async (id: string): Promise<string[]> =>
      (await planOfRequest(world.ports, id)).errors.map(({ code }) => code);
    expect([await errorsOf(second), await errorsOf(draft)]).toEqual([[], ['REQUIRED']]);
    must(await kit.approve(second));
    expect(await kit.stateOf(second)).toBe('APPLIED');
  });

  it('plans no want of people where those who have approved and left, and those who are there, are enough', async () => {
    const eva = await kit.person('eva', 'APPROVER');
    const three: ApprovalPolicy = [{ key: 'three', require: { owner: true, count: 3 } }];
    await policy(three);
    const id = await kit.propose([price('T2', '16.00')]);
    must(await kit.approve(id, eva));
    must(await kit.approve(id));
    await kit.sql(`update api_key set revoked_at = clock_timestamp() where party_id = $1`, [eva.actor.partyId]);
    expect((await planOfRequest(world.ports, id)).errors).toEqual([]);
    await policy([{ key: 'three', require: { owner: true, count: 9 } }]);
    expect((await planOfRequest(world.ports, id)).errors.map(({ code }) => code)).toEqual(['NO_ELIGIBLE_APPROVER']);
    await policy(three);
    must(await kit.approve(id, world.people.alex));
    expect(await kit.stateOf(id)).toBe('APPLIED');
    await policy(DEFAULT_POLICY);
  });

  describe('on which other rules are tried', () => {
    const asks = async (when: RuleCondition): Promise<Record<string, string[]>> => {
      const tried = await previewSetting(world.ports, 'approvals', [
        ...DEFAULT_POLICY,
        { key: 'tried', when, require: { party: 'oli' } },
      ]);
      expect(codesOf({ ok: false, problems: tried.problems })).toEqual([]);
      return Object.fromEntries(tried.effects.map(({ code, examples }) => [code, examples]));
    };
    const numberOf = async (id: string): Promise<string> => (await kit.view(id)).number;
    const product = (fields: object): Parameters<ReviewKit['applied']>[0][number] => {
      return { kind: 'productUpdate', input: { handle: 'tea', baseRevision: null, fields } };
    };

    it('are those that changed a product of which a SKU is in such a state', async () => {
      const titled = await kit.applied([product({ title: 'Green tea' })]);
      const { ASKS_MORE = [] } = await asks({ fields: ['product.title'], states: ['ACTIVE'] });
      expect(ASKS_MORE).toEqual([await numberOf(titled)]);
      expect(await asks({ fields: ['product.title'], states: ['ON_HOLD'] })).toEqual({});
    });

    it('are those that took a product away from a vendor, or a type', async () => {
      const moved = await kit.applied([product({ vendor: 'Other', productType: 'Drinks' }), step('T2', 'ON_HOLD')]);
      await kit.applied([product({ vendor: 'Acme', productType: 'Food' })]);
      await kit.applied([product({ productType: 'Tea' })]);
      const { ASKS_MORE: from = [] } = await asks({ vendors: ['acme'], fields: ['lifecycle'], states: ['ON_HOLD'] });
      expect(from).toEqual([await numberOf(moved)]);
      const { ASKS_MORE: of = [] } = await asks({ productTypes: ['drinks'], operations: ['PRODUCT_UPDATE'] });
      expect(of).toHaveLength(2);
    });

    it('are the newest, and how many others there are is told', async () => {
      expect((await asks({ vendors: ['none'] }))['NOT_TRIED']).toBeUndefined();
      await kit.sql(
        `insert into change (id, change_request_id, position, operation, target, target_folded, patch)
         select gen_random_uuid(), r.id, 1000 + n, 'SKU_UPDATE', 'X', 'x', '{}'
         from (select id from change_request where state = 'APPLIED' order by applied_at limit 1) r, generate_series(1, 20000) n`,
      );
      const tried = await previewSetting(world.ports, 'approvals', NAMED);
      expect(tried.effects.find(({ code }) => code === 'NOT_TRIED')?.count).toBe(1);
    });
  });
});
