import { expect, it } from '@jest/globals';
import { LeaseLost } from '../../src/application/ports/publishing-queue.js';
import { ATTEMPT, BY, DEAD, DELIVERED, inOrder, onBoth, RETRY, retryOf } from './contract-kit.js';
import { ERP, SHOP } from './story.js';

onBoth('claiming', (bench) => {
  it('has nothing to claim before something is applied', async () => {
    expect(await bench().backend.queue.claim(ERP)).toBeNull();
    expect(await bench().backend.due()).toEqual({ lanes: [], inboxes: [] });
  });

  it('claims a lane with all of its records, and what is due of it', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(SHOP);
    expect(claim.system).toMatchObject({ code: SHOP, link: 'LINKED' });
    expect(claim.product).toMatchObject({ handle: 'mug', revision: 1 });
    expect(claim.states).toEqual(['ACTIVE', 'ACTIVE']);
    expect(inOrder(claim.records.map(({ target, externalId, match }) => [target, externalId, match]))).toEqual([
      ['MUG-BLUE', 'v2', 'MATCHED'],
      ['MUG-RED', 'v1', 'MATCHED'],
      ['mug', 'p1', 'MATCHED'],
    ]);
    const nothingYet = { attempts: 1, conflicts: 0, notFounds: 0, unknowns: 0, lostLeases: 0 };
    expect(claim.deliveries).toMatchObject([{ target: 'MUG-RED', ...nothingYet }]);
    expect(claim.heldRecordIds).toEqual(new Set());
    const own = claim.records.find(({ target }) => target === 'MUG-RED');
    expect(own).toMatchObject({ published: { price: '10.00' }, unsettled: [], openFindings: [] });
    expect(Number(own?.sku?.price)).toBe(11);
    expect(await bench().states(SHOP)).toEqual(['IN_FLIGHT r2']);
  });

  it('gives a lane to one at a time, and to the next when the lease has run out', async () => {
    await bench().price('11.00');
    await bench().claim(ERP);
    expect(await bench().backend.queue.claim(ERP)).toBeNull();
    await bench().pass(89);
    expect(await bench().backend.queue.claim(ERP)).toBeNull();
    await bench().pass(2);
    expect((await bench().claim(ERP)).deliveries).toMatchObject([{ attempts: 2, lostLeases: 1 }]);
  });

  it('supersedes what a newer revision overtakes before it was under way', async () => {
    await bench().price('11.00');
    await bench().price('12.00');
    expect(await bench().states(ERP)).toEqual(['SUPERSEDED r2', 'PENDING r3']);
    await bench().claim(ERP);
    expect(await bench().states(ERP)).toEqual(['SUPERSEDED r2', 'IN_FLIGHT r3']);
  });

  it('goes on with the newest of two when the older was under way and its worker died', async () => {
    await bench().price('11.00');
    await bench().claim(ERP);
    await bench().price('12.00');
    expect(await bench().states(ERP)).toEqual(['IN_FLIGHT r2', 'PENDING r3']);
    await bench().pass(91);
    expect((await bench().claim(ERP)).deliveries).toHaveLength(1);
    expect(await bench().states(ERP)).toEqual(['SUPERSEDED r2', 'IN_FLIGHT r3']);
  });

  it('waits with a lane whose write was sent and not settled, until it cannot arrive any more', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    await bench().willSend(claim, { price: '11.00' });
    await bench().backend.queue.begun([ATTEMPT], 'job 7');
    await bench().settle(claim, RETRY);
    await bench().pass(20);
    expect(await bench().backend.queue.claim(ERP)).toBeNull();
    await bench().pass(11);
    const next = await bench().claim(ERP);
    const [unsettled, ...others] = next.records.flatMap((record) => record.unsettled);
    expect(unsettled).toMatchObject({ attemptId: ATTEMPT, expected: { price: '11.00' }, operation: 'job 7' });
    expect(unsettled?.ageSeconds).toBeGreaterThan(30);
    expect(others).toEqual([]);
  });
});

onBoth('a write that nobody heard of', (bench) => {
  it('may have been sent as late as it was settled, and is waited for from then on', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    await bench().willSend(claim, { price: '11.00' });
    await bench().pass(40);
    await bench().settle(claim, RETRY, { unheard: [ATTEMPT] });
    await bench().pass(29);
    expect(await bench().backend.queue.claim(ERP)).toBeNull();
    await bench().pass(2);
    expect((await bench().claim(ERP)).deliveries).toMatchObject([{ attempts: 2 }]);
  });
});

