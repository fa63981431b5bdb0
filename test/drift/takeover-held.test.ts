import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { acknowledgeFindings } from '../../src/application/drift/acknowledge-findings.js';
import { waiveFindings } from '../../src/application/drift/resolve/waive-findings.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { codesOf, must } from '../support/world.js';
import { DriftKit } from './drift-kit.js';

const CODES = Array.from({ length: 60 }, (_, index) => `Z${index}`);

/** The only ERP owns the cost; what it says is believed value by value, and not in masses. */
describe('an owner that says nonsense of everything', () => {
  let kit: DriftKit;
  beforeAll(async () => {
    kit = await DriftKit.open(CODES);
  });
  afterAll(() => kit.close());

  const costs = async (): Promise<Set<string | null>> => {
    const skus = await kit.world.ports.catalog.skusByCodes(CODES.map((code) => code.toLowerCase()));
    return new Set([...skus.values()].map(({ cost }) => cost));
  };

  it('is not believed until somebody has looked', async () => {
    for (const code of CODES) await kit.editErp(code, { cost: '0' });
    await kit.scanned();
    expect(await costs()).toEqual(new Set(['4.00']));
    const held = await kit.findings({ system: 'erp', field: 'cost', states: ['OPEN'] });
    expect(held).toHaveLength(CODES.length);
    expect(held[0]).toMatchObject({ healing: 'HELD', note: expect.stringContaining('60 other values of cost') });
    const alerts = await kit.sql(`select 1 from alert where kind = 'SCAN_HELD' and system = 'erp'`);
    expect(alerts).toHaveLength(1);
    // Looked at once more, it still waits, and nothing is written there.
    await kit.scanned();
    await kit.drained();
    expect(await costs()).toEqual(new Set(['4.00']));
    expect((await kit.item('Z0')).cost).toBe('0.0000');
    const { ports, people } = kit.world;
    const [first] = held;
    const ids = [first?.id ?? ''];
    expect(codesOf(await revertFindings(ports, people.oli, { ids, note: null, confirm: true }))).toEqual([
      'NOT_RESOLVABLE_HERE',
    ]);
  });

  it('is not believed either of what somebody lets be, or takes up: that is no yes to the value', async () => {
    const { ports, people } = kit.world;
    const [up, aside] = await Promise.all(['Z3', 'Z4'].map((code) => kit.finding(code, 'erp')));
    const until = new Date(Date.now() + 3_600_000);
    must(await acknowledgeFindings(ports, people.oli, { ids: [up?.id ?? ''], note: 'asking the books' }));
    must(await waiveFindings(ports, people.oli, { ids: [aside?.id ?? ''], until, reason: 'asking the books' }));
    await kit.sql(`update finding set waived_until = clock_timestamp() where id = $1`, [aside?.id]);
    await kit.tended();
    // A day later, each of them alone is no mass any more.
    await kit.sql(`update takeover_tally set hour = hour - interval '30 hours'`);
    for (const code of ['Z3', 'Z4']) await kit.editErp(code, { hsCode: '610910' });
    await kit.scanned();
    expect(await kit.finding('Z3', 'erp', 'cost')).toMatchObject({ state: 'ACKNOWLEDGED', healing: 'HELD' });
    expect(await kit.finding('Z4', 'erp', 'cost')).toMatchObject({ state: 'OPEN', healing: 'HELD' });
    expect(await costs()).toEqual(new Set(['4.00']));
    // Taken up, it can be adopted as before.
    const ids = [up?.id ?? ''];
    must(await adoptFindings(ports, people.oli, { ids, reason: 'written off in the books' }));
    expect(Number((await ports.catalog.skuByCode('Z3'))?.cost)).toBe(0);
  });

  it('is believed of what somebody adopts, at once, and heals where the owner puts it right', async () => {
    const held = await kit.findings({ system: 'erp', field: 'cost', states: ['OPEN'] });
    const taken = held.filter(({ target }) => target === 'Z1' || target === 'Z2');
    const { ports, people } = kit.world;
    const ids = taken.map(({ id }) => id);
    const { changeRequestId } = must(
      await adoptFindings(ports, people.oli, { ids, reason: 'written off in the books' }),
    );
    expect(await ports.changes.requestById(changeRequestId)).toMatchObject({
      state: 'APPLIED',
      reason: expect.stringContaining('looked at by oli: written off in the books'),
    });
    expect(Number((await ports.catalog.skuByCode('Z1'))?.cost)).toBe(0);
    expect(await kit.finding('Z1', 'erp')).toMatchObject({ resolution: 'ADOPTED', resolvedBy: { name: 'oli' } });
    for (const code of CODES.slice(3)) await kit.editErp(code, { cost: '4.00' });
    await kit.scanned();
    const left = await kit.findings({ system: 'erp', field: 'cost', states: ['OPEN'] });
    expect(left.map(({ target }) => target)).toEqual(['Z0']);
  });

  it('says why the master refuses a value, and counts what it opened', async () => {
    const version = await kit.rules([{ field: 'gtin', owner: 'erp', onDrift: 'FLAG' }]);
    expect(version).toBeGreaterThan(0);
    await kit.editErp('Z9', { gtin: '4006381333932' });
    await kit.scanned();
    expect(await kit.finding('Z9', 'erp', 'gtin')).toMatchObject({
      state: 'OPEN',
      note: expect.stringMatching(/erp owns it, and the master refuses what it says: .*4006381333931/),
    });
    const [scan] = await kit.sql<{ opened: number }>(
      `select findings_opened as opened from scan where system = 'erp' order by started_at desc limit 1`,
    );
    expect(scan?.opened).toBe(1);
  });

  it('once the field is the master’s again, what was held is approved by people, like anything else', async () => {
    await kit.rules([{ field: 'cost', owner: 'MASTER', onDrift: 'FLAG' }]);
    const { id } = await kit.finding('Z0', 'erp', 'cost');
    const { ports, people } = kit.world;
    const { changeRequestId } = must(
      await adoptFindings(ports, people.oli, { ids: [id], reason: 'written off in the books' }),
    );
    expect(await ports.changes.requestById(changeRequestId)).toMatchObject({ state: 'IN_REVIEW' });
    expect(Number((await ports.catalog.skuByCode('Z0'))?.cost)).toBe(4);
  });
});
