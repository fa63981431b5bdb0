import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rejectChangeRequest } from '../../src/application/change/reject-change-request.js';
import { forceApply } from '../../src/application/change/run/force-apply.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import type { Caller } from '../../src/domain/actor.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, HOST, importBaseline, must, scansDone, until } from '../support/world.js';
import { price, ReviewKit } from './review-kit.js';

const CSV = `Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status
tea,Tea,Acme,Title,Default Title,TEA,10.00,active
cup,Cup,Acme,Title,Default Title,CUP,10.00,active
`;
const WHY = 'nobody else is here tonight';

describe('nobody approves their own request', () => {
  let world: World;
  let kit: ReviewKit;
  let eva: Caller;
  beforeAll(async () => {
    world = await buildWorld();
    kit = new ReviewKit(world);
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    eva = await kit.person('eva', 'ADMIN');
  });
  afterAll(() => world.close());
  const twinOf = (who: Caller): Caller => ({ actor: { ...who.actor, id: `${who.actor.id}-2` }, roles: ['ADMIN'] });
  const refusals = async (id: string, who: Caller): Promise<string[][]> => [
    codesOf(await kit.approve(id, who)),
    codesOf(await forceApply(world.ports, who, id, WHY)),
    codesOf(await rejectChangeRequest(world.ports, who, id, 'no')),
  ];
  const OWN = [['SELF_APPROVAL'], ['SELF_APPROVAL'], ['SELF_APPROVAL']];

  it('not as an administrator, not by a second key of the same party, not by force', async () => {
    const { alex } = world.people;
    const id = await kit.propose([price('TEA', '11.00')], {}, alex);
    expect(await refusals(id, alex)).toEqual(OWN);
    expect(await refusals(id, twinOf(alex))).toEqual(OWN);
    const stray: Caller = { actor: { ...alex.actor, id: 'k', partyId: null }, roles: ['ADMIN'] };
    expect(codesOf(await forceApply(world.ports, stray, id, WHY))).toEqual(['PARTY_REQUIRED']);
    must(await forceApply(world.ports, eva, id, WHY));
    expect(await kit.stateOf(id)).toBe('APPLIED');
  });

  it('not by editing or rebasing what somebody else wrote', async () => {
    const { alex } = world.people;
    const edited = await kit.propose([price('TEA', '12.00')]);
    // Before the edit it is not theirs, and an approval would have counted.
    expect(await kit.asked(edited)).toEqual({ ada: 0 });
    must(await kit.update(edited, [price('TEA', '12.50')], {}, alex));
    expect(await refusals(edited, alex)).toEqual(OWN);
    expect(await refusals(edited, twinOf(alex))).toEqual(OWN);
    // The author stays one.
    expect(await refusals(edited, twinOf(world.people.mia))).toEqual(OWN);
    const rebased = await kit.propose([price('CUP', '12.00')]);
    await kit.applied([price('CUP', '11.00')]);
    must(await kit.rebase(rebased, alex));
    expect(await refusals(rebased, alex)).toEqual(OWN);
    must(await kit.approve(rebased));
    expect(await kit.stateOf(rebased)).toBe('APPLIED');
  });

  it('not where the owner herself has edited it: then somebody else is asked', async () => {
    const ada: Caller = { ...world.people.ada, roles: ['ADMIN', 'APPROVER'] };
    const id = await kit.propose([price('TEA', '13.00')]);
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('APPLIED');
    const next = await kit.propose([price('TEA', '14.00')]);
    must(await kit.update(next, [price('TEA', '14.50')], {}, ada));
    expect(codesOf(await kit.approve(next))).toEqual(['SELF_APPROVAL']);
    const { requirements } = await kit.view(next);
    expect(requirements.flatMap(({ eligible }) => eligible)).not.toContain(ada.actor.partyId);
    expect(requirements.flatMap(({ eligible }) => eligible)).toContain(eva.actor.partyId);
    must(await kit.approve(next, eva));
    expect(await kit.stateOf(next)).toBe('APPLIED');
  });

  it('not when parties change after an edit, and requirements are asked anew', async () => {
    const { alex } = world.people;
    const id = await kit.propose([price('CUP', '15.00')]);
    must(await kit.update(id, [price('CUP', '15.50')], {}, alex));
    const gone = { code: 'ada', kind: 'USER' as const, name: 'ada', email: null, active: false, members: null };
    must(await setParty(world.ports, HOST, { ...gone, leaveOrphaned: true }));
    const { requirements } = await kit.view(id);
    expect(requirements.map(({ eligible }) => eligible)).toEqual([[eva.actor.partyId]]);
    must(await setParty(world.ports, HOST, { ...gone, active: true }));
  });

  it('not through a team that the author is in, nor as its member where the team is the author', async () => {
    const team = {
      code: 'crew',
      kind: 'TEAM' as const,
      name: 'crew',
      email: null,
      active: true,
      members: ['mia', 'eva'],
    };
    const { id: partyId } = must(await setParty(world.ports, HOST, team));
    const crew: Caller = { actor: { kind: 'API_KEY', id: 'crew', name: 'crew', partyId }, roles: ['APPROVER'] };
    const byMia = await kit.propose([price('TEA', '16.00')]);
    expect(codesOf(await kit.approve(byMia, crew))).toEqual(['SELF_APPROVAL']);
    const byCrew = await kit.propose([price('TEA', '17.00')], {}, crew);
    expect(await refusals(byCrew, eva)).toEqual(OWN);
  });

  it('not by adopting what they have edited in a system', async () => {
    await control(world.sandbox.erp.url, 'edit', {
      as: { kind: 'staff', name: 'Sam' },
      code: 'CUP',
      set: { listPrice: '21.00' },
    });
    await startScan(world.ports, world.people.oli, 'erp', 'FULL');
    await scansDone(world);
    const finding = await until('a finding', async () => {
      const page = await world.ports.operations.findings(
        { first: 9, after: null },
        { system: 'erp', target: 'CUP', states: ['OPEN'] },
      );
      return page.items[0]?.node;
    });
    const { alex } = world.people;
    const adopted = must(await adoptFindings(world.ports, alex, { ids: [finding.id], reason: 'as the ERP has it' }));
    expect(await refusals(adopted.changeRequestId, alex)).toEqual(OWN);
    expect(await refusals(adopted.changeRequestId, twinOf(alex))).toEqual(OWN);
    must(
      await kit.approve(adopted.changeRequestId, eva).then((x) => (x.ok ? x : kit.approve(adopted.changeRequestId))),
    );
    expect(await kit.stateOf(adopted.changeRequestId)).toBe('APPLIED');
  });

  describe('where a system has told late who it was', () => {
    const edited = async (name: string, listPrice: string): Promise<string> => {
      await control(world.sandbox.erp.url, 'edit', { as: { kind: 'staff', name }, code: 'TEA', set: { listPrice } });
      await startScan(world.ports, world.people.oli, 'erp', 'FULL');
      await scansDone(world);
      return until('a finding', async () => {
        const query = { system: 'erp', target: 'TEA', states: ['OPEN' as const] };
        const { items } = await world.ports.operations.findings({ first: 9, after: null }, query);
        return items.find(({ node }) => node.found === listPrice)?.node.id;
      });
    };
    const toldLater = async (listPrice: string): Promise<string> => {
      const id = await edited('eva', listPrice);
      await kit.sql('update finding set attribution = null where id = $1', [id]);
      const wish = { ids: [id], reason: 'as the ERP has it' };
      const { changeRequestId } = must(await adoptFindings(world.ports, world.people.oli, wish));
      expect((await kit.view(changeRequestId)).editors).toEqual([]);
      await kit.sql(`update finding set attribution = $2::jsonb where id = $1`, [
        id,
        JSON.stringify({ actor: 'Eva', app: null, at: null, confidence: 'LIKELY' }),
      ]);
      return changeRequestId;
    };

    it('is theirs all the same, and somebody else is asked', async () => {
      await kit.owns('Acme', 'eva');
      const id = await toldLater('22.00');
      expect(await kit.asked(id)).toEqual({ eva: 0 });
      expect(await refusals(id, eva)).toEqual(OWN);
      expect((await kit.view(id)).editors.map(({ name }) => name)).toEqual(['eva']);
      must(await kit.approve(id));
      expect(await kit.stateOf(id)).toBe('APPLIED');
      await kit.owns('Acme', 'ada');
    });

    it('is nothing to whoever made another edit there since', async () => {
      const id = await toldLater('23.00');
      await edited('ada', '24.00');
      for (const _ of ['once', 'and again, since it would write over that']) must(await kit.approve(id));
      expect([await kit.stateOf(id), (await kit.view(id)).editors]).toEqual(['APPLIED', []]);
    });
  });
});
