import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readDriftAudit } from '../../src/application/audit/read-drift-audit.js';
import { rejectChangeRequest } from '../../src/application/change/reject-change-request.js';
import { commentChangeRequest } from '../../src/application/change/review/comment-change-request.js';
import { forgetKeys } from '../../src/application/change/run/forget-keys.js';
import { forceApply } from '../../src/application/change/run/force-apply.js';
import { submitChangeRequest } from '../../src/application/change/submit-change-request.js';
import { endFreezeWindow, setFreezeWindow } from '../../src/application/settings/freeze-windows.js';
import type { Caller } from '../../src/domain/actor.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, must } from '../support/world.js';
import { inSeconds, price, ReviewKit, set } from './review-kit.js';

describe('a request that is decided in part, by force, or talked about', () => {
  let world: World;
  let kit: ReviewKit;
  let pia: Caller;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    kit = new ReviewKit(world);
    pia = await kit.person('pia', 'APPROVER');
    await kit.owns('Palco', 'pia');
    await kit.onSale('tea', 'Acme', ['A1', 'A2']);
    await kit.onSale('pot', 'Palco', ['P1'], pia);
  });
  afterAll(() => world.close());
  const priceOf = async (code: string): Promise<string | null | undefined> =>
    (await world.ports.catalog.skuByCode(code))?.price;
  const reject = (
    id: string,
    comment: string,
    changes: string[] | null,
    who = world.people.ada,
  ): ReturnType<typeof rejectChangeRequest> => rejectChangeRequest(world.ports, who, id, comment, changes);
  const idsOf = async (id: string, ...targets: string[]): Promise<string[]> =>
    (await kit.changesOf(id)).filter(({ target }) => targets.includes(target)).map((each) => each.id);
  const splitOf = async (id: string): Promise<string> => {
    const [first] = (await world.ports.changes.descendantsOf([id])).get(id) ?? [];
    if (!first) throw new Error('nothing was split off');
    return first.id;
  };

  it('splits rejected changes off into a draft of its author, and the rest goes on with its approvals', async () => {
    const id = await kit.propose([price('A1', '11.00'), price('A2', '11.00'), price('P1', '11.00')], {
      reason: 'spring',
    });
    must(await kit.approve(id));
    const [gone = ''] = await idsOf(id, 'P1');
    must(await reject(id, 'too early for pots', [gone, gone], pia));
    // Nobody else was asked for what is left.
    expect([await kit.stateOf(id), await priceOf('A1'), await priceOf('A2'), await priceOf('P1')]).toEqual([
      'APPLIED',
      '11.00',
      '11.00',
      '10.00',
    ]);
    const draft = await splitOf(id);
    expect(await kit.view(draft)).toMatchObject({
      state: 'DRAFT',
      splitFromId: id,
      reason: 'spring',
      author: { name: 'mia' },
      requirements: [],
    });
    expect((await kit.changesOf(draft)).map((each) => [each.id, each.target])).toEqual([[gone, 'P1']]);
    const comments = await world.ports.changes.commentsOf([id, draft]);
    for (const each of [id, draft]) {
      expect(comments.get(each)).toMatchObject([{ actor: { name: 'pia' }, body: 'too early for pots' }]);
    }
    must(await submitChangeRequest(world.ports, world.people.mia, draft));
    must(await kit.approve(draft, pia));
    expect(await priceOf('P1')).toBe('11.00');
  });

  it('asks the rest for what it was asked before, no more', async () => {
    const id = await kit.propose([price('A1', '12.00'), price('A2', '12.00'), price('P1', '12.00')]);
    must(await kit.approve(id));
    must(await reject(id, 'not this one', await idsOf(id, 'A2')));
    expect([await kit.stateOf(id), await kit.asked(id)]).toEqual(['IN_REVIEW', { ada: 1, pia: 0 }]);
    must(await kit.approve(id, pia));
    expect([await priceOf('A1'), await priceOf('A2'), await priceOf('P1')]).toEqual(['12.00', '11.00', '12.00']);
  });

  it('lets the rest of a request in conflict go on without what was in conflict', async () => {
    const id = await kit.propose([price('A1', '13.00'), price('A2', '13.00')]);
    await kit.applied([price('A1', '12.50')]);
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('CONFLICTED');
    must(await reject(id, 'somebody was faster', await idsOf(id, 'A1')));
    expect([await kit.stateOf(id), await priceOf('A2')]).toEqual(['APPLIED', '13.00']);
    expect(await kit.view(await splitOf(id))).toMatchObject({
      state: 'DRAFT',
      conflicts: [{ field: 'price', current: '12.50' }],
    });
  });

  it('refuses a split after which the rest does not hold, and changes nothing', async () => {
    const id = await kit.propose([
      { kind: 'productCreate', input: { handle: 'new', fields: { title: 'New' } } },
      { kind: 'skuCreate', input: { code: 'N1', product: 'new', fields: { title: 'N1' } } },
    ]);
    const refused = await reject(id, 'no such product', await idsOf(id, 'new'));
    expect(refused.ok ? [] : refused.problems).toEqual([
      { code: 'NOT_FOUND', field: ['changes'], message: expect.stringMatching(/the rest does not hold.*N1: .*new/) },
    ]);
    expect(await kit.stateOf(id)).toBe('IN_REVIEW');
    expect((await kit.changesOf(id)).map(({ target }) => target)).toEqual(['new', 'N1']);
    expect((await world.ports.changes.descendantsOf([id])).size).toBe(0);
    const strange = '00000000-0000-4000-8000-000000000000';
    expect(codesOf(await reject(id, 'what', [strange]))).toEqual(['NOT_FOUND']);
    expect(codesOf(await reject(id, 'what', []))).toEqual(['REQUIRED']);
    must(await reject(id, 'all of it, then', await idsOf(id, 'new', 'N1')));
    expect(await kit.stateOf(id)).toBe('REJECTED');
  });

  it('is applied by force for a reason, by an ADMIN, and named with it; never past a conflict', async () => {
    const { alex } = world.people;
    const id = await kit.propose([price('A1', '14.00'), price('P1', '14.00')]);
    expect(codesOf(await forceApply(world.ports, alex, id, 'because   '))).toEqual(['REASON_TOO_SHORT']);
    must(await forceApply(world.ports, alex, id, '  the supplier fails tonight '));
    expect(await kit.view(id)).toMatchObject({
      state: 'APPLIED',
      forced: {
        actor: { name: 'alex' },
        reason: 'the supplier fails tonight',
        skipped: { approvals: 2, freeze: null, effectiveAt: null },
      },
    });
    const audited = await kit.sql(
      `select data->>'reason' as reason from audit_event where type = 'CHANGE_REQUEST_FORCED'`,
    );
    expect(audited).toEqual([{ reason: 'the supplier fails tonight' }]);
    expect(codesOf(await forceApply(world.ports, alex, id, 'once more, please'))).toEqual(['WRONG_STATE']);
    const lost = await kit.propose([price('A2', '15.00')]);
    await kit.applied([price('A2', '14.50')]);
    must(await forceApply(world.ports, alex, lost, 'I really want this one'));
    expect(await kit.view(lost)).toMatchObject({ state: 'CONFLICTED', forced: null });
    expect(await priceOf('A2')).toBe('14.50');
    const strange = '00000000-0000-4000-8000-000000000000';
    expect(codesOf(await forceApply(world.ports, alex, strange, ''))).toEqual(['REASON_TOO_SHORT', 'NOT_FOUND']);
  });

  it('is named in the audit of the quarter and in an alert, with what was skipped: approvals, a freeze, or its time', async () => {
    const { alex } = world.people;
    const id = await kit.propose([price('A1', '14.20')], { effectiveAt: inSeconds(3_600) });
    must(await kit.approve(id));
    const times = { from: inSeconds(-60).toISOString(), to: inSeconds(3_600).toISOString() };
    must(await setFreezeWindow(world.ports, alex, { name: 'calm', ...times, reason: 'nothing moves' }));
    must(await forceApply(world.ports, alex, id, 'the supplier fails again'));
    must(await endFreezeWindow(world.ports, alex, 'calm', 'it is over by now'));
    const skipped = { approvals: 0, freeze: 'calm', effectiveAt: expect.stringMatching(/Z$/) };
    expect(await kit.view(id)).toMatchObject({ state: 'APPLIED', forced: { skipped } });
    const now = world.ports.clock.now();
    const quarter = `${now.getUTCFullYear()}-Q${Math.floor(now.getUTCMonth() / 3) + 1}`;
    const audit = must(await readDriftAudit(world.ports, quarter));
    expect(audit.forced).toMatchObject([
      { by: 'alex', reason: 'the supplier fails tonight', skipped: { approvals: 2, freeze: null } },
      { by: 'alex', reason: 'the supplier fails again', skipped },
    ]);
    expect(audit.forcedCount).toBe(2);
    const [alert] = await kit.sql(`select body from alert where key = $1`, [`force:${id}`]);
    expect(alert).toMatchObject({
      body: expect.stringMatching(/by alex by force, in the freeze window calm, before its time/),
    });
  });

  it('is talked about, in whatever state', async () => {
    const id = await kit.propose([price('A1', '16.00')]);
    const say = (body: string, who = world.people.mia): ReturnType<typeof commentChangeRequest> =>
      commentChangeRequest(world.ports, who, id, body);
    must(await say('is this what you meant?'));
    must(await kit.approve(id));
    must(await say(' it was\nthanks ', world.people.ada));
    const comments = (await world.ports.changes.commentsOf([id])).get(id) ?? [];
    expect(comments.map(({ actor, body }) => `${actor.name}: ${body}`)).toEqual([
      'mia: is this what you meant?',
      'ada: it was\nthanks',
    ]);
    expect([codesOf(await say(' ')), codesOf(await say('a\u0000b')), codesOf(await say('x'.repeat(2_001)))]).toEqual([
      ['REQUIRED'],
      ['INVALID_FORMAT'],
      ['TOO_LONG'],
    ]);
  });

  it('is answered, not repeated, for 72 hours under its key; then the key is gone', async () => {
    const over = { idempotencyKey: 'k', effectiveAt: inSeconds(3_600) };
    const change = [set('A1', { price: '17.00', taxable: true })];
    const first = must(await kit.create(change, over)).id;
    // Ten at once, and in another order of fields: one request.
    const again = await Promise.all(
      Array.from({ length: 10 }, () => kit.create([set('A1', { taxable: true, price: '17.00' })], over)),
    );
    expect(new Set(again.map((each) => must(each).id))).toEqual(new Set([first]));
    const side = { ...over, idempotencyKey: 'fresh' };
    const many = await Promise.all(Array.from({ length: 10 }, () => kit.create(change, side)));
    expect(new Set(many.map((each) => must(each).id)).size).toBe(1);
    expect(codesOf(await kit.create(change, { ...over, effectiveAt: null }))).toEqual(['IDEMPOTENCY_MISMATCH']);
    expect(codesOf(await kit.create([price('A1', '-1')], over))).toEqual(['IDEMPOTENCY_MISMATCH', 'INVALID_FORMAT']);
    expect(must(await kit.create([price('A1', '18.00')], over, pia)).id).not.toBe(first);
    await kit.sql(`update idempotency_key set created_at = created_at - interval '73 hours' where key = 'k'`);
    await forgetKeys(world.ports);
    expect(await kit.sql(`select key from idempotency_key order by key`)).toEqual([{ key: 'fresh' }]);
    expect(must(await kit.create(change, over)).id).not.toBe(first);
  });

  it('names two changes of one field, and a base revision of the future', async () => {
    expect(codesOf(await kit.create([price('A1', '1.00'), price('a1', '2.00')]))).toEqual(['DUPLICATE_CHANGE']);
    expect(codesOf(await kit.create([set('A1', { price: '1.00' }, 99)]))).toEqual(['REVISION_UNKNOWN']);
  });

  it('is approved once by one person', async () => {
    const id = await kit.propose([price('A1', '19.00'), price('P1', '19.00')]);
    must(await kit.approve(id));
    expect(codesOf(await kit.approve(id))).toEqual(['ALREADY_DECIDED']);
    const twin: Caller = { actor: { ...world.people.ada.actor, id: 'second-key' }, roles: ['APPROVER'] };
    expect(codesOf(await kit.approve(id, twin))).toEqual(['ALREADY_DECIDED']);
  });
});
