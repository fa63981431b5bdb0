import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { acknowledgeFindings } from '../../src/application/drift/acknowledge-findings.js';
import { must } from '../support/world.js';
import { DriftKit } from './drift-kit.js';

/** The signed matrix acts upon what is found, whichever way; each test has SKUs of its own. */
describe('what the source-of-truth matrix does by itself', () => {
  let kit: DriftKit;
  beforeAll(async () => {
    kit = await DriftKit.open(['R1', 'R2', 'R3', 'R4', 'A1', 'A2', 'I1', 'U1', 'B1']);
  });
  afterAll(() => kit.close());

  it('only tells while nobody has signed it', async () => {
    await kit.rules([{ field: 'price', onDrift: 'AUTO_REVERT' }], false);
    await kit.editErp('U1', { listPrice: '11.00' });
    await kit.scanned();
    await kit.drained();
    expect(await kit.finding('U1', 'erp')).toMatchObject({ state: 'OPEN', healing: null });
    expect((await kit.item('U1')).listPrice).toBe('11.00');
  });

  it('reverts, on record, and says which version of it did', async () => {
    const version = await kit.rules([{ field: 'price', onDrift: 'AUTO_REVERT', severity: 'LOW' }]);
    await kit.editErp('R1', { listPrice: '11.00' });
    await kit.scanned();
    expect(await kit.finding('R1', 'erp')).toMatchObject({
      state: 'OPEN',
      found: '11.00',
      healing: 'AUTO_REVERT',
      revertRequestedBy: { name: `policy v${version}` },
    });
    await kit.drained();
    expect(await kit.finding('R1', 'erp')).toMatchObject({
      state: 'RESOLVED',
      resolution: 'REVERTED',
      resolvedBy: { kind: 'SYSTEM', name: `policy v${version}` },
    });
    expect((await kit.item('R1')).listPrice).toBe('10.00');
    // What was open before it was signed stays with people.
    expect(await kit.finding('U1', 'erp')).toMatchObject({ state: 'OPEN', healing: null });
  });

  it('also what is met before writing', async () => {
    await kit.editErp('R2', { listPrice: '11.00' });
    await kit.applied({ kind: 'skuUpdate', input: { code: 'R2', baseRevision: null, fields: { hsCode: '610910' } } });
    await kit.drained();
    await kit.drained();
    expect(await kit.finding('R2', 'erp')).toMatchObject({ source: 'BEFORE_WRITE', resolution: 'REVERTED' });
    expect(await kit.item('R2')).toMatchObject({ listPrice: '10.00', hsCode: '610910' });
  });

  it('stops when it was undone twice in a row, and tells who fights', async () => {
    for (const listPrice of ['11.00', '12.00']) {
      await kit.editErp('R3', { listPrice });
      await kit.scanned();
      await kit.drained();
      expect((await kit.item('R3')).listPrice).toBe('10.00');
    }
    await kit.editErp('R3', { listPrice: '13.00' });
    await kit.scanned();
    await kit.drained();
    const finding = await kit.finding('R3', 'erp');
    expect(finding).toMatchObject({ state: 'OPEN', severity: 'HIGH', healing: null, recurrences: 2 });
    expect(finding.fight).toMatch(/Sam, and policy v\d+; it came back 2 times/);
    expect((await kit.item('R3')).listPrice).toBe('13.00');
  });

  it('is taken out of its hands by a person', async () => {
    await kit.editErp('R4', { listPrice: '11.00' });
    await kit.scanned();
    const { id } = await kit.finding('R4', 'erp');
    must(await acknowledgeFindings(kit.world.ports, kit.world.people.oli, { ids: [id], note: 'I see to it' }));
    await kit.drained();
    await kit.tended();
    await kit.drained();
    expect(await kit.finding('R4', 'erp')).toMatchObject({ state: 'ACKNOWLEDGED', healing: null });
    expect((await kit.item('R4')).listPrice).toBe('11.00');
  });

  it('adopts by a request of its own, and brings it to the other systems; what the master refuses is left to people', async () => {
    const version = await kit.rules([
      { field: 'hsCode', onDrift: 'AUTO_ADOPT' },
      { field: 'gtin', onDrift: 'AUTO_ADOPT' },
    ]);
    await kit.editErp('A1', { hsCode: '610990' });
    await kit.editErp('A2', { gtin: '12345670' });
    await kit.editErp('B1', { gtin: '12345670' });
    await kit.scanned();
    const adopted = await kit.finding('A1', 'erp');
    expect(adopted).toMatchObject({
      state: 'RESOLVED',
      resolution: 'ADOPTED',
      resolvedBy: { name: `policy v${version}` },
    });
    expect((await kit.world.ports.catalog.skuByCode('A1'))?.hsCode).toBe('610990');
    const request = await kit.world.ports.changes.requestById(adopted.changeRequestId ?? '');
    expect(request).toMatchObject({ state: 'APPLIED', author: { kind: 'SYSTEM', name: `policy v${version}` } });
    expect(request?.reason).toContain(`approved by policy v${version}`);
    await kit.drained();
    await kit.scanned();
    expect(await kit.findings({ target: 'A1', states: ['OPEN'] })).toEqual([]);
    const two = await Promise.all(['A2', 'B1'].map((code) => kit.finding(code, 'erp')));
    const open = two.filter(({ state }) => state === 'OPEN');
    expect(open.length).toBeGreaterThan(0);
    for (const each of open)
      expect(each).toMatchObject({ healing: null, note: expect.stringContaining('not adopted by itself') });
  });

  it('ignores, on record, and never writes over it', async () => {
    const version = await kit.rules([{ field: 'title', onDrift: 'IGNORE' }]);
    await kit.editErp('I1', { name: 'Called otherwise' });
    await kit.scanned();
    const ignored = await kit.finding('I1', 'erp', 'title');
    expect(ignored).toMatchObject({
      state: 'RESOLVED',
      resolution: 'SUPERSEDED',
      recurrences: 0,
      note: expect.stringContaining(`version ${version}`),
    });
    await kit.applied({ kind: 'skuUpdate', input: { code: 'I1', baseRevision: null, fields: { title: 'Ours' } } });
    await kit.drained();
    await kit.scanned();
    expect((await kit.item('I1')).name).toBe('Called otherwise');
    expect(await kit.finding('I1', 'erp', 'title')).toMatchObject({ state: 'RESOLVED', recurrences: 0 });
    await kit.rules([{ field: 'title', onDrift: 'FLAG' }]);
    await kit.scanned();
    expect(await kit.finding('I1', 'erp', 'title')).toMatchObject({ state: 'OPEN', recurrences: 1 });
  });
});
