import { expect, it } from '@jest/globals';
import type { ObservableRecord } from '../../src/application/ports/observation-store.js';
import type { Bench } from './contract-kit.js';
import { BY, DEAD, ERP_RECORDS, inOrder, onBoth, SHOP_RECORDS, shown } from './contract-kit.js';
import { ERP, SHOP } from './story.js';

const NOTHING = { records: [], findings: [], closings: [], owed: [], gone: [] };

/** What a look at the first item of the ERP is told. */
async function lookAt(
  bench: Bench,
  readAt: Date,
  externalIds = ['SKU:i1'],
  rootIds: string[] = [],
): Promise<ObservableRecord[]> {
  let told: ObservableRecord[] = [];
  await bench.backend.observations.judge(
    bench.system(ERP),
    { externalIds, rootIds },
    readAt,
    (records) => {
      told = records;
      return NOTHING;
    },
    'WEBHOOK',
  );
  return told;
}

onBoth('judging', (bench) => {
  it('finds records by their ids, and by their roots', async () => {
    const now = await bench().now();
    expect((await lookAt(bench(), now)).map(({ record }) => record.target)).toEqual(['MUG-RED']);
    expect((await lookAt(bench(), now, [], ['i2'])).map(({ record }) => record.target)).toEqual(['MUG-BLUE']);
    expect(await lookAt(bench(), now, ['SKU:i9', 'PRODUCT:i1'])).toEqual([]);
  });

  it('puts a verdict off while a lane is held', async () => {
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    expect(await lookAt(bench(), await bench().now())).toMatchObject([{ busy: true, hasDelivery: true }]);
    await bench().pass(91);
    expect(await lookAt(bench(), await bench().now())).toMatchObject([{ busy: false, hasDelivery: true }]);
    await expect(bench().settle(claim, { kind: 'DELIVERED' })).rejects.toThrow('lease');
  });

  it('puts a verdict off when something was settled, or seen, since the reading began', async () => {
    const before = await bench().now();
    await bench().price('11.00');
    const claim = await bench().claim(ERP);
    const { id: recordId, externalId } = await bench().recordIn(ERP);
    const root = { externalId: 'i1', code: 'i1' };
    const published = { price: '11.00' };
    const seen = {
      recordId,
      externalId,
      root,
      match: 'MATCHED' as const,
      published,
      observed: published,
      inSync: true,
    };
    await bench().settle(claim, { kind: 'DELIVERED' }, { records: [seen] });
    expect(await lookAt(bench(), before)).toMatchObject([{ busy: true, hasDelivery: false }]);
    const after = await bench().now();
    expect(await lookAt(bench(), after)).toMatchObject([{ busy: false }]);
    await bench().pass(0.01);
    await bench().see(ERP, recordId, { price: '11.00' });
    expect(await lookAt(bench(), after)).toMatchObject([{ busy: true }]);
  });

  it('stores what it is answered, and owes what lags', async () => {
    const { id: recordId } = await bench().recordIn(ERP);
    await bench().see(ERP, recordId, { price: '9.00' }, [recordId]);
    expect(await bench().record(recordId)).toMatchObject({ published: { price: '9.00' } });
    expect(await bench().states(ERP)).toEqual(['PENDING r1']);
    expect((await bench().backend.due()).lanes).toEqual([ERP]);
  });

  it('counts a dead letter as news', async () => {
    await bench().price('11.00');
    await bench().settle(await bench().claim(ERP), DEAD);
    expect(await lookAt(bench(), await bench().now())).toMatchObject([{ busy: false, hasDelivery: true }]);
  });

  it('marks what is gone as MISSING, by the id under which it was known, and ends that when it is back', async () => {
    const { id: recordId } = await bench().recordIn(ERP);
    const gone = async (externalId: string): Promise<object> =>
      bench().backend.observations.judge(
        bench().system(ERP),
        { externalIds: ['SKU:i1'], rootIds: [] },
        await bench().now(),
        () => ({ ...NOTHING, gone: [{ recordId, externalId }] }),
        'WEBHOOK',
      );
    expect(await gone('i7')).toMatchObject({ opened: 0 });
    expect(await gone('i1')).toMatchObject({ opened: 1, closed: 0, busy: 0, compared: 0 });
    expect(await bench().record(recordId)).toMatchObject({ match: 'MISSING' });
    await bench().see(ERP, recordId, { price: '10.00' });
    expect(await bench().record(recordId)).toMatchObject({ match: 'MATCHED' });
    expect(await bench().findings()).toMatchObject([{ kind: 'MISSING', state: 'RESOLVED' }]);
  });
});

