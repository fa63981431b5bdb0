import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planOfRequest } from '../../src/application/change/plan/change-plan.js';
import { rejectChangeRequest } from '../../src/application/change/reject-change-request.js';
import { readPartyLeaves } from '../../src/application/ownership/party-leaves.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import type { Caller } from '../../src/domain/actor.js';
import type { ApprovalPolicy } from '../../src/domain/approvals/approval-rule.js';
import { DEFAULT_POLICY } from '../../src/domain/approvals/approval-rule.js';
import { givenFor } from '../../src/domain/change/approval.js';
import { ownershipOf } from '../ownership/ownership-kit.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, HOST, must, until } from '../support/world.js';
import { price, ReviewKit } from './review-kit.js';

const team = (count: number): ApprovalPolicy => [
  ...DEFAULT_POLICY,
  { key: 'finance-too', require: { party: 'finance', count } },
];

/** Nobody approves what they were not asked about, and nobody is asked in the place of those who have approved already. */
describe('a duty that moves while its request is in review', () => {
  let world: World;
  let kit: ReviewKit;
  let own: ReturnType<typeof ownershipOf>;
  let [ada, bob, dan, eli]: Caller[] = [];
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    [kit, own] = [new ReviewKit(world), ownershipOf(world)];
    await kit.onSale('cups', 'Cups', ['A', 'B', 'C']);
    [ada, bob, dan, eli] = [
      world.people.ada,
      await kit.person('bob', 'APPROVER'),
      await kit.person('dan', 'APPROVER'),
      await kit.person('eli', 'APPROVER'),
    ];
    must(await own.team('finance', ['bob', 'dan']));
    await own.owns('SKU', 'B', 'bob');
  });
  afterAll(() => world.close());

  let amount = 10;
  const propose = (...codes: string[]): Promise<string> => {
    amount += 1;
    return kit.propose(codes.map((code) => price(code, `${amount}.00`)));
  };
  const isAway = async (code: string, isSo: boolean): Promise<void> => {
    must(await own.set(code, { awayFrom: isSo ? new Date(Date.now() - 1_000) : null, awayUntil: null }));
  };
  const policy = async (value: ApprovalPolicy): Promise<void> => {
    must(await setSetting(world.ports, HOST, { key: 'approvals', value, reason: 'a test of quorums' }));
  };
  const awaits = async (who: Caller, id: string): Promise<boolean> => {
    const query = { states: null, target: null, awaitingParty: who.actor.partyId };
    const { items } = await world.ports.changes.requests({ first: 100, after: null }, query);
    return items.some(({ node }) => node.id === id);
  };
  /** Of each requirement what it covers, and how many approvals count. */
  const given = async (id: string): Promise<Record<string, number>> => {
    const { requirements } = await kit.view(id);
    const decisions = (await world.ports.changes.decisionsOf([id])).get(id) ?? [];
    const approvedBy = decisions.map(({ partyId }) => partyId);
    return Object.fromEntries(
      requirements.map((each) => [`${each.rule} ${each.targets.join()}`, givenFor(each, approvedBy)]),
    );
  };

  it('asks whoever it falls to, though they have approved another part, and goes on once they have', async () => {
    const id = await propose('A', 'B');
    must(await kit.approve(id));
    await isAway('bob', true);
    expect(await given(id)).toEqual({ 'owner-approves A': 1, 'owner-approves B': 0 });
    expect([await awaits(ada!, id), await awaits(eli!, id)]).toEqual([true, true]);
    expect((await readPartyLeaves(world.ports, 'ada'))?.requestIds).toEqual([id]);
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('APPLIED');
    const decisions = (await world.ports.changes.decisionsOf([id])).get(id) ?? [];
    expect(decisions.at(-1)?.decidedAs).toHaveLength(2);
    await isAway('bob', false);
  });

  it('takes it back from whoever it had fallen to, and had not approved it', async () => {
    const id = await propose('A', 'B');
    must(await kit.approve(id));
    await isAway('bob', true);
    await isAway('bob', false);
    expect(codesOf(await kit.approve(id))).toEqual(['ALREADY_DECIDED']);
    expect([await awaits(ada!, id), await awaits(bob!, id)]).toEqual([false, true]);
    must(await kit.approve(id, bob));
    expect(await kit.stateOf(id)).toBe('APPLIED');
  });

  it('asks a new owner who has approved the part that was theirs before', async () => {
    const id = await propose('A', 'B');
    must(await kit.approve(id));
    await own.owns('SKU', 'B', 'ada');
    must(await kit.approve(id, bob));
    expect([await kit.stateOf(id), await given(id)]).toEqual(['IN_REVIEW', { 'owner-approves A,B': 0 }]);
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('APPLIED');
    await own.owns('SKU', 'B', 'bob');
  });

  it('asks those whom it falls to because an owner has edited the request', async () => {
    await own.owns('SKU', 'C', 'alex');
    const id = await propose('A', 'B', 'C');
    must(await kit.approve(id));
    const edited = [price('A', `${amount}.00`), price('B', '3.33'), price('C', `${amount}.00`)];
    must(await kit.update(id, edited, {}, world.people.alex));
    expect(await given(id)).toEqual({ 'owner-approves A': 1, 'owner-approves B': 0, 'owner-approves C': 0 });
    await own.owns('SKU', 'C', 'ada');
  });

  it('does not fall while those who have approved and those who are there are enough', async () => {
    await policy(team(2));
    const id = await propose('A');
    must(await kit.approve(id, bob));
    await isAway('bob', true);
    expect(codesOf(await kit.approve(id, eli))).toEqual(['NOT_ASKED']);
    must(await kit.approve(id));
    expect([await kit.stateOf(id), await given(id)]).toEqual([
      'IN_REVIEW',
      { 'owner-approves A': 1, 'finance-too A': 1 },
    ]);
    const { requirements } = await planOfRequest(world.ports, id);
    expect(requirements.map(({ eligible }) => eligible.length)).toEqual([1, 2]);
    must(await own.team('finance', ['dan']));
    expect(codesOf(await kit.approve(id, eli))).toEqual(['NOT_ASKED']);
    must(await kit.approve(id, dan));
    expect(await kit.stateOf(id)).toBe('APPLIED');
    must(await own.team('finance', ['bob', 'dan']));
    await isAway('bob', false);
  });

  it('does not fall either where a part of the request is rejected meanwhile', async () => {
    const id = await propose('A', 'C');
    must(await kit.approve(id, bob));
    await isAway('bob', true);
    const off = (await kit.changesOf(id)).filter(({ target }) => target === 'C').map((each) => each.id);
    must(await rejectChangeRequest(world.ports, world.people.alex, id, 'not now', off));
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('IN_REVIEW');
    must(await kit.approve(id, dan));
    expect(await kit.stateOf(id)).toBe('APPLIED');
    await isAway('bob', false);
  });

  it('stays with everybody while those who are named are too few by themselves', async () => {
    await policy([{ key: 'owner-and-one', require: { owner: true, count: 2 } }]);
    const id = await propose('A');
    must(await kit.approve(id, bob));
    must(await kit.approve(id, eli));
    expect(await kit.stateOf(id)).toBe('APPLIED');
  });

  it('asks whoever joins those who are named, though they have approved the same for another reason', async () => {
    await policy(team(2));
    const id = await propose('A');
    must(await kit.approve(id));
    must(await kit.approve(id, bob));
    must(await own.team('finance', ['bob', 'dan', 'ada']));
    expect(await given(id)).toEqual({ 'owner-approves A': 1, 'finance-too A': 1 });
    expect([await awaits(ada!, id), await awaits(dan!, id)]).toEqual([true, true]);
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('APPLIED');
    must(await own.team('finance', ['bob', 'dan']));
  });

  it('keeps an approval that is given while the people of the team change', async () => {
    await policy(team(1));
    const id = await propose('A');
    const other = world.database.source.createQueryRunner();
    await other.startTransaction();
    await other.query('select from change_request where id = $1 for update', [id]);
    await other.query(
      `insert into decision (id, change_request_id, actor, party_id, kind) values (gen_random_uuid(), $1, $2, $3, 'APPROVE')`,
      [id, JSON.stringify(dan!.actor), dan!.actor.partyId],
    );
    const leaving = own.team('finance', ['bob']);
    await until('the team to wait for the approval', async () => {
      const waiting = await kit.sql(
        `select 1 from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()`,
      );
      return waiting.length > 0;
    });
    await other.commitTransaction();
    await other.release();
    must(await leaving);
    expect(await given(id)).toEqual({ 'owner-approves A': 0, 'finance-too A': 1 });
    must(await own.team('finance', ['bob', 'dan']));
  });

  it('awaits nobody whose approval is not needed, because others of the team have given theirs', async () => {
    await policy(team(1));
    const id = await propose('A');
    expect([await awaits(bob!, id), await awaits(dan!, id), await awaits(ada!, id)]).toEqual([true, true, true]);
    must(await kit.approve(id, bob));
    expect([await awaits(bob!, id), await awaits(dan!, id), await awaits(ada!, id)]).toEqual([false, false, true]);
    await policy(DEFAULT_POLICY);
  });
});
