import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Actor } from '../../src/domain/actor.js';
import { policyActor, systemActor } from '../../src/domain/actor.js';
import { BY, DEAD, inOrder, onBoth } from './contract-kit.js';
import { ERP, SHOP } from './story.js';

onBoth('findings', (bench) => {
  it('are one for ever by their identity: opened, refreshed, closed, reopened', async () => {
    const { backend } = bench();
    const record = await bench().recordIn(ERP);
    const found = (value: string): Promise<number> =>
      backend.transact(({ findings }) => findings.record(ERP, [bench().draft(record, value)], 'WEBHOOK'));
    expect([await found('9.00'), await found('9.00'), await found('8.00')]).toEqual([1, 0, 0]);
    const [{ id: findingId } = { id: '' }] = await bench().findings();
    const close = (): Promise<number> =>
      backend.transact(({ findings }) => findings.close([{ findingId, resolution: 'SELF_HEALED', by: BY }]));
    expect([await close(), await close()]).toEqual([1, 0]);
    expect(await found('7.00')).toBe(1);
    expect(await bench().findings()).toMatchObject([{ id: findingId, state: 'OPEN', found: '7.00' }]);
    expect(inOrder((await backend.heldValues(ERP, 'SKU', 'MUG-RED', 'price')).values)).toEqual([
      '7.00',
      '8.00',
      '9.00',
    ]);
  });

  it('forget a revert that was asked of a value which is there no more', async () => {
    const { backend } = bench();
    const record = await bench().recordIn(ERP);
    const found = (value: string): Promise<number> =>
      backend.transact(({ findings }) => findings.record(ERP, [bench().draft(record, value)], 'WEBHOOK'));
    await found('9.00');
    const [finding] = await bench().findings();
    await backend.transact(async ({ findings }) => {
      await findings.acknowledge([finding?.id ?? ''], BY, null);
      await findings.requestRevert([finding?.id ?? ''], BY, null);
    });
    const asked = async (): Promise<unknown> => {
      await bench().price(`${Math.random() + 20}`.slice(0, 5));
      const claim = await bench().claim(ERP);
      await bench().settle(claim, { kind: 'DELIVERED' });
      return claim.records.flatMap(({ openFindings }) => openFindings.map((each) => each.revertRequestedBy?.id));
    };
    expect(await asked()).toEqual([BY.id]);
    await found('9.00');
    expect(await asked()).toEqual([BY.id]);
    await found('8.00');
    expect(await asked()).toEqual([undefined]);
    expect(await bench().findings()).toMatchObject([{ state: 'ACKNOWLEDGED' }]);
  });

  it('keep who asked first for a revert, unless that was the matrix', async () => {
    const { backend } = bench();
    const record = await bench().recordIn(ERP);
    await backend.transact(({ findings }) => findings.record(ERP, [bench().draft(record, '9.00')], 'WEBHOOK'));
    const [{ id } = { id: '' }] = await bench().findings();
    const asked = (by: Actor, note: string): Promise<unknown> =>
      backend.transact(async ({ findings }) => {
        await findings.requestRevert([id], by, note);
        const [finding] = await findings.lock([id]);
        return [finding?.revertRequestedBy?.id, finding?.note];
      });
    const policy = policyActor(1);
    expect(await asked(policy, 'by itself')).toEqual([policy.id, 'by itself']);
    expect(await asked(BY, 'a slip')).toEqual([BY.id, 'a slip']);
    expect(await asked(systemActor('another'), 'mine')).toEqual([BY.id, 'a slip']);
    // What was taken back is anybody's to ask for anew.
    await backend.transact(({ findings }) => findings.waive([id], BY, new Date(), 'not now'));
    expect(await asked(systemActor('another'), 'mine')).toEqual([systemActor('another').id, 'mine']);
  });

  it('tell a claim when a request last changed their field', async () => {
    const record = await bench().recordIn(ERP);
    await bench().price('11.00');
    await bench().backend.transact(({ findings }) => findings.record(ERP, [bench().draft(record, '9.00')], 'WEBHOOK'));
    const first = await bench().claim(ERP);
    expect(first.records.find(({ id }) => id === record.id)?.changedAt.get('price')).toBeUndefined();
    await bench().settle(first, { kind: 'DELIVERED' });
    await bench().price('12.00');
    const own = (await bench().claim(ERP)).records.find(({ id }) => id === record.id);
    const opened = own?.openFindings[0]?.openedAt.getTime() ?? Infinity;
    expect(own?.changedAt.get('price')?.getTime()).toBeGreaterThan(opened);
  });
});

