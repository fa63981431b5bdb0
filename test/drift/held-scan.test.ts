import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cancelScan, confirmScan } from '../../src/application/drift/scan/decide-scan.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { ScanView } from '../../src/application/ports/operations-reader.js';
import { must } from '../support/world.js';
import { DriftKit } from './drift-kit.js';

const CODES = Array.from({ length: 60 }, (_, index) => `H${index}`);
const REASON = 'the new price list is right';

/** Bulk safety stops a scan before a person has looked; that is no use where another look does the same a minute later. */
describe('while a scan is held', () => {
  let kit: DriftKit;
  beforeAll(async () => {
    kit = await DriftKit.open(CODES);
    await kit.rules([
      { field: 'price', onDrift: 'AUTO_REVERT', severity: 'HIGH' },
      { field: 'weight', onDrift: 'AUTO_ADOPT', tolerance: '0.5' },
      { field: 'hsCode', onDrift: 'IGNORE' },
    ]);
  });
  afterAll(() => kit.close());

  const scan = async (mode: ScanView['mode']): Promise<ScanView> => {
    const { ports, people } = kit.world;
    const { id } = must(await startScan(ports, people.oli, 'erp', mode));
    await runScan(ports, id);
    const view = await ports.scans.scan(id);
    if (!view) throw new Error(`no scan ${id}`);
    return view;
  };

  it('an incremental one puts on record what it finds, and nothing of it heals by itself', async () => {
    await kit.editErp('H0', { hsCode: '610910' });
    expect(await scan('FULL')).toMatchObject({ state: 'SUCCEEDED' });
    expect(await kit.finding('H0', 'erp', 'hsCode')).toMatchObject({ state: 'RESOLVED', resolution: 'SUPERSEDED' });
    for (const code of CODES.slice(0, 55)) await kit.editErp(code, { listPrice: '0.01', weightGrams: '7.000' });
    const held = await scan('FULL');
    expect(held).toMatchObject({ state: 'HELD', findingsHeld: 55 });
    expect(await scan('INCREMENTAL')).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 110 });
    await kit.tended();
    await kit.drained();
    const open = await kit.findings({ system: 'erp', states: ['OPEN'] });
    expect(open).toHaveLength(110);
    expect(new Set(open.map(({ healing, revertRequestedBy }) => healing ?? revertRequestedBy))).toEqual(
      new Set([null]),
    );
    expect(open[0]?.note).toBe('a scan of erp is held: nothing heals by itself before somebody has looked');
    expect((await kit.item('H7')).listPrice).toBe('0.01');
    expect((await kit.world.ports.catalog.skuByCode('H7'))?.weight).toBeNull();
  });

  it('somebody lets it go on: what the matrix ignores stays ignored', async () => {
    const { ports, people } = kit.world;
    const [held] = await kit.sql<{ id: string }>(`select id from scan where state = 'HELD'`);
    must(await confirmScan(ports, people.oli, held?.id ?? '', REASON));
    await runScan(ports, held?.id ?? '');
    expect(await kit.finding('H0', 'erp', 'hsCode')).toMatchObject({ state: 'RESOLVED', recurrences: 0 });
    expect(await kit.findings({ system: 'erp', states: ['OPEN'] })).toHaveLength(110);
  });

  it('heals again once nothing is held any more, also in a scan that replaces a held one', async () => {
    const { ports, people } = kit.world;
    for (const code of CODES.slice(0, 55)) await kit.editErp(code, { listPrice: '10.00', weightGrams: null });
    await scan('FULL');
    for (const code of CODES.slice(0, 55)) await kit.editErp(code, { listPrice: '0.02' });
    expect(await scan('FULL')).toMatchObject({ state: 'HELD' });
    for (const code of CODES.slice(1, 55)) await kit.editErp(code, { listPrice: '10.00' });
    expect(await scan('FULL')).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 1 });
    await kit.drained();
    expect(await kit.finding('H0', 'erp', 'price')).toMatchObject({ state: 'RESOLVED', resolution: 'REVERTED' });
    expect(await kit.sql(`select 1 from scan where state = 'HELD'`)).toEqual([]);
    for (const code of CODES.slice(0, 55)) await kit.editErp(code, { listPrice: '0.03' });
    const last = await scan('FULL');
    expect(last.state).toBe('HELD');
    must(await cancelScan(ports, people.oli, last.id));
    await kit.editErp('H59', { listPrice: '0.04' });
    await scan('INCREMENTAL');
    await kit.drained();
    expect(await kit.finding('H59', 'erp', 'price')).toMatchObject({ state: 'RESOLVED', resolution: 'REVERTED' });
  });
});
