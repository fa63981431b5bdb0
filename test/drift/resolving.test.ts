import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { acknowledgeFindings } from '../../src/application/drift/acknowledge-findings.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { waiveFindings } from '../../src/application/drift/resolve/waive-findings.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import type { Caller } from '../../src/domain/actor.js';
import type { Outcome } from '../../src/domain/problem.js';
import { codesOf, control, must } from '../support/world.js';
import { DriftKit } from './drift-kit.js';

const REASON = 'agreed with the shop';
const DAY = 86_400_000;
const NOBODY = '00000000-0000-7000-8000-000000000000';

/** Each test has SKUs of its own in one world, without a worker, so that every step is taken by hand. */
describe('findings are resolved as their kind allows', () => {
  let kit: DriftKit;
  beforeAll(async () => {
    kit = await DriftKit.open([
      'W1',
      'W2',
      'V1',
      'P1',
      'L1',
      'L2',
      'L3',
      'L4',
      'L5',
      'K1',
      'K2',
      'M1',
      'M2',
      'C1',
      'D1',
      'D2',
    ]);
  });
  afterAll(() => kit.close());

  const ports = (): DriftKit['world']['ports'] => kit.world.ports;
  const oli = (): DriftKit['world']['people']['oli'] => kit.world.people.oli;
  const waive = (ids: string[], until: Date, reason = REASON): Promise<Outcome<{ ids: string[] }>> =>
    waiveFindings(ports(), oli(), { ids, until, reason });
  const revert = (ids: string[], confirm = false): Promise<Outcome<{ ids: string[] }>> =>
    revertFindings(ports(), oli(), { ids, note: null, confirm });
  const adopt = (ids: string[]): ReturnType<typeof adoptFindings> =>
    adoptFindings(ports(), oli(), { ids, reason: REASON });
  const approve = async (id: string): Promise<void> => {
    must(await approveChangeRequest(ports(), kit.world.people.ada, id, null));
  };

  it('waives until a date: neither flagged nor written, and open again when it ends', async () => {
    await kit.editErp('W1', { listPrice: '11.00' });
    await kit.scanned();
    const { id } = await kit.finding('W1', 'erp');
    const now = Date.now();
    expect(codesOf(await waive([id], new Date(now - DAY)))).toEqual(['EFFECTIVE_IN_PAST']);
    expect(codesOf(await waive([id], new Date(now + 93 * DAY), 'x'))).toEqual(['INVALID_FORMAT', 'REASON_TOO_SHORT']);
    const until = new Date(now + 30 * DAY);
    must(await waive([id], until));
    must(await waive([id], until));
    expect(await kit.sql(`select 1 from finding_event where finding_id = $1 and type = 'WAIVED'`, [id])).toHaveLength(
      1,
    );
    const change = { code: 'W1', baseRevision: null, fields: { price: '12.00' } };
    await kit.applied({ kind: 'skuUpdate', input: change });
    await kit.drained();
    await kit.scanned();
    expect((await kit.item('W1')).listPrice).toBe('11.00');
    const waived = await kit.finding('W1', 'erp');
    expect(waived).toMatchObject({
      state: 'WAIVED',
      resolution: null,
      dueAt: null,
      waivedUntil: until,
      expected: '12.00',
    });
    expect(await kit.findings({ target: 'W1', overdue: true })).toEqual([]);
    expect(codesOf(await revert([id]))).toEqual(['WRONG_STATE']);
    await kit.tended();
    expect((await kit.finding('W1', 'erp')).state).toBe('WAIVED');
    await kit.sql(`update finding set waived_until = clock_timestamp() where id = $1`, [id]);
    await kit.tended();
    const open = await kit.finding('W1', 'erp');
    expect(open).toMatchObject({ state: 'OPEN', waivedUntil: null, recurrences: 0, found: '11.00' });
    expect(open.dueAt?.getTime()).toBeGreaterThan(now + 23 * 3_600_000);
    // What was requested before it ended is not what anybody decided about it since.
    await kit.scanned();
    await kit.drained();
    expect((await kit.item('W1')).listPrice).toBe('11.00');
  });

  it('ends a waiver early when somebody takes the finding up, and closes it when the difference is gone', async () => {
    await kit.editErp('W2', { listPrice: '11.00' });
    await kit.scanned();
    const { id } = await kit.finding('W2', 'erp');
    must(await waive([id], new Date(Date.now() + DAY)));
    must(await acknowledgeFindings(ports(), oli(), { ids: [id], note: null }));
    expect(await kit.finding('W2', 'erp')).toMatchObject({ state: 'ACKNOWLEDGED', waivedUntil: null });
    must(await waive([id], new Date(Date.now() + DAY)));
    // What was requested while it lasted is not what anybody decided about the edit since: it is held all the same.
    await kit.applied({ kind: 'skuUpdate', input: { code: 'W2', baseRevision: null, fields: { price: '12.00' } } });
    await kit.drained();
    must(await acknowledgeFindings(ports(), oli(), { ids: [id], note: null }));
    await kit.scanned();
    await kit.drained();
    expect(await kit.finding('W2', 'erp')).toMatchObject({ state: 'ACKNOWLEDGED', found: '11.00', expected: '12.00' });
    expect((await kit.item('W2')).listPrice).toBe('11.00');
    must(await waive([id], new Date(Date.now() + DAY)));
    await kit.editErp('W2', { listPrice: '12.00' });
    await kit.scanned();
    expect(await kit.finding('W2', 'erp')).toMatchObject({ state: 'RESOLVED', resolution: 'SELF_HEALED' });
    expect(codesOf(await waive([id], new Date(Date.now() + DAY)))).toEqual(['WRONG_STATE']);
  });

  it('answers for each of many, and does nothing by halves; what was asked before is asked once', async () => {
    await kit.editErp('K1', { listPrice: '11.00' });
    await kit.editErp('K2', { listPrice: '11.00' });
    await kit.scanned();
    const [one, two, done] = await Promise.all(['K1', 'K2', 'W2'].map((code) => kit.finding(code, 'erp')));
    const ids = [one, two].map((each) => each?.id ?? '');
    const mixed = [ids[0] ?? '', NOBODY, done?.id ?? '', ids[1] ?? ''];
    for (const outcome of [
      await revert(mixed),
      await adopt(mixed),
      await waive(mixed, new Date(Date.now() + DAY)),
      await acknowledgeFindings(ports(), oli(), { ids: mixed, note: null }),
    ]) {
      expect(outcome).toMatchObject({
        ok: false,
        problems: [
          { code: 'NOT_FOUND', field: ['ids', '1'] },
          { code: 'WRONG_STATE', field: ['ids', '2'], message: expect.stringContaining('SELF_HEALED by observer') },
        ],
      });
    }
    expect((await kit.findings({ target: 'K1' })).map(({ state }) => state)).toEqual(['OPEN']);
    must(await acknowledgeFindings(ports(), oli(), { ids: [...ids, ...ids], note: null }));
    must(await acknowledgeFindings(ports(), oli(), { ids, note: null }));
    const { changeRequestId } = must(await adopt(ids));
    expect(must(await adopt(ids)).changeRequestId).toBe(changeRequestId);
    expect(codesOf(await revert(ids))).toEqual(['ALREADY_DECIDED', 'ALREADY_DECIDED']);
    expect(codesOf(await waive(ids, new Date(Date.now() + DAY)))).toEqual(['ALREADY_DECIDED', 'ALREADY_DECIDED']);
    await approve(changeRequestId);
    expect((await kit.finding('K1', 'erp')).resolution).toBe('ADOPTED');
    const events = `select type from finding_event where finding_id = $1 and type = 'ACKNOWLEDGED'`;
    expect(await kit.sql(events, [ids[0]])).toHaveLength(1);
  });

  it('stays asked for by who asked first; that somebody else did as well is on record, and takes nothing from them', async () => {
    await kit.editErp('P1', { listPrice: '11.00' });
    await kit.scanned();
    const { id } = await kit.finding('P1', 'erp');
    const { alex } = kit.world.people;
    const asks = async (by: Caller, note: string): Promise<void> => {
      must(await revertFindings(ports(), by, { ids: [id], note, confirm: false }));
      expect(await kit.finding('P1', 'erp')).toMatchObject({ revertRequestedBy: oli().actor, note: 'a slip' });
    };
    await asks(oli(), 'a slip');
    await asks(alex, 'not his to change');
    await asks(oli(), 'once more');
    const told = [
      [oli().actor.name, 'a slip'],
      [alex.actor.name, 'not his to change'],
    ];
    const events = `select actor->>'name' as name, data->>'note' as note from finding_event
      where finding_id = $1 and type = 'REVERT_REQUESTED' order by at, id`;
    const rows = await kit.sql<{ name: string; note: string }>(events, [id]);
    expect(rows.map(({ name, note }) => [name, note])).toEqual(told);
    const audit = `select actor->>'name' as name from audit_event where type = 'DRIFT_REVERT' and subject = 'P1' order by at, id`;
    const audited = await kit.sql<{ name: string }>(audit);
    expect(audited.map(({ name }) => name)).toEqual(told.map(([name]) => name));
    await kit.drained();
    expect(await kit.finding('P1', 'erp')).toMatchObject({ resolution: 'REVERTED', resolvedBy: oli().actor });
    expect((await kit.item('P1')).listPrice).toBe('10.00');
  });

  it('does one of two things that are asked: what is proposed for adoption is not pushed back meanwhile', async () => {
    await kit.editErp('V1', { listPrice: '11.00' });
    await kit.scanned();
    const { id } = await kit.finding('V1', 'erp');
    must(await revert([id]));
    const { changeRequestId } = must(await adopt([id]));
    expect(await kit.finding('V1', 'erp')).toMatchObject({ state: 'OPEN', revertRequestedBy: null, changeRequestId });
    await kit.drained();
    expect((await kit.item('V1')).listPrice).toBe('11.00');
    await approve(changeRequestId);
    expect(await kit.finding('V1', 'erp')).toMatchObject({ state: 'RESOLVED', resolution: 'ADOPTED' });
  });

  it('adopts the one step of the lifecycle that leads to what is shown, and says why where there is none', async () => {
    await kit.editErp('L1', { salable: false });
    await kit.editShop('L1', { published: false });
    await kit.editErp('L2', { active: false });
    await kit.applied({ kind: 'skuTransition', input: { code: 'L3', to: 'ON_HOLD' } });
    await kit.drained();
    await kit.editShop('L3', { published: true });
    await control(kit.world.sandbox.shopify.url, 'edit', {
      as: { kind: 'staff', name: 'Sam' },
      handle: 'p-l4',
      set: { status: 'DRAFT' },
    });
    await kit.applied({ kind: 'skuUpdate', input: { code: 'L5', baseRevision: null, fields: { listedIn: ['erp'] } } });
    await kit.drained();
    await kit.editShop('L5', { published: true });
    await kit.scanned();
    const of = async (code: string, system: string): Promise<string> =>
      (await kit.finding(code, system, 'lifecycle')).id;
    const [none, many, status, left] = await Promise.all([
      of('L2', 'erp'),
      of('L3', 'shopify'),
      of('p-l4', 'shopify'),
      of('L5', 'shopify'),
    ]);
    const refused = await adopt([none ?? '', many ?? '', status ?? '', left ?? '']);
    const problems = refused.ok ? [] : refused.problems.map(({ code, field, message }) => [code, field?.[1], message]);
    expect(problems.toSorted((a, b) => Number(a[1]) - Number(b[1]))).toEqual([
      ['NOT_RESOLVABLE_HERE', '0', 'what erp shows is no state that ACTIVE may become'],
      [
        'NOT_RESOLVABLE_HERE',
        '1',
        'what shopify shows may mean ACTIVE or PHASE_OUT: propose the transition that you want',
      ],
      ['NOT_RESOLVABLE_HERE', '2', 'p-l4 is a product: its status follows from the states of its SKUs'],
      ['NOT_RESOLVABLE_HERE', '3', 'the master does not list L5 in shopify: propose that it does'],
    ]);
    // Each system shows the same state in its own way: that is one step.
    const { changeRequestId } = must(await adopt([await of('L1', 'erp'), await of('L1', 'shopify')]));
    const request = await ports().changes.requestById(changeRequestId);
    expect(request).toMatchObject({ state: 'IN_REVIEW' });
    await approve(changeRequestId);
    expect((await ports().catalog.skuByCode('L1'))?.state).toBe('ON_HOLD');
    for (const system of ['erp', 'shopify'])
      expect(await kit.finding('L1', system)).toMatchObject({ state: 'RESOLVED', resolution: 'ADOPTED' });
    await kit.drained();
    await kit.scanned();
    expect(await kit.findings({ target: 'L1', states: ['OPEN'] })).toEqual([]);
    expect(await kit.item('L1')).toMatchObject({ active: true, salable: false, purchasable: true });
  });

  it('proposes to retire what is missing, where the lifecycle allows it', async () => {
    await kit.applied({ kind: 'skuTransition', input: { code: 'M2', to: 'ON_HOLD' } });
    await kit.drained();
    for (const code of ['M1', 'M2']) await control(kit.world.sandbox.erp.url, 'delete', { code });
    await kit.scanned();
    const [one, two] = await Promise.all(['M1', 'M2'].map((code) => kit.finding(code, 'erp')));
    const refused = await adopt([two?.id ?? '', one?.id ?? '']);
    expect(refused).toMatchObject({ problems: [{ code: 'TRANSITION_NOT_ALLOWED', field: ['ids', '1'] }] });
    await approve(must(await adopt([two?.id ?? ''])).changeRequestId);
    expect((await ports().catalog.skuByCode('M2'))?.state).toBe('RETIRED');
    expect(await kit.finding('M2', 'erp')).toMatchObject({ state: 'RESOLVED', resolution: 'ADOPTED' });
    must(await revert([one?.id ?? '']));
    await kit.drained();
    expect((await kit.item('M1')).listPrice).toBe('10.00');
    expect(await kit.finding('M1', 'erp')).toMatchObject({ resolution: 'REVERTED', resolvedBy: { name: 'oli' } });
  });

  it('writes our code back where the system takes it, and never takes another one', async () => {
    await kit.editShop('C1', { sku: 'C1-NEW' });
    await kit.scanned();
    const { id } = await kit.finding('C1', 'shopify');
    expect(codesOf(await adopt([id]))).toEqual(['CODE_IMMUTABLE']);
    must(await revert([id]));
    await kit.drained();
    expect(await kit.finding('C1', 'shopify')).toMatchObject({ kind: 'RECODED', resolution: 'REVERTED' });
    await kit.scanned();
    expect(await kit.findings({ states: ['OPEN'], kinds: ['RECODED', 'UNEXPECTED'] })).toEqual([]);
  });

  const addStranger = (handle: string, sku: string): Promise<unknown> => {
    const head = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Status\n';
    const csv = `${head}${handle},A ${handle},V,Title,Default Title,${sku},7.00,,active\n`;
    return control(kit.world.sandbox.shopify.url, 'fill', csv);
  };

  it('takes a stranger off sale only when that is confirmed, and does not open it anew for being there', async () => {
    await addStranger('guest', 'GUEST-1');
    await kit.scanned();
    const { id } = await kit.finding('GUEST-1', 'shopify');
    expect(codesOf(await revert([id]))).toEqual(['CONFIRMATION_REQUIRED']);
    must(await revert([id], true));
    await kit.tended();
    expect(await kit.finding('GUEST-1', 'shopify')).toMatchObject({
      state: 'RESOLVED',
      resolution: 'REVERTED',
      resolvedBy: { name: 'oli' },
    });
    await kit.scanned();
    expect(await kit.finding('GUEST-1', 'shopify')).toMatchObject({ state: 'RESOLVED', recurrences: 0 });
  });

  it('makes a stranger a SKU of the master, with the record that it has', async () => {
    await addStranger('newcomer', 'NEW-1');
    await kit.scanned();
    const { id } = await kit.finding('NEW-1', 'shopify');
    await approve(must(await adopt([id])).changeRequestId);
    const sku = await ports().catalog.skuByCode('NEW-1');
    expect(sku).toMatchObject({ state: 'DRAFT', price: '7.00', listedIn: ['shopify'] });
    expect((await ports().catalog.productByHandle('newcomer'))?.vendor).toBe('V');
    expect(await kit.finding('NEW-1', 'shopify')).toMatchObject({ state: 'RESOLVED', resolution: 'ADOPTED' });
    const [record] = await kit.sql<{ match: string }>(
      `select match from record where sku_id = $1 and system = 'shopify' and external_id is not null`,
      [sku?.id],
    );
    expect(record?.match).toBe('MATCHED');
    await kit.drained();
    await kit.scanned();
    expect(await kit.findings({ target: 'NEW-1', states: ['OPEN'] })).toEqual([]);
  });

  it('leaves two records of one code to the system, and closes the finding when a scan sees one', async () => {
    await addStranger('double', 'D1');
    await kit.scanned();
    const { id, kind } = await kit.finding('D1', 'shopify');
    expect(kind).toBe('DUPLICATE');
    expect([...codesOf(await revert([id])), ...codesOf(await adopt([id]))]).toEqual([
      'NOT_RESOLVABLE_HERE',
      'NOT_RESOLVABLE_HERE',
    ]);
    await control(kit.world.sandbox.shopify.url, 'delete', { handle: 'double' });
    await kit.scanned();
    expect(await kit.finding('D1', 'shopify')).toMatchObject({ state: 'RESOLVED', resolution: 'SELF_HEALED' });
  });

  it('takes no value of a field that another system owns, and reverts none that the system itself does', async () => {
    await kit.editShop('D2', { cost: '9.00' });
    await kit.scanned();
    const { id } = await kit.finding('D2', 'shopify', 'cost');
    expect(await adopt([id])).toMatchObject({ problems: [{ code: 'FIELD_OWNED_ELSEWHERE', field: ['ids', '0'] }] });
    must(await revert([id]));
    await kit.drained();
    expect((await kit.finding('D2', 'shopify', 'cost')).resolution).toBe('REVERTED');
  });
});
