import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { refreshAllStock } from '../../src/application/drift/refresh-stock.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import type { StockLevel } from '../../src/domain/gates/gate.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, control, importBaseline, must, scansDone } from '../support/world.js';

const CSV = readFileSync(new URL('../../src/sandbox/sample/catalog.csv', import.meta.url), 'utf8');

describe('stock on hand', () => {
  let world: World;
  let skus: Sku[];

  beforeAll(async () => {
    world = await buildWorld();
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    const { items } = await world.ports.catalog.skus({ first: 250, after: null }, { states: ['ACTIVE'] }, 'CODE');
    skus = items.map(({ node }) => node);
  });
  afterAll(() => world.close());

  const levels = async (): Promise<Map<string, StockLevel[]>> => {
    const byId = await world.ports.stock.levelsOfSkus(skus.map(({ id }) => id));
    return new Map(skus.map(({ id, code }) => [code, byId.get(id) ?? []]));
  };
  const codeAt = (place: number): string => skus[place]?.code ?? '';
  const count = (code: string, onHand: string): Promise<unknown> =>
    control(world.sandbox.erp.url, 'stock', { code, onHand });
  const scan = async (): Promise<string> => {
    const { id } = must(await startScan(world.ports, world.people.oli, 'erp', 'FULL'));
    await scansDone(world);
    return id;
  };

  it('is taken in by every full scan of the ERP, for each SKU just as the ERP told it', async () => {
    const { items } = (await control(world.sandbox.erp.url, 'items')) as { items: { code: string; onHand: string }[] };
    const told = new Map(items.map(({ code, onHand }) => [code, onHand]));
    const taken = await levels();
    expect(skus.length).toBeGreaterThan(20);
    for (const { code } of skus) expect(taken.get(code)?.map(({ onHand }) => onHand)).toEqual([told.get(code)]);
    await count(codeAt(0), '-12.5000');
    await scan();
    expect((await levels()).get(codeAt(0))).toMatchObject([{ system: 'erp', onHand: '-12.5' }]);
  });

  it('keeps an older figure, under its date, where the ERP breaks off or says what is no decimal', async () => {
    const before = await levels();
    await count(codeAt(1), '1e3');
    await control(world.sandbox.erp.url, 'faults', { next: [{ when: 'before', kind: '500', match: 'GET /stock' }] });
    const id = await scan();
    expect((await world.ports.scans.scan(id))?.state).toBe('SUCCEEDED');
    expect(await levels()).toEqual(before);
    expect(world.logged.join('\n')).toContain('stock could not be read to its end');
    await scan();
    const after = await levels();
    expect(after.get(codeAt(1))).toEqual(before.get(codeAt(1)));
    expect(after.get(codeAt(2))?.[0]?.reportedAt).not.toEqual(before.get(codeAt(2))?.[0]?.reportedAt);
    expect(world.logged.join('\n')).toContain('stock that is no exact decimal');
    await count(codeAt(1), '7');
  });

  it('is forgotten where a complete report names it no more', async () => {
    await control(world.sandbox.erp.url, 'delete', { code: codeAt(3) });
    await refreshAllStock(world.ports);
    const after = await levels();
    expect([after.get(codeAt(3)), after.get(codeAt(1))?.[0]?.onHand]).toEqual([[], '7']);
  });

  it('of a renamed item is that of the SKU whose record it is; strangers are counted and left out', async () => {
    const sql = sqlOver(world.database.source);
    const record = `update record set root_code = $2 where system = 'erp' and sku_id = $1`;
    await sql.rows(record, [skus[4]?.id, 'RENAMED-4']);
    const lines = ['RENAMED-4', 'RENAMED-4', 'NOBODY', codeAt(5).toLowerCase()].map((code, at) => ({
      code,
      onHand: String(at + 1),
    }));
    expect(await world.ports.stock.take('erp', lines)).toEqual({ strangers: 1 });
    const after = await levels();
    expect([after.get(codeAt(4))?.[0]?.onHand, after.get(codeAt(5))?.[0]?.onHand]).toEqual(['2', '4']);
  });

  it('is a warning for who retires what is still there', async () => {
    const hold = async (code: string): Promise<string[]> => {
      await sqlOver(world.database.source).rows(`update sku set state = 'PHASE_OUT' where code = $1`, [code]);
      const changes = [{ kind: 'skuTransition' as const, input: { code, to: 'RETIRED' as const } }];
      const draft = { title: 'Out', reason: null, idempotencyKey: null, changes };
      const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
      const view = await world.ports.changes.requestById(id);
      return view?.warnings.map(({ message }) => message.replace(/ at .*/, '')) ?? [];
    };
    expect(await hold(codeAt(1))).toEqual([`RETIRED asks that ${codeAt(1)} has no stock on hand: erp reported 7`]);
    await world.ports.stock.take('erp', [{ code: codeAt(6), onHand: '0.000' }]);
    expect(await hold(codeAt(6))).toEqual([]);
  });
});
