import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { validateNext } from '../../src/application/change/bulk/validate-next.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { rejectChangeRequest } from '../../src/application/change/reject-change-request.js';
import { revertChangeRequest } from '../../src/application/change/review/revert-change-request.js';
import { forceApply } from '../../src/application/change/run/force-apply.js';
import { submitChangeRequest } from '../../src/application/change/submit-change-request.js';
import { withdrawChangeRequest } from '../../src/application/change/withdraw-change-request.js';
import type { Ports } from '../../src/application/ports/ports.js';
import type { ValidationView } from '../../src/application/ports/request-validations.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import { dyingAt } from '../support/dying-ports.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, must } from '../support/world.js';
import { inSeconds, price, ReviewKit, set } from './review-kit.js';

/** One more than is checked while its author waits. */
const MANY = 501;

describe('a request of many changes', () => {
  let world: World;
  let kit: ReviewKit;
  let ports: Ports;
  const codes = Array.from({ length: MANY }, (_, index) => `T${index}`);
  const prices = (value: string): ChangeDraft[] => codes.map((code) => price(code, value));
  // Without a worker, so that nothing is judged before the test says so.
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    ({ ports } = world);
    kit = new ReviewKit(world);
    await kit.onSale('tea', 'Acme', codes.slice(0, 300));
    await kit.onSale('tee', 'Acme', codes.slice(300));
  });
  afterAll(() => world.close());
  const progressOf = async (id: string): Promise<ValidationView | undefined> =>
    (await ports.changes.validationsOf([id])).get(id);
  const judgeAll = async (): Promise<void> => {
    while (await validateNext(ports));
  };
  const events = async (id: string): Promise<string[]> => {
    const { number } = await kit.view(id);
    const rows = await kit.sql<{ type: string }>('select type from audit_event where subject = $1 order by at', [
      number,
    ]);
    return rows.map(({ type }) => type.replace('CHANGE_REQUEST_', ''));
  };

  it('is answered as VALIDATING, judged afterwards, and goes through review like any other', async () => {
    const id = await kit.propose(prices('11.00'));
    expect(await kit.stateOf(id)).toBe('VALIDATING');
    expect(await progressOf(id)).toMatchObject({ phase: 'WAITING', done: 0, total: MANY * 2, finishedAt: null });
    expect(await validateNext(ports)).toBe(true);
    expect(await validateNext(ports)).toBe(false);
    expect(await kit.view(id)).toMatchObject({ state: 'IN_REVIEW', problems: [], submittedAt: expect.any(Date) });
    expect(await progressOf(id)).toMatchObject({ phase: 'DONE', done: MANY * 2, attempts: 1 });
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('APPLIED');
    expect(await events(id)).toEqual(['VALIDATING', 'SUBMITTED', 'APPROVED', 'APPLIED']);
    expect((await ports.catalog.skuByCode('T500'))?.price).toBe('11.00');
  });

  it('comes back as a draft with every problem, each at its change; mended, it is judged again', async () => {
    const changes = prices('12.00');
    changes[7] = price('NOBODY', '12.00');
    changes[500] = set('T500', { price: '12.00', compareAtPrice: '1.00' });
    const id = await kit.propose(changes);
    await judgeAll();
    const { state, problems, submittedAt } = await kit.view(id);
    expect({ state, submittedAt }).toEqual({ state: 'DRAFT', submittedAt: null });
    expect(problems.map(({ code, field }) => `${code} ${field?.join('.')}`)).toEqual([
      'NOT_FOUND changes.7.skuUpdate.code',
      'INVALID_FORMAT changes.500.skuUpdate.fields.compareAtPrice',
    ]);
    must(await kit.update(id, prices('12.00')));
    expect(await kit.view(id)).toMatchObject({ state: 'VALIDATING', problems: [] });
    await judgeAll();
    expect(await kit.view(id)).toMatchObject({ state: 'DRAFT', problems: [] });
    must(await submitChangeRequest(ports, world.people.mia, id));
    expect(await kit.stateOf(id)).toBe('VALIDATING');
    await judgeAll();
    expect(await kit.stateOf(id)).toBe('IN_REVIEW');
    expect(await events(id)).toEqual([
      'VALIDATING',
      'DRAFTED',
      'UPDATED',
      'VALIDATING',
      'DRAFTED',
      'VALIDATING',
      'SUBMITTED',
    ]);
    must(await withdrawChangeRequest(ports, world.people.mia, id));
  });

  it('is refused at once for its form alone, and nothing of it is kept', async () => {
    const changes = [...prices('13.00'), set('T0', { gtin: '1' }), price('T1', '-3')];
    const before = await kit.sql('select id from change_request');
    const outcome = await kit.create(changes, { title: ' ' });
    expect(codesOf(outcome)).toEqual(['REQUIRED', 'GTIN_INVALID', 'INVALID_FORMAT']);
    expect(codesOf(await kit.create(prices('13.00'), { effectiveAt: inSeconds(-60) }))).toEqual(['EFFECTIVE_IN_PAST']);
    expect(await kit.sql('select id from change_request')).toEqual(before);
  });

  it('may be withdrawn while it is judged, and nothing else may be done with it', async () => {
    const { mia, ada, alex } = world.people;
    const id = await kit.propose(prices('14.00'));
    const outcomes = [
      await kit.approve(id),
      await kit.update(id, prices('15.00')),
      await kit.rebase(id),
      await submitChangeRequest(ports, mia, id),
      await revertChangeRequest(ports, mia, id, { reason: null, submit: false }),
      await rejectChangeRequest(ports, ada, id, 'no'),
      await forceApply(ports, alex, id, 'it has to be now'),
    ];
    expect(outcomes.map(codesOf)).toEqual(outcomes.map(() => ['WRONG_STATE']));
    must(await withdrawChangeRequest(ports, mia, id));
    const stopped = await progressOf(id);
    expect(stopped).toMatchObject({ phase: 'STOPPED', done: 0, finishedAt: expect.any(Date) });
    await judgeAll();
    expect(await kit.view(id)).toMatchObject({ state: 'WITHDRAWN', problems: [], requirements: [] });
    expect(await progressOf(id)).toEqual(stopped);
  });

  it('is judged anew where somebody changes one of its SKUs while it is judged', async () => {
    const id = await kit.propose(prices('14.25'));
    let judged = 0;
    const look: typeof ports.work.look = async (work) => {
      const found = await ports.work.look(work);
      judged += 1;
      if (judged === 1) await kit.applied([price(codes[7] ?? '', '14.75')]);
      return found;
    };
    const between = { run: ports.work.run.bind(ports.work), look };
    expect(await validateNext(Object.assign(Object.create(ports) as typeof ports, { work: between }))).toBe(true);
    expect(judged).toBe(2);
    expect(await kit.view(id)).toMatchObject({
      state: 'CONFLICTED',
      conflicts: [{ current: '14.75', field: 'price' }],
    });
    must(await withdrawChangeRequest(ports, world.people.mia, id));
  });

  it('stays withdrawn where that came after its judgement, and before that was kept', async () => {
    const id = await kit.propose(prices('14.50'));
    const look: typeof ports.work.look = async (work) => {
      const judged = await ports.work.look(work);
      must(await withdrawChangeRequest(ports, world.people.mia, id));
      return judged;
    };
    const between = { run: ports.work.run.bind(ports.work), look };
    const withdrawing = Object.assign(Object.create(ports) as typeof ports, { work: between });
    expect(await validateNext(withdrawing)).toBe(true);
    expect(await kit.view(id)).toMatchObject({ state: 'WITHDRAWN', requirements: [], submittedAt: null });
    expect(await events(id)).toEqual(['VALIDATING', 'WITHDRAWN']);
    expect(await progressOf(id)).toMatchObject({ phase: 'STOPPED' });
  });

  it('is made once under one key, whatever has become of it meanwhile', async () => {
    const under = { idempotencyKey: 'spring prices' };
    const id = await kit.propose(prices('16.00'), under);
    expect(await kit.propose(prices('16.00'), under)).toBe(id);
    await judgeAll();
    expect(await kit.propose(prices('16.00'), under)).toBe(id);
    expect(await kit.stateOf(id)).toBe('IN_REVIEW');
    expect(codesOf(await kit.create(prices('17.00'), under))).toEqual(['IDEMPOTENCY_MISMATCH']);
    must(await withdrawChangeRequest(ports, world.people.mia, id));
  });

  it('keeps as its base what its author saw, not what is there when its turn has come', async () => {
    const id = await kit.propose(prices('18.00'));
    await kit.applied([price('T3', '3.00')]);
    await judgeAll();
    const { state, conflicts } = await kit.view(id);
    expect(state).toBe('CONFLICTED');
    expect(conflicts).toMatchObject([
      { target: 'T3', field: 'price', base: '11.00', current: '3.00', proposed: '18.00' },
    ]);
    must(await withdrawChangeRequest(ports, world.people.mia, id));
  });

  it('is applied at once where policy asks nobody, and taken back the same way', async () => {
    const { ada, alex } = world.people;
    const definition = { key: 'line', name: 'Line', type: 'TEXT' };
    must(await setSetting(ports, alex, { key: 'attributes', value: [definition], reason: 'a line of products' }));
    const tags = codes.map((code) => set(code, { attributes: [{ key: 'line', value: 'spring' }] }));
    const id = must(await kit.create(tags, {}, ada)).id;
    await judgeAll();
    expect(await kit.view(id)).toMatchObject({ state: 'APPLIED', problems: [] });
    const back = must(await revertChangeRequest(ports, ada, id, { reason: null, submit: true })).id;
    expect(await kit.stateOf(back)).toBe('VALIDATING');
    await judgeAll();
    expect(await kit.view(back)).toMatchObject({ state: 'APPLIED', revertsId: id });
    expect((await ports.catalog.skuByCode('T9'))?.attributes).toEqual({});
  });

  describe('and of a process that dies over it', () => {
    for (const [commit, when] of [
      [1, 'AFTER'],
      [2, 'BEFORE'],
      [2, 'AFTER'],
    ] as const) {
      it(`at its commit ${commit}, ${when}, nothing is lost and nothing is told twice`, async () => {
        const id = await kit.propose(prices(`2${commit}.00`));
        await validateNext(dyingAt(ports, commit, when)).catch(() => {});
        if (when === 'AFTER' && commit === 2) expect(await kit.stateOf(id)).toBe('IN_REVIEW');
        else {
          expect(await kit.stateOf(id)).toBe('VALIDATING');
          // Its claim stands, so nobody else takes it up at once.
          expect(await validateNext(ports)).toBe(false);
          await kit.sql(`update request_validation set runner_until = clock_timestamp() where change_request_id = $1`, [
            id,
          ]);
          expect(await validateNext(ports)).toBe(true);
        }
        expect(await kit.stateOf(id)).toBe('IN_REVIEW');
        expect(await events(id)).toEqual(['VALIDATING', 'SUBMITTED']);
        expect(await kit.sql('select id from request_plan where change_request_id = $1', [id])).toHaveLength(1);
        must(await withdrawChangeRequest(ports, world.people.mia, id));
      });
    }

    it('every time, its author is told at last', async () => {
      const id = await kit.propose(prices('25.00'));
      await kit.sql('update request_validation set attempts = 5 where change_request_id = $1', [id]);
      expect(await validateNext(ports)).toBe(true);
      const { state, problems } = await kit.view(id);
      expect({ state, codes: problems.map(({ code }) => code) }).toEqual({
        state: 'DRAFT',
        codes: ['VALIDATION_FAILED'],
      });
      must(await submitChangeRequest(ports, world.people.mia, id));
      await judgeAll();
      expect(await kit.stateOf(id)).toBe('IN_REVIEW');
      must(await withdrawChangeRequest(ports, world.people.mia, id));
    });
  });

  it('is judged by whoever comes first, once', async () => {
    const ids = [await kit.propose(prices('26.00')), await kit.propose(prices('27.00'))];
    await Promise.all([judgeAll(), judgeAll(), judgeAll()]);
    for (const id of ids) {
      expect(await kit.stateOf(id)).toBe('IN_REVIEW');
      expect(await progressOf(id)).toMatchObject({ attempts: 1 });
    }
  });
});
