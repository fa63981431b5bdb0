import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endOwnershipRule } from '../../src/application/ownership/end-ownership-rule.js';
import { ownFindings } from '../../src/application/ownership/own-findings.js';
import type { FindingDraft } from '../../src/domain/drift/finding.js';
import { sqlOver } from '../../src/storage/sql.js';
import { recordStatements } from '../support/statements.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, importBaseline, must } from '../support/world.js';
import { ownershipOf } from './ownership-kit.js';

const COUNT = 1_100;
const ROWS = Array.from({ length: COUNT }, (_, at) => `p${at},Tea,${at < 2 ? 'Leaf' : 'Other'},P-${at},5.00,active`);
const CSV = `Handle,Title,Vendor,Variant SKU,Variant Price,Status\n${ROWS.join('\n')}\n`;

describe('owners of findings that are open when rules change', () => {
  let world: World;
  let own: ReturnType<typeof ownershipOf>;
  let seen: Date;

  beforeAll(async () => {
    world = await buildWorld();
    await importBaseline(world, CSV);
    await world.worker.stop();
    own = ownershipOf(world);
    for (const code of ['ann', 'bob', 'cat']) must(await own.set(code));
    await own.owns('DEFAULT', null, 'ann');
    const skus = await sql<{ id: string; product: string; code: string }>(
      'select id, product_id as product, code from sku',
    );
    await world.ports.work.run((stores) => stores.findings.record('erp', skus.map(draftOf), 'FULL_SCAN'));
    seen = await ownFindings(world.ports, new Date(0));
  });
  afterAll(() => world.close());

  const sql = <T = unknown>(text: string): Promise<T[]> => sqlOver(world.database.source).rows<T>(text);
  const draftOf = ({ id, product, code }: { id: string; product: string; code: string }): FindingDraft => ({
    identity: `price ${code}`,
    kind: 'FIELD',
    recordId: null,
    productId: product,
    skuId: id,
    target: code,
    field: 'price',
    expected: '5.00',
    found: '6.00',
    lastPublished: null,
    severity: 'LOW',
    attribution: null,
  });
  const owners = async (where = 'true'): Promise<Record<string, number>> => {
    const rows = await sql<{ code: string | null; count: number }>(
      `select p.code, count(*)::int as count from finding f left join party p on p.id = f.owner_id where f.field = 'price' and ${where} group by 1 order by 1`,
    );
    return Object.fromEntries(rows.map(({ code, count }) => [code ?? 'nobody', count]));
  };

  it('are whoever the rules name, however many there are', async () => {
    expect(await owners()).toEqual({ ann: COUNT });
    await own.owns('DEFAULT', null, 'bob');
    await own.owns('VENDOR', 'Leaf', 'cat');
    const [closed] = await sql<{ findingId: string }>(
      `select id as "findingId" from finding where target = 'P-9' and field = 'price'`,
    );
    const closing = { findingId: closed?.findingId ?? '', resolution: 'SELF_HEALED' as const, by: HOST.actor };
    await world.ports.work.run((stores) => stores.findings.close([closing]));
    seen = await ownFindings(world.ports, seen);
    expect(await owners(`state <> 'RESOLVED'`)).toEqual({ bob: COUNT - 3, cat: 2 });
    // Whose it was when it was resolved stays on record.
    expect(await owners(`state = 'RESOLVED'`)).toEqual({ ann: 1 });
  });

  it('follow a rule that begins, and one that ends', async () => {
    const rule = await own.owns('SKU', 'P-1', 'ann', new Date(Date.now() + 3_600_000));
    seen = await ownFindings(world.ports, seen);
    expect(await owners(`target = 'P-1'`)).toEqual({ cat: 1 });
    // Nobody waits an hour here: its beginning comes to the present instead.
    await sql(`update ownership_rule set effective_from = clock_timestamp() where id = '${rule}'`);
    seen = await ownFindings(world.ports, seen);
    expect(await owners(`target = 'P-1'`)).toEqual({ ann: 1 });
    must(await endOwnershipRule(world.ports, HOST, rule));
    seen = await ownFindings(world.ports, seen);
    expect(await owners(`target = 'P-1'`)).toEqual({ cat: 1 });
  });

  it('are not looked at where no rule has turned', async () => {
    const sent = recordStatements(world.database.source);
    await ownFindings(world.ports, seen);
    expect(sent.filter((text) => text.includes('finding'))).toEqual([]);
  });

  it('are not missed where a rule is being made while somebody looks', async () => {
    const making = world.ports.work.run(async (stores) => {
      await stores.ownership.lock();
      const now = await stores.now();
      const [party] = await sql<{ id: string }>(`select id from party where code = 'ann'`);
      const rule = { id: world.ports.newId(), scope: 'SKU' as const, match: 'P-5', ownerId: party?.id ?? '' };
      await stores.ownership.addRules([{ ...rule, effectiveFrom: now, effectiveTo: null }]);
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    seen = await ownFindings(world.ports, seen);
    await making;
    await ownFindings(world.ports, seen);
    expect(await owners(`target = 'P-5'`)).toEqual({ ann: 1 });
  });
});
