import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { submitChangeRequest } from '../../src/application/change/submit-change-request.js';
import type { Caller } from '../../src/domain/actor.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, must } from '../support/world.js';
import { inSeconds, price, ReviewKit, set, step } from './review-kit.js';

describe('a request that is edited', () => {
  let world: World;
  let kit: ReviewKit;
  let pia: Caller;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    kit = new ReviewKit(world);
    pia = await kit.person('pia', 'APPROVER');
    await kit.owns('Palco', 'pia');
    await kit.onSale('tea', 'Acme', ['A1', 'A2', 'A3']);
    await kit.onSale('pot', 'Palco', ['P1', 'P2'], pia);
  });
  afterAll(() => world.close());
  const priceOf = async (code: string): Promise<string | null | undefined> =>
    (await world.ports.catalog.skuByCode(code))?.price;

  it('voids the approvals of the rules that the edit touches, and only those', async () => {
    const id = await kit.propose([price('A1', '11.00'), price('P1', '11.00')]);
    must(await kit.approve(id));
    expect(await kit.asked(id)).toEqual({ ada: 1, pia: 0 });
    must(await kit.update(id, [price('A1', '11.00'), price('P1', '12.00')]));
    expect(await kit.asked(id)).toEqual({ ada: 1, pia: 0 });
    must(await kit.update(id, [price('A1', '11.50'), price('P1', '12.00')]));
    expect(await kit.asked(id)).toEqual({ ada: 0, pia: 0 });
    must(await kit.approve(id, pia));
    expect([await kit.stateOf(id), await priceOf('A1')]).toEqual(['IN_REVIEW', '10.00']);
    // Whoever was asked again may approve again, once.
    must(await kit.approve(id));
    expect([await kit.stateOf(id), await priceOf('A1'), await priceOf('P1')]).toEqual(['APPLIED', '11.50', '12.00']);
  });

  it('leaves approvals alone where only words change, and voids all where the time does', async () => {
    const id = await kit.propose([price('A1', '13.00'), price('P1', '13.00')]);
    const changes = [price('A1', '13.00'), price('P1', '13.00')];
    must(await kit.approve(id));
    const ids = (await kit.changesOf(id)).map((each) => each.id);
    must(await kit.update(id, changes, { title: 'in other words', reason: 'said better' }));
    expect(await kit.asked(id)).toEqual({ ada: 1, pia: 0 });
    expect((await kit.changesOf(id)).map((each) => each.id)).toEqual(ids);
    expect(await kit.view(id)).toMatchObject({ title: 'in other words', reason: 'said better' });
    must(await kit.update(id, changes, { effectiveAt: inSeconds(3_600) }));
    expect(await kit.asked(id)).toEqual({ ada: 0, pia: 0 });
  });

  it('takes one more target for one more thing to approve', async () => {
    const id = await kit.propose([price('A1', '14.00'), price('P1', '14.00')]);
    must(await kit.approve(id));
    must(await kit.update(id, [price('A1', '14.00'), price('A2', '14.00'), price('P1', '14.00')]));
    expect(await kit.asked(id)).toEqual({ ada: 0, pia: 0 });
    // And what is left, once a target is taken out, was approved as part of something else.
    must(await kit.approve(id));
    must(await kit.update(id, [price('A2', '14.00'), price('P1', '14.00')]));
    expect(await kit.asked(id)).toEqual({ ada: 0, pia: 0 });
  });

  it('is applied by the edit itself where every approval that is left is there', async () => {
    const id = await kit.propose([price('A3', '15.00'), price('P2', '15.00')]);
    must(await kit.approve(id));
    must(await kit.update(id, [price('A3', '15.00')]));
    expect([await kit.stateOf(id), await priceOf('A3'), await priceOf('P2')]).toEqual(['APPLIED', '15.00', '10.00']);
  });

  it('does nothing the second time, with or without a key, and takes no other body under one', async () => {
    const id = await kit.propose([price('A1', '16.00'), price('P1', '16.00')]);
    const changes = [price('A1', '16.50'), price('P1', '16.00')];
    must(await kit.update(id, changes, { idempotencyKey: 'u1' }));
    must(await kit.approve(id));
    must(await kit.update(id, changes, { idempotencyKey: 'u1' }));
    must(await kit.update(id, changes));
    expect(await kit.asked(id)).toEqual({ ada: 1, pia: 0 });
    const [row] = await kit.sql<{ n: number }>(
      `select count(*)::int as n from audit_event where type = 'CHANGE_REQUEST_UPDATED' and subject = $1`,
      [(await kit.view(id)).number],
    );
    expect(row?.n).toBe(1);
    const other = await kit.update(id, [price('A1', '17.00')], { idempotencyKey: 'u1' });
    expect(codesOf(other)).toEqual(['IDEMPOTENCY_MISMATCH']);
    const faulty = [set('A1', { price: '16.50', gtin: 'no gtin' }), price('P1', '16.00')];
    expect(codesOf(await kit.update(id, faulty, { idempotencyKey: 'u1' }))).toEqual(['GTIN_INVALID']);
    const elsewhere = await kit.create(changes, { idempotencyKey: 'u1' });
    expect(codesOf(elsewhere)).toEqual(['IDEMPOTENCY_MISMATCH']);
  });

  it('tells all that is wrong at once, and then changes nothing', async () => {
    const id = await kit.propose([price('A1', '18.00')]);
    const wrong = [price('A1', '18.x'), price('NONE', '1.00'), price('A2', '1.00'), price('A2', '2.00')];
    const refused = await kit.update(id, wrong, { title: '', effectiveAt: inSeconds(-60) });
    expect(refused.ok ? [] : refused.problems.map(({ code, field }) => `${code} ${field?.join('.')}`)).toEqual([
      'EFFECTIVE_IN_PAST input.effectiveAt',
      'REQUIRED input.title',
      'INVALID_FORMAT input.changes.0.skuUpdate.fields.price',
      'NOT_FOUND input.changes.1.skuUpdate.code',
      'DUPLICATE_CHANGE input.changes.3.skuUpdate.fields.price',
    ]);
    const soundInForm = await kit.update(id, wrong.slice(1));
    expect(codesOf(soundInForm)).toEqual(['NOT_FOUND', 'DUPLICATE_CHANGE']);
    expect(await kit.view(id)).toMatchObject({ title: 'a change', state: 'IN_REVIEW', effectiveAt: null });
    expect((await kit.changesOf(id)).map(({ fields }) => fields[0]?.to)).toEqual(['18.00']);
  });

  it('is its author’s to edit, and an ADMIN’s, in the states that allow it', async () => {
    const id = await kit.propose([price('A1', '19.00')]);
    const next = [price('A1', '19.50')];
    const { ada, alex, oli } = world.people;
    expect(codesOf(await kit.update(id, next, {}, ada))).toEqual(['NOT_ASKED']);
    expect(codesOf(await kit.rebase(id, oli))).toEqual(['NOT_ASKED']);
    const stray: Caller = { actor: { ...alex.actor, id: 'stray', partyId: null }, roles: ['ADMIN'] };
    expect(codesOf(await kit.update(id, next, {}, stray))).toEqual(['PARTY_REQUIRED']);
    must(await kit.update(id, next, {}, alex));
    expect((await kit.view(id)).editors.map(({ name }) => name)).toEqual(['alex']);
    must(await kit.approve(id));
    expect(codesOf(await kit.update(id, next))).toEqual(['WRONG_STATE']);
    expect(codesOf(await kit.rebase(id))).toEqual(['WRONG_STATE']);
    expect(codesOf(await kit.approve(id))).toEqual(['WRONG_STATE']);
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(codesOf(await kit.update(unknown, next))).toEqual(['NOT_FOUND']);
  });

  it('stays a draft as a draft, with what is wrong with it', async () => {
    const id = must(await kit.create([price('A1', '20.00')], {}, undefined, true)).id;
    must(await kit.update(id, [step('A1', 'PRELAUNCH')]));
    const view = await kit.view(id);
    expect([view.state, view.problems.map(({ code }) => code)]).toEqual(['DRAFT', ['TRANSITION_NOT_ALLOWED']]);
    expect(codesOf(await submitChangeRequest(world.ports, world.people.mia, id))).toEqual(['TRANSITION_NOT_ALLOWED']);
  });

  it('keeps its base where its author names none, so that nobody is run over unseen', async () => {
    const id = await kit.propose([set('A2', { price: '30.00', taxable: false })]);
    await kit.applied([price('A2', '29.00')]);
    must(await kit.update(id, [set('A2', { price: '30.00', taxable: false, hsCode: '090230' })]));
    const view = await kit.view(id);
    expect(view.state).toBe('CONFLICTED');
    expect(view.conflicts).toMatchObject([{ target: 'A2', field: 'price', base: '10.00', current: '29.00' }]);
    // Theirs stands: the field goes out of the request, which goes on by itself.
    must(await kit.update(id, [set('A2', { taxable: false, hsCode: '090230' })]));
    expect(await kit.stateOf(id)).toBe('IN_REVIEW');
    must(await kit.approve(id));
    expect(await world.ports.catalog.skuByCode('A2')).toMatchObject({ price: '29.00', taxable: false });
  });

  it('is rebased to what it proposes, and asks again for the fields in conflict only', async () => {
    const id = await kit.propose([price('A3', '40.00'), price('P2', '40.00')]);
    must(await kit.approve(id));
    await kit.applied([price('P2', '39.00')], [pia]);
    must(await kit.approve(id, pia));
    expect(await kit.stateOf(id)).toBe('CONFLICTED');
    must(await kit.rebase(id));
    expect([await kit.stateOf(id), await kit.asked(id), (await kit.view(id)).conflicts]).toEqual([
      'IN_REVIEW',
      { ada: 1, pia: 0 },
      [],
    ]);
    expect(codesOf(await kit.approve(id))).toEqual(['ALREADY_DECIDED']);
    must(await kit.approve(id, pia));
    expect([await kit.stateOf(id), await priceOf('A3'), await priceOf('P2')]).toEqual(['APPLIED', '40.00', '40.00']);
  });

  it('cannot be rebased onto what forbids it', async () => {
    const id = await kit.propose([price('P1', '50.00')]);
    await kit.applied([step('P1', 'PHASE_OUT')], [pia]);
    await kit.applied([step('P1', 'RETIRED')], [pia]);
    // Retired meanwhile: the approval finds out, and says so.
    must(await kit.approve(id, pia));
    const view = await kit.view(id);
    expect([view.state, view.problems.map(({ code }) => code)]).toEqual(['CONFLICTED', ['WRONG_STATE']]);
    expect(codesOf(await kit.rebase(id))).toEqual(['WRONG_STATE']);
    expect(await kit.stateOf(id)).toBe('CONFLICTED');
  });
});
