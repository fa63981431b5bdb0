import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rejectChangeRequest } from '../../src/application/change/reject-change-request.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import { previewSetting, setSetting } from '../../src/application/settings/set-setting.js';
import type { Caller } from '../../src/domain/actor.js';
import type { Json } from '../../src/domain/primitives/json.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, HOST, must } from '../support/world.js';
import { nodeId } from '../../src/graphql/node-id.js';
import { price, ReviewKit } from './review-kit.js';

interface Shown {
  approvals: {
    party: { code: string };
    named: { code: string } | null;
    fell: string | null;
    why: string | null;
    given: number;
    eligible: { code: string }[];
    givenBy: { party: { code: string }; inNameOf: { code: string } | null; as: string | null }[];
  }[];
  decisions: {
    party: { code: string };
    kind: string;
    decidedAs: { rule: string; as: string; inNameOf: { code: string } | null }[];
  }[];
}

const SHOWN = `query ($id: ID!) { node(id: $id) { ... on ChangeRequest {
  approvals { party { code } named { code } fell why given eligible { code } givenBy { party { code } inNameOf { code } as } }
  decisions { party { code } kind decidedAs { rule as inNameOf { code } } } } } }`;

describe('who decides on a request, and in what right', () => {
  let world: World;
  let kit: ReviewKit;
  let api: Api;
  let pia: Caller;
  let abe: Caller;
  let dee: Caller;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    kit = new ReviewKit(world);
    api = await openApi(world);
    pia = await kit.person('pia', 'APPROVER');
    abe = await kit.person('abe', 'APPROVER');
    dee = await kit.person('dee', 'APPROVER');
    await kit.person('len', 'VIEWER');
    await team(['pia']);
    await kit.owns('Palco', 'crew');
    await kit.owns('Lens', 'len');
    await kit.onSale('tea', 'Acme', ['A1', 'A2']);
    await kit.onSale('pot', 'Palco', ['P1', 'P2'], pia);
    await kit.onSale('lid', 'Lens', ['L1'], abe);
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });
  const team = async (members: string[], delegate: string | null = null): Promise<void> => {
    const draft = { code: 'crew', kind: 'TEAM' as const, name: 'crew', email: null, active: true, members };
    must(
      await setParty(world.ports, HOST, {
        ...draft,
        ...(delegate === null ? {} : { delegate }),
        ...(members.length === 0 && { leaveOrphaned: true }),
      }),
    );
  };
  const shown = async (id: string): Promise<Shown> =>
    (await api.ask<{ node: Shown }>(SHOWN, { id: nodeId('ChangeRequest', id) })).node;
  const reject = (who: Caller, id: string, changes: string[] | null = null): ReturnType<typeof rejectChangeRequest> =>
    rejectChangeRequest(world.ports, who, id, 'not like this', changes);
  const idsOf = async (id: string, ...targets: string[]): Promise<string[]> =>
    (await kit.changesOf(id)).filter(({ target }) => targets.includes(target)).map((each) => each.id);

  it('shows who gave an approval that fell to everybody, and not who might have', async () => {
    const id = await kit.propose([price('L1', '11.00')]);
    const [before] = (await shown(id)).approvals;
    expect(before).toMatchObject({ named: { code: 'len' }, fell: 'APPROVERS', given: 0, givenBy: [] });
    expect(before?.eligible.map(({ code }) => code).toSorted()).toEqual(['abe', 'ada', 'dee', 'pia']);
    // Not who stands first among them.
    const who = before?.party.code === 'dee' ? abe : dee;
    const code = who.actor.name;
    must(await kit.approve(id, who));
    const after = await shown(id);
    expect(after.approvals).toMatchObject([
      { party: { code }, given: 1, givenBy: [{ party: { code }, inNameOf: { code: 'len' }, as: 'APPROVER' }] },
    ]);
    expect(after.decisions).toMatchObject([
      {
        party: { code },
        kind: 'APPROVE',
        decidedAs: [{ rule: 'owner-approves', as: 'APPROVER', inNameOf: { code: 'len' } }],
      },
    ]);
  });

  it('shows a member under the team in whose name they approve, also when they have left it since', async () => {
    const id = await kit.propose([price('P1', '11.00'), price('A1', '11.00')]);
    must(await kit.approve(id, pia));
    await team(['abe']);
    const { approvals } = await shown(id);
    const crew = approvals.find(({ named }) => named?.code === 'crew');
    expect(crew).toMatchObject({
      party: { code: 'crew' },
      fell: null,
      givenBy: [{ party: { code: 'pia' }, inNameOf: { code: 'crew' }, as: 'MEMBER' }],
    });
    await team(['pia']);
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('APPLIED');
  });

  it('says anew why it asks whom it asks when a team has changed', async () => {
    await team([]);
    const id = await kit.propose([price('P1', '12.00')]);
    const whyOf = async (): Promise<[string | null, string | null]> => {
      const [first] = (await shown(id)).approvals;
      return [first?.why ?? null, first?.fell ?? null];
    };
    expect(await whyOf()).toEqual([
      expect.stringMatching(/^P1: .*; crew .*everybody with the role APPROVER/),
      'APPROVERS',
    ]);
    await team(['pia']);
    expect(await whyOf()).toEqual([expect.stringMatching(/^P1: (?!.*APPROVER)/), null]);
    const refused = await kit.approve(id, dee);
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'NOT_ASKED' }] });
    expect(refused.ok ? '' : refused.problems[0]?.message).toMatch(/it asks crew$/);
    await team([]);
    expect(await whyOf()).toEqual([expect.stringMatching(/everybody with the role APPROVER/), 'APPROVERS']);
    must(await kit.approve(id, dee));
    await team(['pia']);
  });

  it('lets those reject who are asked, and an ADMIN, and nobody else', async () => {
    const id = await kit.propose([price('P2', '11.00'), price('A2', '11.00')]);
    const refused = await reject(dee, id);
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'NOT_ASKED', field: ['id'] }] });
    expect(await kit.stateOf(id)).toBe('IN_REVIEW');
    // The whole falls with any part of it; a part is its own approver's.
    expect(await reject(pia, id, await idsOf(id, 'A2'))).toMatchObject({
      problems: [{ code: 'NOT_ASKED', field: ['changes', '0'], message: expect.stringMatching(/A2; it asks ada$/) }],
    });
    await team(['pia'], 'dee');
    must(await reject(dee, id, await idsOf(id, 'P2')));
    await team(['pia']);
    expect((await kit.changesOf(id)).map(({ target }) => target)).toEqual(['A2']);
    must(await reject(world.people.ada, id));
    expect((await shown(id)).decisions).toMatchObject([
      { party: { code: 'ada' }, kind: 'REJECT', decidedAs: [{ as: 'PARTY' }] },
    ]);
    const other = await kit.propose([price('P2', '11.00')]);
    must(await reject(world.people.alex, other));
    expect((await shown(other)).decisions).toMatchObject([{ party: { code: 'alex' }, kind: 'REJECT', decidedAs: [] }]);
    const own = await kit.propose([price('P2', '12.00')], {}, world.people.alex);
    expect(codesOf(await reject(world.people.alex, own))).toEqual(['SELF_APPROVAL']);
    // All of its changes by name is the whole of it.
    const both = await kit.propose([price('P2', '13.00'), price('A2', '13.00')]);
    must(await reject(pia, both, await idsOf(both, 'A2', 'P2')));
    expect(await kit.stateOf(both)).toBe('REJECTED');
  });

  it('warns of a quorum that there are too few people for, before and when it is set', async () => {
    const rules = (count: number): Json => [{ key: 'many', require: { party: 'crew', count } }];
    const effects = async (count: number): Promise<string[]> =>
      (await previewSetting(world.ports, 'approvals', rules(count))).effects.map(({ code }) => code);
    // ada, pia, abe, dee and alex.
    expect(await effects(6)).toContain('QUORUM_OUT_OF_REACH');
    expect(await effects(5)).toContain('QUORUM_WITHOUT_SPARE');
    expect((await effects(4)).filter((code) => code.startsWith('QUORUM'))).toEqual([]);
    const { approvals } = await world.ports.settings.current();
    const reason = 'many eyes see more';
    const set = await setSetting(world.ports, HOST, { key: 'approvals', value: rules(6), reason });
    expect(must(set).effects[0]).toMatchObject({ code: 'QUORUM_OUT_OF_REACH', count: 1, examples: ['many'] });
    must(await setSetting(world.ports, HOST, { key: 'approvals', value: approvals as unknown as Json, reason }));
  });
});
