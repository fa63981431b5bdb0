import { afterAll, describe, expect, it } from '@jest/globals';
import type { ObservationStore } from '../../src/application/ports/observation-store.js';
import type { Ports } from '../../src/application/ports/ports.js';
import type { ScanStore } from '../../src/application/ports/scan-store.js';
import { codeOf, ScanKit } from './scan-kit.js';

/** The same ports, on which a scan judges one record at a time, each in a transaction of its own. */
function oneByOne(ports: Ports): Ports {
  const { scans, observations } = ports;
  const judge: ObservationStore['judge'] = async (system, { externalIds, rootIds }, readAt, verdicts, source, mark) => {
    const sum = { opened: 0, closed: 0, busy: 0, compared: 0 };
    for (const [at, externalId] of externalIds.entries()) {
      const isLast = at === externalIds.length - 1;
      const own = mark && { ...mark, pieces: isLast ? mark.pieces : [] };
      const lookFor = { externalIds: [externalId], rootIds: isLast ? rootIds : [] };
      const counts = await observations.judge(system, lookFor, readAt, verdicts, source, own);
      for (const key of ['opened', 'closed', 'busy', 'compared'] as const) sum[key] += counts[key];
    }
    return sum;
  };
  const staged: ScanStore['staged'] = (id) => scans.staged(id, 1);
  const paired: ScanStore['paired'] = (id, after) => scans.paired(id, after, 1);
  return Object.create(ports, {
    scans: { value: Object.create(scans, { staged: { value: staged }, paired: { value: paired } }) },
    observations: { value: Object.create(observations, { judge: { value: judge } }) },
  }) as Ports;
}

/** Differences of many kinds, a field that cannot be read, and a code that is there twice. */
async function edit(kit: ScanKit): Promise<void> {
  await kit.editVariant(codeOf(3), { price: '99.00' });
  await kit.editVariant(codeOf(17), { barcode: '4006381333931' });
  await kit.editVariant(codeOf(22), { taxable: false });
  await kit.editItem(codeOf(5), { listPrice: '1.11' });
  await kit.editItem(codeOf(6), { name: 'Another name' });
  await kit.editItem(codeOf(7), { name: 'x\u0000y' });
  await kit.editItem(codeOf(8), { active: false });
  await kit.editItem(codeOf(30), { hsCode: '610910' });
  await kit.deleteItem(codeOf(40));
}

interface Known {
  findings: unknown[];
  records: unknown[];
}

/** All that judging has put down, without ids and instants. */
async function known(kit: ScanKit): Promise<Known> {
  const findings = await kit.sql(
    `select system, kind, target, field, expected, found, last_published, severity, state, recurrences, source from finding
     order by system, kind, target, field`,
  );
  const records = await kit.sql(
    `select r.system, r.entity, coalesce(s.code, p.handle) as target, r.match, r.published, r.observed, r.in_sync, r.judged_of, r.not_covered,
       r.piece_id is not null as in_piece, r.judged_at is not null as judged, r.compared_at is not null as compared
     from record r join product p on p.id = r.product_id left join sku s on s.id = r.sku_id order by 1, 2, 3`,
  );
  return { findings, records };
}

describe('what is judged in masses', () => {
  const kits: ScanKit[] = [];
  afterAll(async () => {
    for (const kit of kits) await kit.world.close();
  }, 60_000);

  it('is judged just as each record alone is, at the first scan and at the next', async () => {
    const told: { first: Known; next: Known; unchanged: number }[] = [];
    for (const portsOf of [(ports: Ports) => ports, oneByOne]) {
      const kit = await ScanKit.open(20, edit, portsOf);
      kits.push(kit);
      const first = await known(kit);
      await kit.editVariant(codeOf(50), { price: '98.00' });
      await kit.editItem(codeOf(51), { listPrice: '2.22' });
      await kit.editVariant(codeOf(3), { price: '13.00' });
      const ports = portsOf(kit.world.ports);
      let unchanged = 0;
      for (const system of ['shopify', 'erp']) unchanged += (await kit.scan(system, 'FULL', ports)).recordsUnchanged;
      told.push({ first, next: await known(kit), unchanged });
    }
    const [inMasses, alone] = told;
    expect(inMasses).toEqual(alone);
    expect(inMasses?.first.findings.length).toBeGreaterThan(7);
    expect(inMasses?.next.findings.length).toBeGreaterThan(9);
  }, 180_000);
});