onBoth('sending', (bench) => {
  it('stores findings before anything is sent, and tells how long there is time', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    const record = await bench().recordIn(ERP);
    expect(await bench().willSend(claim, {}, [bench().draft(record, '9.00')])).toEqual({ sendWithinMs: 60_000 });
    expect(await bench().findings()).toMatchObject([{ field: 'price', found: '9.00', state: 'OPEN' }]);
    expect(await bench().backend.heldValues(ERP, 'SKU', 'MUG-RED', 'price')).toEqual({
      isLinked: true,
      values: ['9.00'],
    });
  });

  it('renews the lease', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    await bench().pass(50);
    await bench().willSend(claim, {});
    await bench().pass(80);
    await bench().settle(claim, DELIVERED);
    expect(await bench().states(ERP)).toEqual(['DELIVERED r2']);
  });

  it('refuses with less than 30 s of the lease left, and keeps nothing', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    await bench().pass(61);
    const draft = bench().draft(await bench().recordIn(ERP), '9.00');
    await expect(bench().willSend(claim, {}, [draft])).rejects.toThrow(LeaseLost);
    expect(await bench().findings()).toEqual([]);
  });

  it('gives the lane back when records were moved meanwhile', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    const { id: recordId } = await bench().recordIn(ERP);
    await bench().backend.transact(({ records }) => records.adoptBase([{ recordId, field: 'price', value: '9.00' }]));
    expect(await bench().willSend(claim, {})).toBeNull();
    expect(await bench().states(ERP)).toEqual(['RETRYING r2']);
    expect((await bench().claim(ERP)).deliveries).toMatchObject([{ attempts: 1, lostLeases: 0 }]);
  });

  it('gives back only the newest, where a newer one came meanwhile', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    await bench().price('12.00');
    const { id: recordId } = await bench().recordIn(ERP);
    await bench().backend.transact(({ records }) => records.adoptBase([{ recordId, field: 'price', value: '9.00' }]));
    expect(await bench().willSend(claim, {})).toBeNull();
    expect(await bench().states(ERP)).toEqual(['SUPERSEDED r2', 'PENDING r3']);
    expect((await bench().claim(ERP)).deliveries).toMatchObject([{ attempts: 1 }]);
  });
});

