import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { explainApprovals } from '../../src/application/approvals/explain-approvals.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { forceApply } from '../../src/application/change/run/force-apply.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import { setFreezeWindow } from '../../src/application/settings/freeze-windows.js';
import { givenFor } from '../../src/domain/change/approval.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, HOST, must } from '../support/world.js';
import { inSeconds, price, ReviewKit, step } from './review-kit.js';

describe('at the moment of applying', () => {
  let world: World;
  let kit: ReviewKit;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    kit = new ReviewKit(world);
    await kit.onSale('tea', 'Acme', ['A1', 'A2', 'A3']);
  });
  afterAll(() => world.close());

  it('an approval that was voided stays so, whoever is asked in its place by then', async () => {
    const [bea, bob, cleo] = [
      await kit.person('bea', 'APPROVER'),
      await kit.person('bob', 'APPROVER'),
      await kit.person('cleo', 'APPROVER'),
    ];
    const team = { code: 'buyers', kind: 'TEAM' as const, name: 'Buyers', email: null, active: true };
    must(await setParty(world.ports, HOST, { ...team, members: ['bea', 'bob'] }));
    const owns = async (match: string, owner: string): Promise<void> => {
      const rule = { scope: 'SKU' as const, match, owner, effectiveFrom: null, effectiveTo: null };
      must(await setOwnershipRule(world.ports, HOST, rule));
    };
    await owns('A1', 'buyers');
    await owns('A2', 'cleo');
    const id = await kit.propose([price('A1', '11.00'), price('A2', '11.00')]);
    must(await kit.approve(id, bea));
    must(await kit.update(id, [price('A1', '99.00'), price('A2', '11.00')]));
    // What bea said of 11.00 counts no more; bob says it of 99.00 for the team.
    must(await kit.approve(id, bob));
    await owns('A1', 'bea');
    must(await kit.approve(id, cleo));
    // Now bea alone is asked about A1, and of 99.00 she has said nothing yet.
    expect(await kit.stateOf(id)).toBe('IN_REVIEW');
    expect((await world.ports.catalog.skuByCode('A1'))?.price).toBe('10.00');
    const told = await explainApprovals(world.ports, id);
    const ofA1 = told?.requirements.find(({ targets }) => targets.includes('A1'));
    expect(ofA1 && givenFor(ofA1, told?.approvedBy ?? [])).toBe(0);
    must(await kit.approve(id, bea));
    expect(await kit.stateOf(id)).toBe('APPLIED');
  });

  it('what is forced and ends in conflict has put no version into effect that a freeze holds', async () => {
    const composed = (quantity: number, effectiveFrom: Date | null = null): ChangeDraft => ({
      kind: 'bundleSet',
      input: { code: 'K1', components: [{ sku: 'A3', quantity }], effectiveFrom },
    });
    const fields = { title: 'Kit', price: '5.00' };
    const bundle = [{ sku: 'A3', quantity: 2 }];
    await kit.applied([
      { kind: 'productCreate', input: { handle: 'kit', fields: { title: 'Kit', vendor: 'Acme' } } },
      { kind: 'skuCreate', input: { code: 'K1', kind: 'BUNDLE', product: 'kit', fields, bundle } },
    ]);
    for (const to of ['PRELAUNCH', 'ACTIVE'] as const) await kit.applied([step('K1', to)]);
    const lost = await kit.propose([composed(4)]);
    await kit.applied([composed(5)]);
    const effectiveFrom = inSeconds(3);
    await kit.applied([composed(3, effectiveFrom)]);
    const times = { from: inSeconds(-60).toISOString(), to: inSeconds(3_600).toISOString() };
    const { alex } = world.people;
    must(await setFreezeWindow(world.ports, alex, { name: 'calm', ...times, reason: 'nothing moves' }));
    await kit.sql(`select pg_sleep(greatest(0, extract(epoch from $1::timestamptz - clock_timestamp()) + 0.05))`, [
      effectiveFrom.toISOString(),
    ]);
    const quantity = async (): Promise<unknown> =>
      kit.sql(
        `select c.quantity from bundle_component c join sku s on s.id = c.bundle_id where s.code = 'K1' and c.state = 'CURRENT'`,
      );
    must(await forceApply(world.ports, alex, lost, 'this one has to be out today'));
    expect(await kit.stateOf(lost)).toBe('CONFLICTED');
    expect(await quantity()).toEqual([{ quantity: 5 }]);
    // What is forced and holds goes through, and the version that is due goes before it.
    const sound = await kit.propose([composed(6, inSeconds(7_200))]);
    must(await forceApply(world.ports, alex, sound, 'this one has to be out today'));
    expect(await kit.stateOf(sound)).toBe('APPLIED');
    expect(await quantity()).toEqual([{ quantity: 3 }]);
    const types = await kit.sql(`select type from audit_event where subject = 'K1' and type like 'BUNDLE_VERSION%'`);
    expect(types).toEqual([{ type: 'BUNDLE_VERSION_IN_EFFECT' }]);
  });

  it('more changes than a request may hold are refused before anything is looked at', async () => {
    const many = Array.from({ length: 10_001 }, () => price('A1', '1.00'));
    const outcome = await kit.create(many);
    expect(codesOf(outcome)).toEqual(['TOO_MANY']);
    expect(outcome).toMatchObject({ problems: [{ field: ['changes'] }] });
  });
});