onBoth('the inbox', (bench) => {
  async function arrive(externalId: string): Promise<string> {
    await bench().pass(0.01);
    const id = bench().backend.newId();
    const root = { externalId, code: null };
    const what = { id, system: SHOP, topic: 'products/update', root, body: Buffer.from('x'), headers: {} };
    await bench().backend.observations.storeWebhook(what);
    return id;
  }
  const waiting = (limit = 10, except: string[] = []): Promise<string[]> =>
    bench()
      .backend.observations.waitingRoots(SHOP, limit, except)
      .then((roots) => roots.map(({ root, webhookIds }) => `${root.externalId} ${webhookIds.length}`));

  it('names each root once, the longest waiting first', async () => {
    for (const root of ['b', 'a', 'b', 'c']) await arrive(root);
    expect(await waiting()).toEqual(['b 2', 'a 1', 'c 1']);
    expect(await waiting(1)).toEqual(['b 2']);
    expect(await waiting(10, ['b'])).toEqual(['a 1', 'c 1']);
    expect((await bench().backend.due()).inboxes).toEqual([SHOP]);
    expect(await bench().backend.observations.waitingRoots(ERP, 10, [])).toEqual([]);
  });

  it('is done with what was handled, and leaves alone what was put off, with what is told of it meanwhile', async () => {
    const [a, b] = [await arrive('a'), await arrive('b')];
    await bench().backend.observations.webhooksHandled([a], '0 opened');
    await bench().backend.observations.webhooksPutOff([b], 3, 20);
    await arrive('b');
    expect(await waiting()).toEqual([]);
    await bench().pass(21);
    expect(await waiting()).toEqual(['b 2']);
    expect(await bench().backend.observations.waitingRoots(SHOP, 10, [])).toMatchObject([{ attempts: 3 }]);
  });

  it('knows its systems, and the time', async () => {
    const { observations } = bench().backend;
    expect(await observations.systemByCode(SHOP)).toMatchObject({ kind: 'SHOPIFY', mode: 'WRITE', link: 'LINKED' });
    expect(await observations.systemByCode('nowhere')).toBeNull();
    const before = await bench().now();
    await bench().pass(1);
    expect(Math.round(((await bench().now()).getTime() - before.getTime()) / 100)).toBe(10);
  });
});

