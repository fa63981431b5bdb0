import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { acknowledgeFindings } from '../../src/application/drift/acknowledge-findings.js';
import { observeRoots } from '../../src/application/drift/observe-roots.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { price, ReviewKit, set } from '../change/review-kit.js';
import { runs } from '../support/runs.js';
import type { World } from '../support/world.js';
import { buildWorld, control, importBaseline, until } from '../support/world.js';

const CODES = Array.from({ length: 24 }, (_, index) => `S${index}`);
/** Six products of four, so that lanes hold several records each. */
const CSV = `Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n${CODES.map(
  (code, index) => `p${index % 6},P${index % 6},Acme,Size,${code},${code},10.00,${index < 6 ? 'active' : ''}\n`,
)
  .toSorted()
  .join('')}`;
const SAM = { kind: 'staff', name: 'Sam' };
const REASON = 'it was decided over there';

/**
 * Everything that locks records, findings, deliveries and lanes, all at once and in no order: verdicts, applies, the
 * publisher's settlements, and people who decide on findings. They all lock in that order, so nobody waits in a ring.
 */
describe('locks of those who write, look and decide at once', () => {
  let world: World;
  let kit: ReviewKit;
  beforeAll(async () => {
    world = await buildWorld({ worker: true });
    kit = new ReviewKit(world);
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    await until('both systems to be linked', async () => {
      const systems = await world.ports.operations.systems();
      return systems.every(({ link }) => link === 'LINKED');
    });
  });
  afterAll(() => world.close());

  /** As PostgreSQL counts them: every one that it had to break, also those that a second try hid from the caller. */
  const deadlocks = async (): Promise<number> => {
    // Backends tell of what happened to them with a delay, and at the latest when they are idle for a while.
    await kit.sql('select pg_stat_force_next_flush()');
    const [row] = await kit.sql<{ n: number }>(
      'select deadlocks::int as n from pg_stat_database where datname = current_database()',
    );
    return row?.n ?? -1;
  };
  const look = async (system: string, codes: readonly string[]): Promise<void> => {
    const roots = await kit.sql<{ root_id: string; root_code: string | null }>(
      `select distinct r.root_id, r.root_code from record r join sku s on s.id = r.sku_id
       where s.code = any($1) and r.system = $2 and r.root_id is not null`,
      [codes, system],
    );
    const governed = await world.ports.observations.systemByCode(system);
    if (!governed) throw new Error(`there is no system ${system}`);
    const named = roots.map(({ root_id: externalId, root_code: code }) => ({ externalId, code }));
    await observeRoots(world.ports, governed, named, 'WEBHOOK');
  };
  const edit = async (round: number): Promise<void> => {
    const [a, b] = [CODES[(round * 5) % 24] ?? '', CODES[(round * 7 + 3) % 24] ?? ''];
    await control(world.sandbox.shopify.url, 'edit', { as: SAM, sku: a, set: { price: `${30 + round}.00` } });
    await control(world.sandbox.erp.url, 'edit', { as: SAM, code: b, set: { listPrice: `${60 + round}.00` } });
    await Promise.all([look('shopify', [a, b]), look('erp', [b, a])]);
  };
  const request = async (round: number): Promise<void> => {
    const codes = Array.from({ length: 12 }, (_, index) => CODES[(index * 5 + round * 11) % 24] ?? '');
    const changes = codes.map((code) =>
      round % 2 === 0 ? price(code, `${11 + round}.00`) : set(code, { hsCode: String(610_000 + round) }),
    );
    const outcome = await kit.create(changes);
    if (outcome.ok) await kit.approve(outcome.value.id);
  };
  const decide = async (round: number): Promise<void> => {
    const { items } = await world.ports.operations.findings({ first: 50, after: null }, {});
    const ids = items.flatMap(({ node }) => (node.state === 'RESOLVED' ? [] : [node.id]));
    if (ids.length === 0) return;
    const { oli, mia } = world.people;
    const some = ids.filter((_, index) => index % 3 === round % 3).toReversed();
    if (round % 3 === 0) await revertFindings(world.ports, oli, { ids: some, note: null, confirm: false });
    else if (round % 3 === 1) await acknowledgeFindings(world.ports, oli, { ids: some, note: null });
    else {
      const outcome = await adoptFindings(world.ports, mia, { ids: some, reason: REASON });
      if (outcome.ok) await kit.approve(outcome.value.changeRequestId);
    }
  };

  it('go round in no circle: PostgreSQL breaks no deadlock', async () => {
    const before = await deadlocks();
    const rounds = Array.from({ length: runs(12) }, (_, round) => round);
    for (const round of rounds) {
      await Promise.all([
        edit(round),
        ...[0, 1, 2, 3].map((part) => request(round * 4 + part)),
        decide(round),
        decide(round + 1),
        edit(round + 100),
      ]);
    }
    await until('everything to be delivered', async () => (await world.ports.queue.systemsWithDue()).length === 0, 60);
    const count = async (text: string): Promise<number> => (await kit.sql<{ n: number }>(text))[0]?.n ?? 0;
    const applied = await count(`select count(*)::int as n from change_request where state = 'APPLIED'`);
    const resolved = await count(`select count(*)::int as n from finding where state = 'RESOLVED'`);
    // It was a crowd: otherwise nothing is shown by there being no ring.
    expect(applied).toBeGreaterThan(rounds.length);
    expect(resolved).toBeGreaterThan(rounds.length / 2);
    expect(await deadlocks()).toBe(before);
    expect(world.logged.filter((line) => line.includes('deadlock'))).toEqual([]);
  }, 300_000);
});
