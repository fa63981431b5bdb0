import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FindingView } from '../../src/application/ports/operations-reader.js';
import { control } from '../support/world.js';
import { DriftKit } from './drift-kit.js';

const HOUR = 3_600_000;

/** When each is due, and who made it. */
describe('a finding', () => {
  let kit: DriftKit;
  beforeAll(async () => {
    kit = await DriftKit.open(['F1', 'F2', 'F3', 'F4']);
  });
  afterAll(() => kit.close());

  const hoursOf = ({ dueAt, firstSeenAt }: FindingView): number =>
    Math.round(((dueAt?.getTime() ?? 0) - firstSeenAt.getTime()) / HOUR);

  it('is due by its severity: within 4 hours, a day, a week, or a month', async () => {
    await kit.rules([
      { field: 'price', onDrift: 'FLAG', severity: 'CRITICAL' },
      { field: 'hsCode', onDrift: 'FLAG', severity: 'HIGH' },
      { field: 'title', onDrift: 'FLAG', severity: 'MEDIUM' },
      { field: 'weight', onDrift: 'FLAG', severity: 'LOW' },
    ]);
    await kit.editErp('F1', { listPrice: '11.00', hsCode: '610910', name: 'Another', weightGrams: '77.000' });
    await kit.scanned();
    const found = await kit.findings({ target: 'F1' });
    expect(Object.fromEntries(found.map((each) => [each.severity, hoursOf(each)]))).toEqual({
      CRITICAL: 4,
      HIGH: 24,
      MEDIUM: 7 * 24,
      LOW: 30 * 24,
    });
  });

  it('keeps the author of its value, whoever edits something else of the record later; a new value has a new one', async () => {
    const edit = (name: string, set: object): Promise<unknown> =>
      control(kit.world.sandbox.erp.url, 'edit', { as: { kind: 'staff', name }, code: 'F2', set });
    const author = async (field: string): Promise<string | null | undefined> =>
      (await kit.finding('F2', 'erp', field)).attribution?.actor;
    await edit('Sam', { listPrice: '11.00' });
    await kit.scanned();
    expect(await author('price')).toBe('Sam');
    await edit('Eve', { hsCode: '610910' });
    await kit.scanned();
    expect([await author('price'), await author('hsCode')]).toEqual(['Sam', 'Eve']);
    await edit('Kim', { listPrice: '12.00' });
    await kit.scanned();
    expect([await author('price'), await author('hsCode')]).toEqual(['Kim', 'Eve']);
  });

  it('that named nobody is told later by whom it was, and never by whoever moved something else since', async () => {
    const edit = (code: string, name: string, set: object): Promise<unknown> =>
      control(kit.world.sandbox.erp.url, 'edit', { as: { kind: 'staff', name }, code, set });
    const actorOf = async (code: string, field: string): Promise<string | undefined> =>
      (await kit.finding(code, 'erp', field)).attribution?.actor ?? undefined;
    for (const code of ['F3', 'F4']) await edit(code, 'Sam', { listPrice: '11.00' });
    await kit.scanned();
    // As where a system tells its events late, or not at all.
    await kit.sql(`update finding set attribution = null where target in ('F3', 'F4') and field = 'price'`);
    // Longer than clocks may be apart.
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    await edit('F3', 'Eve', { hsCode: '610910' });
    await kit.scanned();
    expect([await actorOf('F3', 'price'), await actorOf('F3', 'hsCode')]).toEqual([undefined, 'Eve']);
    expect(await actorOf('F4', 'price')).toBe('Sam');
  });
});
