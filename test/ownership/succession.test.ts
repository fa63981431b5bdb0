import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { readPartyLeaves } from '../../src/application/ownership/party-leaves.js';
import { reaskByDate } from '../../src/application/ownership/reask-by-date.js';
import type { Caller } from '../../src/domain/actor.js';
import { sqlOver } from '../../src/storage/sql.js';
import { recordStatements } from '../support/statements.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, importBaseline, must } from '../support/world.js';
import { ownershipOf } from './ownership-kit.js';

const FILE = [
  'Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status',
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(
    (code) => `tea-${code},Tea,V${code},T,Size,${code},${code},10.00,active`,
  ),
].join('\n');

describe('a party that leaves', () => {
  let world: World;
  let own: ReturnType<typeof ownershipOf>;
  beforeAll(async () => {
    world = await buildWorld();
    own = ownershipOf(world);
    await importBaseline(world, FILE);
  });
  afterAll(() => world.close());

  const propose = async (code: string, price: string, by: Caller = world.people.mia): Promise<string> => {
    const change = { kind: 'skuUpdate' as const, input: { code, baseRevision: null, fields: { price } } };
    const draft = { title: 'Price', reason: null, idempotencyKey: null, changes: [change] };
    return must(await createChangeRequest(world.ports, by, draft, false)).id;
  };
  const approve = (by: Caller, id: string): ReturnType<typeof approveChangeRequest> =>
    approveChangeRequest(world.ports, by, id, null);
  const stateOf = async (id: string): Promise<string | undefined> => (await world.ports.changes.requestById(id))?.state;
  const eligibleOf = async (id: string): Promise<string[]> =>
    ((await world.ports.changes.requestById(id))?.requirements ?? []).flatMap(({ eligible }) => eligible);

  it('is asked for a successor, told all that it leaves, and not touched meanwhile', async () => {
    const ann = await own.keyOf('ann', 'APPROVER');
    await own.owns('SKU', 'a', 'ann');
    await own.owns('VENDOR', 'vb', 'ann');
    await own.owns('PRODUCT_TYPE', 'to come', 'ann', new Date('2099-01-01T00:00:00Z'));
    const request = await propose('a', '11.00');
    must(await own.set('dee', { delegate: 'ann' }));
    await sqlOver(world.database.source).rows(
      `insert into delivery (id, system, entity, product_id, sku_id, target, revision, state, last_error, died_at, due_at, assignee_id)
       select gen_random_uuid(), 'erp', 'SKU', s.product_id, s.id, s.code, 1, x.state, '{}', now(), now(), p.id
       from sku s, party p, unnest(array['DEAD_LETTERED', 'SUPERSEDED']) x(state) where s.code in ('a', 'b') and p.code = 'ann'`,
    );
    const refused = await own.set('ann', { active: false });
    expect(codesOf(refused)).toEqual(['SUCCESSOR_REQUIRED']);
    expect(refused.ok ? '' : refused.problems[0]?.message).toBe(
      '3 ownership rules, deciding 2 SKUs (a, b), would be left to ann with nobody to answer: name a successor, or say leaveOrphaned',
    );
    expect((await world.ports.catalog.parties()).find(({ code }) => code === 'ann')?.active).toBe(true);
    const leaves = await readPartyLeaves(world.ports, 'ANN');
    expect(leaves).toMatchObject({ ruleCount: 3, skuCount: 2, skus: ['a', 'b'], requestIds: [request], keyCount: 1 });
    expect(leaves?.deadLetterCount).toBe(2);
    expect(leaves?.rules.map(({ written }) => written)).toEqual(['a', 'vb', 'to come']);
    expect(leaves?.delegatorIds).toHaveLength(1);
    expect(await eligibleOf(request)).toEqual([ann.actor.partyId]);
    expect(await readPartyLeaves(world.ports, 'nobody')).toBeNull();
  });

  it('hands everything over in one act, from now on, and history stays', async () => {
    const [request] = (await readPartyLeaves(world.ports, 'ann'))?.requestIds ?? [];
    const before = await world.ports.catalog.now();
    const bea = await own.keyOf('bea', 'APPROVER');
    const feed = await own.feedLength();
    const { leaves } = must(await own.set('ann', { active: false, successor: 'BEA' }));
    expect([leaves?.ruleCount, leaves?.skuCount]).toEqual([3, 2]);
    expect([await own.ownerOf('a'), await own.ownerOf('b'), await own.ownerOf('c')]).toEqual(['bea', 'bea', 'ada']);
    expect([await own.ownerOf('a', before), await own.ownerOf('b', before)]).toEqual(['ann', 'ann']);
    const rules = await world.ports.catalog.ownershipRules();
    const toCome = rules.filter(({ written }) => written === 'to come');
    expect(
      toCome.map(({ effectiveFrom, effectiveTo }) => [effectiveFrom.getFullYear(), effectiveTo?.getFullYear()]),
    ).toEqual([
      [2099, 2099],
      [2099, undefined],
    ]);
    const parties = new Map((await world.ports.catalog.parties()).map((party) => [party.code, party]));
    expect(parties.get('dee')?.delegateId).toBe(bea.actor.partyId);
    expect(await eligibleOf(request ?? '')).toEqual([bea.actor.partyId]);
    must(await approve(bea, request ?? ''));
    expect(await stateOf(request ?? '')).toBe('APPLIED');
    expect((await own.audited('PARTY_DEACTIVATED')).at(-1)).toMatchObject({
      subject: 'ann',
      data: { successor: 'bea', rules: 3, skus: 2, orphaned: 0, delegateOf: ['dee'] },
    });
    const [moved] = await own.audited('OWNERSHIP_HANDED_OVER');
    expect(moved).toMatchObject({ subject: 'bea', data: { from: 'ann', part: 1, of: 1 } });
    expect(moved?.data['rules']).toHaveLength(3);
    expect(await own.audited('CHANGE_REQUEST_REASKED')).toHaveLength(1);
    // Who owns what is no part of the catalogue that the feed tells of: the request's own entry is the one that came.
    expect(await own.feedLength()).toBe(feed + 1);
  });

  it('keeps the rank of each rule, so that nothing else is decided anew', async () => {
    must(await own.set('cat'));
    must(await own.set('cob'));
    await own.owns('SKU', 'c', 'cat');
    await own.owns('SKU', 'c', 'cob');
    must(await own.set('cup'));
    must(await own.set('cat', { active: false, successor: 'cup' }));
    expect(await own.ownerOf('c')).toBe('cob');
  });

  it('who was the last of a team makes the successor a member, or the rules another team’s', async () => {
    must(await own.set('tom'));
    must(await own.team('crew', ['tom']));
    await own.owns('SKU', 'd', 'crew');
    const refused = await own.set('tom', { active: false });
    expect(codesOf(refused)).toEqual(['SUCCESSOR_REQUIRED']);
    must(await own.set('tim'));
    const { leaves } = must(await own.set('tom', { active: false, successor: 'tim' }));
    expect(leaves?.teamIds).toHaveLength(1);
    expect(await own.ownerOf('d')).toBe('crew');
    const parties = new Map((await world.ports.catalog.parties()).map((party) => [party.code, party]));
    expect(parties.get('crew')?.memberIds).toContain(parties.get('tim')?.id);
    must(await own.team('night', ['mia']));
    must(await own.set('tim', { active: false, successor: 'night' }));
    expect(await own.ownerOf('d')).toBe('night');
    // A team that its own change empties hands its rules over.
    expect(codesOf(await own.team('night', []))).toEqual(['SUCCESSOR_REQUIRED']);
    must(await own.team('night', [], { successor: 'mia' }));
    expect(await own.ownerOf('d')).toBe('mia');
  });

  it('may leave orphans only if that is said, and can be given a successor later', async () => {
    must(await own.set('olaf'));
    await own.owns('SKU', 'e', 'olaf');
    must(await own.set('olaf', { active: false, leaveOrphaned: true }));
    const parties = await world.ports.catalog.parties();
    const olaf = parties.find(({ code }) => code === 'olaf');
    expect([await own.ownerOf('e'), olaf?.active]).toEqual(['olaf', false]);
    expect((await own.audited('PARTY_DEACTIVATED')).at(-1)).toMatchObject({ subject: 'olaf', data: { orphaned: 1 } });
    must(await own.set('olaf', { active: false, successor: 'mia' }));
    expect(await own.ownerOf('e')).toBe('mia');
    // So may a team that was left empty then: its rules stay its own, and somebody is in it again.
    must(await own.set('otto'));
    must(await own.team('duo', ['otto']));
    await own.owns('SKU', 'e', 'duo');
    must(await own.set('otto', { active: false, leaveOrphaned: true }));
    expect(must(await own.set('otto', { active: false, name: 'Otto' })).leaves?.teamIds).toHaveLength(1);
    must(await own.set('otto', { active: false, successor: 'mia' }));
    const later = new Map((await world.ports.catalog.parties()).map((party) => [party.code, party]));
    expect([await own.ownerOf('e'), later.get('duo')?.memberIds.includes(later.get('mia')?.id ?? '')]).toEqual([
      'duo',
      true,
    ]);
  });

  it('is refused a successor who could not answer either, and every other wrong thing at once', async () => {
    must(await own.set('sam'));
    must(await own.team('solo', ['sam']));
    await own.owns('SKU', 'f', 'sam');
    const leave = (over: object): ReturnType<typeof own.set> => own.set('sam', { active: false, ...over });
    expect(codesOf(await leave({ successor: 'solo' }))).toEqual(['WRONG_STATE']);
    expect(codesOf(await leave({ successor: 'ann' }))).toEqual(['WRONG_STATE']);
    expect(codesOf(await leave({ successor: 'sam' }))).toEqual(['INVALID_FORMAT']);
    expect(codesOf(await leave({ successor: 'none', leaveOrphaned: true }))).toEqual(['INVALID_FORMAT', 'NOT_FOUND']);
    expect(codesOf(await own.set('sam', { successor: 'mia' }))).toEqual(['INVALID_FORMAT']);
    const { alex } = world.people;
    expect(codesOf(await own.set('alex', { active: false }, alex))).toEqual(['WRONG_STATE']);
    const wrong = { members: ['mia'], name: ' ', email: 'x', delegateUntil: new Date() };
    expect(codesOf(await own.set('!', wrong))).toEqual([
      'INVALID_FORMAT',
      'REQUIRED',
      'INVALID_FORMAT',
      'INVALID_FORMAT',
      'REQUIRED',
    ]);
    expect(codesOf(await own.team('solo', ['sam', 'zed'], { delegate: 'solo' }))).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect(codesOf(await own.set('mia', { delegate: 'mia' }))).toEqual(['INVALID_FORMAT']);
    const past = { delegate: 'ada', delegateUntil: new Date('2020-01-01T00:00:00Z') };
    expect(codesOf(await own.set('mia', past))).toEqual(['EFFECTIVE_IN_PAST']);
    expect(await own.ownerOf('f')).toBe('sam');
  });

  it('cannot leave to one who leaves to it: of two at once one is refused', async () => {
    must(await own.set('lea'));
    must(await own.set('leo'));
    await own.owns('SKU', 'g', 'lea');
    await own.owns('SKU', 'h', 'leo');
    const both = await Promise.all([
      own.set('lea', { active: false, successor: 'leo' }),
      own.set('leo', { active: false, successor: 'lea' }),
    ]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect(both.flatMap((each) => (each.ok ? [] : codesOf(each)))).toEqual(['WRONG_STATE']);
    const owners = new Set([await own.ownerOf('g'), await own.ownerOf('h')]);
    expect(owners.size).toBe(1);
  });

  it('lets a delegate approve what waits for it already, and no longer than it lasts', async () => {
    const pat = await own.keyOf('pat', 'APPROVER');
    const del = await own.keyOf('del', 'APPROVER');
    await own.owns('SKU', 'a', 'pat');
    const request = await propose('a', '12.00');
    expect(codesOf(await approve(del, request))).toEqual(['NOT_ASKED']);
    must(await own.set('pat', { delegate: 'del', delegateUntil: new Date('2099-01-01T00:00:00Z') }));
    expect(await eligibleOf(request)).toEqual([pat.actor.partyId, del.actor.partyId]);
    // Left out, the delegation stays as it is.
    must(await own.set('pat', { name: 'Pat' }));
    must(await approve(del, request));
    expect(await stateOf(request)).toBe('APPLIED');
    const next = await propose('a', '13.00');
    must(await own.set('pat', { delegate: null }));
    expect(await eligibleOf(next)).toEqual([pat.actor.partyId]);
    expect(codesOf(await approve(del, next))).toEqual(['NOT_ASKED']);
  });

  it('asks others as well while the owner is out of office, and no longer', async () => {
    const abe = await own.keyOf('abe', 'APPROVER');
    await own.owns('SKU', 'c', 'abe');
    const request = await propose('c', '12.00');
    const [start, end] = [new Date(Date.now() + 3_600_000), new Date(Date.now() + 86_400_000)];
    must(await own.set('abe', { awayFrom: start, awayUntil: end }));
    const seen = await reaskByDate(world.ports, new Date(0));
    expect(await eligibleOf(request)).toEqual([abe.actor.partyId]);
    // Nobody waits an hour here: the start of the absence comes to the present instead.
    await sqlOver(world.database.source).rows("update party set away_from = clock_timestamp() where code = 'abe'");
    await reaskByDate(world.ports, seen);
    const asked = await eligibleOf(request);
    expect(asked[0]).toBe(abe.actor.partyId);
    expect(asked).toContain(world.people.ada.actor.partyId);
    must(await own.set('abe', { awayFrom: null }));
    expect(await eligibleOf(request)).toEqual([abe.actor.partyId]);
    expect(codesOf(await approve(world.people.ada, request))).toEqual(['NOT_ASKED']);
    const past = { awayFrom: new Date('2020-01-01T00:00:00Z'), awayUntil: new Date('2020-01-02T00:00:00Z') };
    expect(codesOf(await own.set('abe', past))).toEqual(['EFFECTIVE_IN_PAST']);
    expect(codesOf(await own.set('abe', { awayFrom: end, awayUntil: start }))).toEqual(['INVALID_FORMAT']);
    expect(codesOf(await own.set('abe', { awayUntil: end }))).toEqual(['REQUIRED']);
    expect(codesOf(await own.set('abe', { delegateFrom: end }))).toEqual(['REQUIRED']);
  });

  it('counts an approval that was given before its giver left, or the delegation ended', async () => {
    const yan = await own.keyOf('yan', 'APPROVER');
    const zoe = await own.keyOf('zoe', 'APPROVER');
    const deb = await own.keyOf('deb', 'APPROVER');
    await own.owns('SKU', 'a', 'yan');
    await own.owns('SKU', 'b', 'zoe');
    const both = async (price: string): Promise<string> => {
      const changes = ['a', 'b'].map((code) => {
        return { kind: 'skuUpdate' as const, input: { code, baseRevision: null, fields: { price } } };
      });
      const draft = { title: 'Prices', reason: null, idempotencyKey: null, changes };
      return must(await createChangeRequest(world.ports, world.people.mia, draft, false)).id;
    };
    const first = await both('20.00');
    must(await approve(yan, first));
    must(await own.set('yan', { active: false, successor: 'deb' }));
    must(await approve(zoe, first));
    expect(await stateOf(first)).toBe('APPLIED');
    must(await own.set('zoe', { delegate: 'ada' }));
    const second = await both('21.00');
    must(await approve(world.people.ada, second));
    must(await own.set('zoe', { delegate: null }));
    expect(await stateOf(second)).toBe('IN_REVIEW');
    must(await approve(deb, second));
    expect(await stateOf(second)).toBe('APPLIED');
    // Where nobody had approved, a delegation that has ended is worth nothing.
    must(await own.set('zoe', { delegate: 'ada' }));
    const third = await both('22.00');
    must(await own.set('zoe', { delegate: null }));
    expect(codesOf(await approve(world.people.ada, third))).toEqual(['NOT_ASKED']);
  });

  it('is asked no more as soon as the delegation is over, though no sweep came by, and that is an event', async () => {
    const ivy = await own.keyOf('ivy', 'APPROVER');
    const jon = await own.keyOf('jon', 'APPROVER');
    await own.owns('SKU', 'd', 'ivy');
    must(await own.set('ivy', { delegate: 'jon', delegateUntil: new Date('2099-01-01T00:00:00Z') }));
    const request = await propose('d', '12.00');
    expect(await eligibleOf(request)).toEqual([ivy.actor.partyId, jon.actor.partyId]);
    // Nobody waits until 2099: the end comes to the present instead.
    await sqlOver(world.database.source).rows("update party set delegate_until = clock_timestamp() where code = 'ivy'");
    const number = (await world.ports.changes.requestById(request))?.number ?? '';
    const reasked = async (): Promise<number> =>
      (await own.audited('CHANGE_REQUEST_REASKED')).filter(({ subject }) => subject === number).length;
    expect(await reasked()).toBe(0);
    expect(codesOf(await approve(jon, request))).toEqual(['NOT_ASKED']);
    expect(await eligibleOf(request)).toEqual([ivy.actor.partyId]);
    expect(await reasked()).toBe(1);
    expect(codesOf(await approve(jon, request))).toEqual(['NOT_ASKED']);
    expect(await reasked()).toBe(1);
  });

  it('is looked for by its dates alone where nothing turned', async () => {
    await world.worker.stop();
    const statements = recordStatements(world.database.source);
    const seen = await reaskByDate(world.ports, new Date('2098-01-01T00:00:00Z'));
    expect(seen.getTime()).toBeGreaterThan(0);
    expect(statements.filter((text) => text.includes('from party'))).toHaveLength(1);
    statements.length = 0;
  });

  it('takes as many statements for one rule as for 50', async () => {
    await world.worker.stop();
    const statements = recordStatements(world.database.source);
    const leaving = async (code: string, rules: number): Promise<number> => {
      must(await own.set(code));
      const lines = Array.from({ length: rules }, (_, index) => `VENDOR,${code}-${index},${code}`);
      const assigned = await own.assign(['Scope,Match,Owner', ...lines]);
      expect(assigned).toMatchObject({ ok: true, value: { set: rules } });
      statements.length = 0;
      must(await own.set(code, { active: false, successor: 'mia' }));
      return statements.length;
    };
    const one = await leaving('one', 1);
    expect(await leaving('fifty', 50)).toBe(one);
    expect(one).toBeLessThanOrEqual(35);
  });
});