onBoth('deliveries', (bench) => {
  it('are owed to the systems that hold what changed', async () => {
    await bench().price('11.00');
    const due = await bench().backend.due();
    expect(inOrder(due.lanes)).toEqual([ERP, SHOP]);
    expect([await bench().states(ERP), await bench().states(SHOP)]).toEqual([['PENDING r2'], ['PENDING r2']]);
  });

  it('are retried: the newest dead letter of a record, and none of one that is missing', async () => {
    const { backend } = bench();
    await bench().price('11.00');
    await bench().settle(await bench().claim(ERP), DEAD);
    await bench().price('12.00');
    await bench().settle(await bench().claim(ERP), DEAD);
    await bench().pass(1);
    const retried = await backend.transact(({ deliveries }) => deliveries.retry({ ids: null, filter: {} }, BY));
    expect(retried).toMatchObject({ systems: [ERP] });
    expect(retried.ids).toHaveLength(1);
    expect(await bench().states(ERP)).toEqual(['SUPERSEDED r2', 'PENDING r3']);
    const claim = await bench().claim(ERP);
    expect(claim.deliveries).toMatchObject([{ attempts: 1 }]);
    await bench().settle(claim, DEAD);
    const [, dead] = await bench().deliveries(ERP);
    const { id: recordId, externalId } = await bench().recordIn(ERP);
    await bench().backend.observations.judge(
      bench().system(ERP),
      { externalIds: [`SKU:${externalId ?? ''}`], rootIds: [] },
      await bench().now(),
      () => ({ records: [], findings: [], closings: [], owed: [], gone: [{ recordId, externalId }] }),
      'WEBHOOK',
    );
    const ids = [dead?.id ?? ''];
    expect(await backend.transact(({ deliveries }) => deliveries.retry({ ids, filter: null }, BY))).toEqual({
      ids: [],
      systems: [],
    });
  });

  it('go to nobody while a system is not linked', async () => {
    await bench().price('11.00');
    await bench().backend.transact(({ deliveries }) => deliveries.setLink(ERP, 'UNLINKED'));
    expect(await bench().backend.queue.claim(ERP)).toBeNull();
    await bench().backend.transact(({ deliveries }) => deliveries.setLink(ERP, 'LINKED'));
    expect((await bench().claim(ERP)).deliveries).toHaveLength(1);
  });

  it('create again what is missing, once somebody allows it', async () => {
    const { backend } = bench();
    const { id: recordId, externalId } = await bench().recordIn(ERP);
    await backend.observations.judge(
      bench().system(ERP),
      { externalIds: [`SKU:${externalId ?? ''}`], rootIds: [] },
      await bench().now(),
      () => ({ records: [], findings: [], closings: [], owed: [], gone: [{ recordId, externalId }] }),
      'WEBHOOK',
    );
    const [missing] = await bench().findings();
    expect(missing).toMatchObject({ kind: 'MISSING', state: 'OPEN', recordId });
    expect(await backend.transact(({ findings }) => findings.missingOf([recordId]))).toEqual([missing?.id]);
    await bench().price('11.00');
    expect(await backend.queue.claim(ERP)).toBeNull();
    if (missing) await bench().desk.revert(missing);
    expect(await bench().record(recordId)).toMatchObject({ match: 'TO_CREATE', externalId: null, published: null });
    const claim = await bench().claim(ERP);
    expect(claim.deliveries).toHaveLength(1);
    expect(claim.records.find(({ id }) => id === recordId)?.openFindings).toMatchObject([{ kind: 'MISSING' }]);
  });
});

/** Names of the methods of an interface, as its source has them. */
function methodsOf(file: string, name: string): string[] {
  const source = readFileSync(new URL(`../../src/application/ports/${file}`, import.meta.url), 'utf8');
  const body = source.split(`export interface ${name} {`)[1]?.split('\n}')[0] ?? '';
  return [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, method]) => method ?? '');
}

it('takes a dozen methods of the database to publish and to observe', () => {
  const queue = methodsOf('publishing-queue.ts', 'PublishingQueue');
  const observations = methodsOf('observation-store.ts', 'ObservationStore');
  expect(queue).toContain('claim');
  expect(observations).toContain('judge');
  expect(queue.length + observations.length).toBeLessThanOrEqual(12);
});
