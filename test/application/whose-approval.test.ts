import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { revokeApiKey } from '../../src/application/access/revoke-api-key.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { rejectChangeRequest } from '../../src/application/change/reject-change-request.js';
import { acknowledgeFindings } from '../../src/application/drift/acknowledge-findings.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import { forceApply } from '../../src/application/change/run/force-apply.js';
import type { Json } from '../../src/domain/primitives/json.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import type { Caller, Role } from '../../src/domain/actor.js';
import type { Outcome } from '../../src/domain/problem.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, HOST, must } from '../support/world.js';

const NUL = '\u0000';

describe('whose approval counts, and in which words', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    for (const code of ['b', 'c', 'd', 'e']) await onSale(code);
  });
  afterAll(() => world.close());

  /** A product and its SKU, ACTIVE, under the default owner. */
  async function onSale(code: string): Promise<void> {
    await applied(
      { kind: 'productCreate', input: { handle: code, fields: { title: code, vendor: 'V' } } },
      { kind: 'skuCreate', input: { code, product: code, fields: { title: code, price: '10.00' } } },
    );
    for (const to of ['PRELAUNCH', 'ACTIVE'] as const) await applied({ kind: 'skuTransition', input: { code, to } });
  }
  const propose = (
    changes: ChangeDraft[],
    who: Caller = world.people.mia,
    over: { idempotencyKey?: string; reason?: string } = {},
  ): Promise<Outcome<{ id: string }>> =>
    createChangeRequest(
      world.ports,
      who,
      { title: 'a change', reason: null, idempotencyKey: null, changes, ...over },
      false,
    );
  const approve = (who: Caller, id: string, comment: string | null = null): Promise<Outcome<{ id: string }>> =>
    approveChangeRequest(world.ports, who, id, comment);
  async function applied(...changes: ChangeDraft[]): Promise<void> {
    const { id } = must(await propose(changes));
    must(await approve(world.people.ada, id));
    expect(await stateOf(id)).toBe('APPLIED');
  }
  const update = (code: string, fields: object): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields },
  });
  const stateOf = async (id: string): Promise<string | undefined> => (await world.ports.changes.requestById(id))?.state;
  const person = (code: string): Promise<Outcome<{ id: string }>> =>
    setParty(world.ports, HOST, { code, kind: 'USER', name: code, email: null, active: true, members: null });
  const team = async (code: string, members: string[]): Promise<string> =>
    must(await setParty(world.ports, HOST, { code, kind: 'TEAM', name: code, email: null, active: true, members })).id;
  async function keyOf(code: string, role: Role): Promise<Caller> {
    const { id } = must(await person(code));
    const draft = { name: code, party: code, roles: [role], expiresAt: null };
    const { keyId } = must(await createApiKey(world.ports, HOST, draft));
    return { actor: { kind: 'API_KEY', id: keyId, name: code, partyId: id }, roles: [role] };
  }
  const owns = async (scope: 'SKU', match: string, owner: string): Promise<void> => {
    const rule = { scope, match, owner, effectiveFrom: null, effectiveTo: null };
    must(await setOwnershipRule(world.ports, HOST, rule));
  };
  const requirementsOf = async (id: string): Promise<string[][]> =>
    ((await world.ports.changes.requestById(id))?.requirements ?? []).map(({ eligible }) => eligible);

  it('goes back into review when the last approval finds another owner', async () => {
    const { id } = must(await propose([update('b', { price: '2.00' })]));
    const nia = await keyOf('nia', 'APPROVER');
    await owns('SKU', 'b', 'nia');
    must(await approve(world.people.ada, id));
    expect([await stateOf(id), (await world.ports.catalog.skuByCode('b'))?.price]).toEqual(['IN_REVIEW', '10.00']);
    expect(await requirementsOf(id)).toEqual([[nia.actor.partyId]]);
    const audited = await sqlOver(world.database.source).rows(
      `select 1 from audit_event where type = 'CHANGE_REQUEST_REPLANNED'`,
    );
    expect(audited).toHaveLength(1);
    must(await approve(nia, id));
    expect([await stateOf(id), (await world.ports.catalog.skuByCode('b'))?.price]).toEqual(['APPLIED', '2.00']);
  });

  it('takes a team and somebody in it for one, whichever of them writes', async () => {
    const cat = await keyOf('cat', 'APPROVER');
    const crew = await team('crew', ['cat', 'mia']);
    await owns('SKU', 'c', 'crew');
    const crewKey: Caller = { actor: { kind: 'API_KEY', id: 'k-crew', name: 'crew', partyId: crew }, roles: [] };
    const fromMia = must(await propose([update('c', { price: '3.00' })])).id;
    expect(await requirementsOf(fromMia)).toEqual([[cat.actor.partyId]]);
    expect(codesOf(await approve(crewKey, fromMia))).toEqual(['SELF_APPROVAL']);
    const fromCrew = must(await propose([update('c', { price: '4.00' })], crewKey)).id;
    expect(codesOf(await approve(cat, fromCrew))).toEqual(['SELF_APPROVAL']);
    must(await approve(world.people.ada, fromCrew));
    expect(await stateOf(fromCrew)).toBe('APPLIED');
  });

  it('asks an owner only as long as they hold a live key that may approve', async () => {
    const sue = await keyOf('sue', 'APPROVER');
    await owns('SKU', 'd', 'sue');
    const asked = async (price: string): Promise<string[][]> =>
      requirementsOf(must(await propose([update('d', { price })])).id);
    expect(await asked('5.00')).toEqual([[sue.actor.partyId]]);
    must(await revokeApiKey(world.ports, HOST, sue.actor.id));
    const [fallen = []] = await asked('6.00');
    expect(fallen).toContain(world.people.ada.actor.partyId);
    expect(fallen).not.toContain(sue.actor.partyId);
  });

  it('takes an idempotency key again after 72 hours, and not before', async () => {
    const first = must(await propose([update('e', { price: '7.00' })], world.people.mia, { idempotencyKey: 'k' })).id;
    const again = (): Promise<Outcome<{ id: string }>> =>
      propose([update('e', { price: '8.00' })], world.people.mia, { idempotencyKey: 'k' });
    expect(codesOf(await again())).toEqual(['IDEMPOTENCY_MISMATCH']);
    await sqlOver(world.database.source).rows(
      `update idempotency_key set created_at = created_at - interval '73 hours' where change_request_id = $1`,
      [first],
    );
    const second = must(await again()).id;
    expect(second).not.toBe(first);
    expect(must(await again()).id).toBe(second);
  });

  it('takes several lines of text, and no control characters', async () => {
    const change = [update('e', { price: '9.00' })];
    const { ports, people } = world;
    expect(codesOf(await propose(change, people.mia, { reason: NUL }))).toEqual(['INVALID_FORMAT']);
    const { id } = must(await propose(change, people.mia, { reason: 'one\r\n\ttwo' }));
    expect(codesOf(await approve(people.ada, id, `fine${NUL}`))).toEqual(['INVALID_FORMAT']);
    expect(codesOf(await rejectChangeRequest(ports, people.ada, id, `no${NUL}`))).toEqual(['INVALID_FORMAT']);
    const resolve = { ids: ['00000000-0000-4000-8000-000000000000'], note: 'half a \ud83d' };
    expect(codesOf(await acknowledgeFindings(ports, people.oli, resolve))).toContain('INVALID_FORMAT');
    expect(codesOf(await revertFindings(ports, people.oli, { ...resolve, confirm: false }))).toContain(
      'INVALID_FORMAT',
    );
    must(await approve(people.ada, id, 'fine\nwith me'));
  });

  it('is not theirs who were in the team that wrote it, though they have left it since', async () => {
    const bo = must(await person('bo-writes')).id;
    must(await person('cy-writes'));
    const team = (members: string[]): Promise<Outcome<{ id: string }>> =>
      setParty(world.ports, HOST, { code: 'duo', kind: 'TEAM', name: 'duo', email: null, active: true, members });
    const keyOf = async (party: string, id: string, role: Role): Promise<Caller> => {
      const { keyId } = must(
        await createApiKey(world.ports, HOST, { name: party, party, roles: [role], expiresAt: null }),
      );
      return { actor: { kind: 'API_KEY', id: keyId, name: party, partyId: id }, roles: [role] };
    };
    const duo = must(await team(['bo-writes', 'cy-writes'])).id;
    const [asDuo, asBo] = [await keyOf('duo', duo, 'MERCHANDISER'), await keyOf('bo-writes', bo, 'ADMIN')];
    must(
      await setOwnershipRule(world.ports, HOST, {
        scope: 'SKU',
        match: 'b',
        owner: 'bo-writes',
        effectiveFrom: null,
        effectiveTo: null,
      }),
    );
    const { id } = must(await propose([update('b', { price: '11.00' })], asDuo));
    expect(codesOf(await approve(asBo, id))).toEqual(['SELF_APPROVAL']);
    must(await team(['cy-writes']));
    expect(codesOf(await approve(asBo, id))).toEqual(['SELF_APPROVAL']);
    expect(codesOf(await forceApply(world.ports, asBo, id, 'it has to be now'))).toEqual(['SELF_APPROVAL']);
  });

  it('is asked by the policy of the moment, and where nobody could give it nothing is applied', async () => {
    await onSale('f');
    const { id } = must(await propose([update('f', { price: '12.00' })]));
    const { approvals } = await world.ports.settings.current();
    const nine = [...approvals, { key: 'nine', require: { party: 'mia', count: 9 } }];
    const set = (value: Json): ReturnType<typeof setSetting> =>
      setSetting(world.ports, HOST, { key: 'approvals', value, reason: 'nine eyes see more' });
    must(await set(nine as unknown as Json));
    must(await approve(world.people.ada, id));
    expect(await world.ports.changes.requestById(id)).toMatchObject({
      state: 'CONFLICTED',
      problems: [{ code: 'NO_ELIGIBLE_APPROVER' }],
    });
    must(await set(approvals as unknown as Json));
  });
});