onBoth('settling', (bench) => {
  it('writes down what arrived, and supersedes the dead letters before it', async () => {
    await bench().price('11.00');
    await bench().settle(await bench().claim(ERP), DEAD);
    expect(await bench().states(ERP)).toEqual(['DEAD_LETTERED r2']);
    await bench().price('12.00');
    const claim = await bench().claim(ERP);
    const { id: recordId, externalId } = await bench().recordIn(ERP);
    const root = { externalId: 'i1', code: 'i1' };
    const published = { price: '12.00' };
    const seen = {
      recordId,
      externalId,
      root,
      match: 'MATCHED' as const,
      published,
      observed: published,
      inSync: true,
    };
    await bench().settle(claim, DELIVERED, { records: [seen] });
    expect(await bench().states(ERP)).toEqual(['SUPERSEDED r2', 'DELIVERED r3']);
    expect(await bench().record(recordId)).toMatchObject({ published, match: 'MATCHED' });
    expect(await bench().backend.queue.claim(ERP)).toBeNull();
  });

  it('supersedes the dead letter of a record that was brought along with others', async () => {
    await bench().price('11.00');
    await bench().settle(await bench().claim(ERP), DEAD);
    await bench().price('12.00');
    const claim = await bench().claim(ERP);
    const { id } = await bench().recordIn(ERP);
    await bench().settle(claim, RETRY, { brought: [id] });
    expect(await bench().states(ERP)).toEqual(['SUPERSEDED r2', 'RETRYING r3']);
  });

  it('tries again after the delay, unless a newer one waits', async () => {
    await bench().price('11.00');
    await bench().settle(await bench().claim(ERP), RETRY);
    expect(await bench().states(ERP)).toEqual(['RETRYING r2']);
    await bench().pass(4);
    expect(await bench().backend.queue.claim(ERP)).toBeNull();
    await bench().pass(2);
    const claim = await bench().claim(ERP);
    await bench().price('12.00');
    await bench().settle(claim, retryOf('CONFLICT'));
    expect(await bench().states(ERP)).toEqual(['SUPERSEDED r2', 'PENDING r3']);
    expect((await bench().claim(ERP)).deliveries).toMatchObject([{ attempts: 1, conflicts: 0 }]);
  });

  it('leaves it to the newer one that waits whether there is a dead letter', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    await bench().price('12.00');
    await bench().settle(claim, DEAD);
    expect(await bench().states(ERP)).toEqual(['SUPERSEDED r2', 'PENDING r3']);
    await bench().settle(await bench().claim(ERP), DEAD);
    await bench().price('13.00');
    await bench().settle(await bench().claim(ERP), DEAD);
    expect(await bench().states(ERP)).toEqual(['SUPERSEDED r2', 'SUPERSEDED r3', 'DEAD_LETTERED r4']);
  });

  it('says which revision was brought, where it is newer than the one that was asked for', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    const deliveries = claim.deliveries.map(({ id }) => ({ deliveryId: id, revision: 7, outcome: DELIVERED }));
    await bench().settle(claim, DELIVERED, { deliveries });
    expect(await bench().states(ERP)).toEqual(['DELIVERED r7']);
  });

  it('counts answers by their class', async () => {
    await bench().price('11.00');
    for (const each of ['CONFLICT', 'NOT_FOUND', 'UNKNOWN', 'UNKNOWN', 'TRANSIENT'] as const) {
      await bench().settle(await bench().claim(ERP), retryOf(each));
    }
    const counts = { attempts: 6, conflicts: 1, notFounds: 1, unknowns: 2, lostLeases: 0 };
    expect((await bench().claim(ERP)).deliveries).toMatchObject([counts]);
  });

  it('knows how long it has tried, without the wait that a system asked for', async () => {
    await bench().price('11.00');
    await bench().settle(await bench().claim(ERP), retryOf('TRANSIENT', 3_600));
    await bench().pass(3_600);
    const claim = await bench().claim(ERP);
    expect(claim.deliveries[0]?.unpausedHours).toBeCloseTo(1, 2);
    await bench().settle(claim, retryOf('RATE_LIMITED', 3_600));
    await bench().pass(3_600);
    const [delivery] = (await bench().claim(ERP)).deliveries;
    expect(delivery?.unpausedHours).toBeCloseTo(1, 2);
  });

  it('settles nothing once the lease is gone, whether it ran out or another has it', async () => {
    await bench().price('11.00');
    const late = await bench().claim(ERP);
    await bench().pass(91);
    await expect(bench().settle(late, DELIVERED)).rejects.toThrow(LeaseLost);
    const next = await bench().claim(ERP);
    const draft = bench().draft(await bench().recordIn(ERP), '9.00');
    const findings = [{ source: 'BEFORE_WRITE' as const, drafts: [draft] }];
    await expect(bench().settle(late, DELIVERED, { findings })).rejects.toThrow(LeaseLost);
    expect(await bench().states(ERP)).toEqual(['IN_FLIGHT r2']);
    expect(await bench().findings()).toEqual([]);
    await bench().settle(next, DELIVERED);
    await expect(bench().settle(next, DELIVERED)).rejects.toThrow(LeaseLost);
  });

  it('leaves records as they are that were moved meanwhile', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    const { id: recordId, externalId } = await bench().recordIn(ERP);
    await bench().backend.transact(({ records }) => records.adoptBase([{ recordId, field: 'price', value: '9.00' }]));
    const older = {
      recordId,
      externalId,
      root: null,
      match: 'MISSING' as const,
      published: {},
      observed: null,
      inSync: false,
    };
    const drafts = [bench().draft(await bench().record(recordId), '8.00')];
    await bench().settle(claim, DELIVERED, { records: [older], findings: [{ source: 'BEFORE_WRITE', drafts }] });
    expect(await bench().record(recordId)).toMatchObject({ match: 'MATCHED', published: { price: '9.00' } });
    expect(await bench().findings()).toEqual([]);
  });

  it('closes attempts and findings, and says what is not ours', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    const record = await bench().recordIn(ERP);
    await bench().willSend(claim, { price: '11.00' }, [bench().draft(record, '9.00')]);
    const [finding] = await bench().findings();
    const notOurs = [{ recordId: record.id, field: 'price', reason: 'of another app' }];
    const attempts = [{ attemptId: ATTEMPT, outcome: 'CONFIRMED' as const }];
    await bench().settle(claim, { ...RETRY, delaySeconds: 0 }, { attempts, notOurs });
    const [locked] = await bench().backend.transact(({ findings }) => findings.lock([finding?.id ?? '']));
    expect(locked).toMatchObject({ state: 'OPEN', notOurs: 'of another app' });
    const next = await bench().claim(ERP);
    expect(next.records.flatMap(({ unsettled }) => unsettled)).toEqual([]);
    const closings = [{ findingId: finding?.id ?? '', resolution: 'SELF_HEALED' as const, by: BY }];
    await bench().settle(next, DELIVERED, { closings });
    expect(await bench().findings()).toMatchObject([{ state: 'RESOLVED' }]);
  });
});