onBoth('a scan', (bench) => {
  async function begin(system: string): Promise<string> {
    await bench().pass(0.01);
    const id = bench().backend.newId();
    expect(await bench().backend.scans.beginScan(id, system, 'FULL', BY)).toMatchObject({ id, state: 'RUNNING' });
    await bench().pass(0.01);
    return id;
  }

  it('is one of its system at a time, counts, and ends once', async () => {
    const { scans, newId } = bench().backend;
    const id = await begin(ERP);
    expect(await scans.beginScan(newId(), ERP, 'FULL', BY)).toBeNull();
    const hold = await bench().takeScan(id);
    await scans.scanProgress(id, { recordsRead: 2, skusCompared: 1, opened: 1, notCovered: 3 });
    await scans.endScan(hold, 'FAILED', 'broke off');
    await scans.endScan(hold, 'SUCCEEDED', null);
    expect(await scans.scan(id)).toMatchObject({
      state: 'FAILED',
      error: 'broke off',
      recordsRead: 2,
      findingsOpened: 1,
      valuesNotCovered: 3,
    });
    await expect(scans.scanSaw(hold, [])).rejects.toThrow('given up');
    await expect(scans.pair(hold)).rejects.toThrow('given up');
    await expect(scans.judgeAbsences(hold)).rejects.toThrow('given up');
    await expect(scans.holdScan(hold)).rejects.toThrow('given up');
    expect(await scans.claimScan(id, newId())).toBeNull();
    expect(await scans.scan(newId())).toBeNull();
  });

  it('is held by one process at a time, goes on with another when that is lost, and fails when that happens again and again', async () => {
    const { scans, newId } = bench().backend;
    const id = await begin(ERP);
    const first = await bench().takeScan(id);
    expect(await scans.claimScan(id, newId())).toBeNull();
    expect(await scans.unheldScans()).toEqual([]);
    await bench().pass(60);
    await scans.holdScan(first);
    await bench().pass(60);
    expect(await scans.unheldScans()).toEqual([]);
    await scans.scanBegan(first, 'bulk/1', await bench().now());
    await scans.settleScan(first, { read: 2, linked: 2, opens: 0, unseen: 0, staged: 1 });
    await bench().pass(91);
    expect(await scans.unheldScans()).toEqual([id]);
    const second = await bench().takeScan(id);
    expect(second).toMatchObject({ phase: 'SETTLING', operation: 'bulk/1', linked: 2, staged: 1 });
    await expect(scans.scanSaw(first, [])).rejects.toThrow('given up');
    await scans.releaseScan(second);
    expect(await scans.unheldScans()).toEqual([id]);
    for (let lost = 0; lost < 4; lost += 1) {
      await bench().takeScan(id);
      await bench().pass(91);
    }
    expect(await scans.claimScan(id, newId())).toBeNull();
    expect(await scans.scan(id)).toMatchObject({ state: 'FAILED' });
  });

  it('stages what would move something, and weighs it with what it did not see', async () => {
    const { scans } = bench().backend;
    const hold = await bench().takeScan(await begin(ERP));
    await bench().saw(hold, ERP, ERP_RECORDS.slice(0, 1), ['i1']);
    await scans.scanProgress(hold.id, { recordsRead: 1 });
    const weight = await scans.weigh(hold.id);
    expect(weight).toEqual({ read: 1, linked: 2, opens: 1, unseen: 1, staged: 1 });
    expect(await scans.staged(hold.id, 10)).toMatchObject([{ externalId: 'i1', observed: { externalId: 'i1' } }]);
    await scans.stopScan(hold, weight);
    expect(await scans.scan(hold.id)).toMatchObject({ state: 'HELD', linkedRecords: 2, findingsHeld: 2 });
    const staged = await scans.staged(hold.id, 10);
    expect(staged.map(({ externalId, observed }) => [externalId, observed === null])).toEqual([
      ['i1', false],
      ['i2', true],
    ]);
    await expect(scans.unstage(hold, staged)).rejects.toThrow('given up');
    expect(await bench().findings()).toEqual([]);
  });

  it('names what it did not see of what was there before', async () => {
    const { scans } = bench().backend;
    const hold = await bench().takeScan(await begin(ERP));
    await bench().saw(hold, ERP, ERP_RECORDS.slice(0, 1));
    const unseen = await scans.unseen(hold.id, null, 10);
    expect(unseen).toMatchObject([{ externalId: 'i2', root: { externalId: 'i2', code: 'i2' } }]);
    expect(await scans.unseen(hold.id, unseen[0]?.recordId ?? '', 10)).toEqual([]);
    expect(await scans.isLatest(hold.id)).toBe(true);
  });

  it('finds strangers and doubles, and ends such findings when they are gone', async () => {
    const twice = [...ERP_RECORDS, shown(ERP, 'SKU', 'i3', 'mug-red'), shown(ERP, 'SKU', 'i4', 'CUP')];
    await bench().scan(ERP, twice);
    const kinds = inOrder((await bench().findings()).map(({ kind, state }) => `${kind} ${state}`));
    expect(kinds).toEqual(['DUPLICATE OPEN', 'UNEXPECTED OPEN']);
    await bench().pass(1);
    await bench().scan(ERP, ERP_RECORDS);
    expect((await bench().findings()).map(({ state }) => state)).toEqual(['RESOLVED', 'RESOLVED']);
  });

  it('pairs what waits, one to one by code, and a product with the root of its SKUs', async () => {
    const { backend } = bench();
    const matched = (await bench().records()).map(({ system, entity, externalId }) => [system, entity, externalId]);
    expect(inOrder(matched)).toEqual([
      [ERP, 'SKU', 'i1'],
      [ERP, 'SKU', 'i2'],
      [SHOP, 'PRODUCT', 'p1'],
      [SHOP, 'SKU', 'v1'],
      [SHOP, 'SKU', 'v2'],
    ]);
    const hold = await bench().takeScan(await begin(SHOP));
    await bench().saw(hold, SHOP, SHOP_RECORDS);
    expect(await backend.scans.pair(hold)).toBe(0);
    expect(await backend.scans.waitSince(hold.id)).toBe(false);
  });

  it('links a system once all is clean, and only once', async () => {
    const { backend } = bench();
    expect(await backend.scans.linkIfClean(ERP)).toBe(false);
    await backend.transact(({ deliveries }) => deliveries.setLink(ERP, 'UNLINKED'));
    await bench().scan(ERP, [...ERP_RECORDS, shown(ERP, 'SKU', 'i4', 'CUP')]);
    expect((await backend.systems()).find(({ code }) => code === ERP)?.link).toBe('UNLINKED');
    await bench().pass(1);
    await bench().scan(ERP, ERP_RECORDS);
    expect((await backend.systems()).find(({ code }) => code === ERP)?.link).toBe('LINKED');
  });
});
