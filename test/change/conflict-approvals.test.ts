import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { planOfRequest } from '../../src/application/change/plan/change-plan.js';
import { rejectChangeRequest } from '../../src/application/change/reject-change-request.js';
import type { Caller } from '../../src/domain/actor.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, must } from '../support/world.js';
import { price, ReviewKit } from './review-kit.js';

describe('approvals of a request that conflicts', () => {
  let world: World;
  let kit: ReviewKit;
  let pia: Caller;
  let uli: Caller;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    kit = new ReviewKit(world);
    pia = await kit.person('pia', 'APPROVER');
    uli = await kit.person('uli', 'APPROVER');
    await kit.owns('Palco', 'pia');
    await kit.owns('Ulm', 'uli');
    await kit.onSale('tea', 'Acme', ['A1', 'A2', 'A3']);
    await kit.onSale('pot', 'Palco', ['P1', 'P2'], pia);
    await kit.onSale('urn', 'Ulm', ['U1'], uli);
  });
  afterAll(() => world.close());
  const idsOf = async (id: string, ...targets: string[]): Promise<string[]> =>
    (await kit.changesOf(id)).filter(({ target }) => targets.includes(target)).map((each) => each.id);
  const hashOf = async (id: string): Promise<string> => (await planOfRequest(world.ports, id)).hash;
  const withHash = (id: string, who: Caller, hash: string): ReturnType<typeof approveChangeRequest> =>
    approveChangeRequest(world.ports, who, id, null, hash);

  it('stay, where a part is rejected that others were asked about, and the rest conflicts still', async () => {
    const id = await kit.propose([
      price('A1', '11.00'),
      price('A2', '11.00'),
      price('P1', '11.00'),
      price('U1', '11.00'),
    ]);
    must(await kit.approve(id, pia));
    must(await kit.approve(id, uli));
    await kit.applied([price('A1', '10.50')]);
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('CONFLICTED');
    must(await rejectChangeRequest(world.ports, world.people.ada, id, 'not this one', await idsOf(id, 'A2')));
    expect([await kit.stateOf(id), await kit.asked(id)]).toEqual(['CONFLICTED', { ada: 1, pia: 1, uli: 1 }]);
    // Whoever approved what is in conflict is asked again, and nobody else.
    must(await kit.rebase(id));
    expect([await kit.stateOf(id), await kit.asked(id)]).toEqual(['IN_REVIEW', { ada: 0, pia: 1, uli: 1 }]);
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('APPLIED');
  });

  it('stay, where what conflicts is rejected, and the rest goes on', async () => {
    const id = await kit.propose([price('A2', '12.00'), price('P1', '12.00'), price('U1', '12.00')]);
    must(await kit.approve(id, pia));
    await kit.applied([price('A2', '10.50')]);
    must(await kit.approve(id));
    // Nothing is complete yet, and nothing was planned anew.
    expect(await kit.stateOf(id)).toBe('IN_REVIEW');
    must(await kit.approve(id, uli));
    expect(await kit.stateOf(id)).toBe('CONFLICTED');
    must(await rejectChangeRequest(world.ports, world.people.ada, id, 'somebody was faster', await idsOf(id, 'A2')));
    expect(await kit.stateOf(id)).toBe('APPLIED');
  });

  it('with the hash of the plan that was put to its approvers: it is kept, and the request is CONFLICTED at once', async () => {
    const id = await kit.propose([price('A3', '13.00'), price('P2', '13.00')]);
    const hash = await hashOf(id);
    const other = await kit.applied([price('A3', '10.50')]);
    // One approval is lacking still, so without the hash nobody would have looked.
    must(await withHash(id, pia, hash));
    const { number } = await kit.view(other);
    const view = await kit.view(id);
    expect(view).toMatchObject({
      state: 'CONFLICTED',
      conflicts: [
        { target: 'A3', field: 'price', base: '10.00', current: '10.50', proposed: '13.00', changedBy: other },
      ],
    });
    expect([number, await kit.asked(id)]).toEqual([expect.stringMatching(/^CR-/), { ada: 0, pia: 1 }]);
    expect(codesOf(await withHash(id, world.people.ada, hash))).toEqual(['WRONG_STATE']);
    must(await kit.rebase(id));
    expect(await kit.asked(id)).toEqual({ ada: 0, pia: 1 });
    must(await withHash(id, world.people.ada, await hashOf(id)));
    expect(await kit.stateOf(id)).toBe('APPLIED');
  });

  it('with any other hash: STALE_PLAN, nothing is kept, and the request is CONFLICTED with all four facts', async () => {
    const id = await kit.propose([price('A1', '14.00'), price('P2', '14.00')]);
    await kit.applied([price('A1', '10.70')]);
    // The plan of a request that conflicts has a hash of its own, which nobody can approve.
    const refused = await withHash(id, pia, await hashOf(id));
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'STALE_PLAN', field: ['planHash'] }] });
    expect(refused.ok ? '' : refused.problems[0]?.message).toContain('CONFLICTED');
    expect(await kit.view(id)).toMatchObject({
      state: 'CONFLICTED',
      conflicts: [{ current: '10.70', proposed: '14.00' }],
    });
    expect(await kit.asked(id)).toEqual({ ada: 0, pia: 0 });
    const audited = await kit.sql('select 1 from audit_event where type = $1 and subject = $2', [
      'CHANGE_REQUEST_CONFLICTED',
      (await kit.view(id)).number,
    ]);
    expect(audited).toHaveLength(1);
  });
});
