import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import { readMatch } from '../../src/application/onboarding/read-match.js';
import type { MatchHead } from '../../src/application/ports/onboarding-store.js';
import { linkSystem } from '../../src/application/publishing/link-system.js';
import type { JournalEntry } from '../../src/sandbox/request-journal.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, importBaseline, must, scansDone, until } from '../support/world.js';

const CSV = readFileSync(new URL('../../src/sandbox/sample/catalog.csv', import.meta.url), 'utf8');
const FIRST = { first: 100, after: null };

describe('day one', () => {
  let world: World;
  beforeEach(async () => {
    world = await buildWorld();
  });
  afterEach(() => world.close());

  const scan = async (system: string): Promise<void> => {
    must(await startScan(world.ports, world.people.oli, system, 'FULL'));
    await scansDone(world);
  };
  const open = async (): Promise<string[]> =>
    (await world.ports.operations.findings(FIRST, { states: ['OPEN'] })).items.map(
      ({ node }) => `${node.system} ${node.kind} ${node.target} ${node.field ?? ''}`,
    );
  const links = async (): Promise<string[]> =>
    (await world.ports.operations.systems()).map(({ code, link }) => `${code} ${link}`);
  /** A system is linked just after its scan has ended. */
  const linked = async (...wanted: string[]): Promise<void> => {
    await until(wanted.join(', '), async () => (await links()).join() === wanted.join());
  };
  const raise = async (code: string, price: string): Promise<string> => {
    const changes = [{ kind: 'skuUpdate' as const, input: { code, baseRevision: null, fields: { price } } }];
    const draft = { title: 'raise', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return id;
  };

  /** What reached a system and changed something there, and every request of ours that is a write by its kind. */
  const writes = async (url: string): Promise<string[]> => {
    const { entries } = (await control(url, 'journal')) as { entries: JournalEntry[] };
    return entries
      .filter(({ source, kind, commits }) => source === 'request' && (kind === 'mutation' || commits.length > 0))
      .map(({ operation, commits }) => [operation, ...commits.map(({ act }) => act)].join(' '));
  };
  /** Shopify takes the question for a whole catalogue as a mutation; it changes nothing there. */
  const written = async (): Promise<string[]> => [
    ...(await writes(world.sandbox.shopify.url)).filter((each) => each !== 'BulkRun'),
    ...(await writes(world.sandbox.erp.url)),
  ];

  it('goes from an empty master to LINKED through scan, match, import and scan without one write to either system', async () => {
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await scan('shopify');
    await scan('erp');
    expect(await links()).toEqual(['erp UNLINKED', 'shopify UNLINKED']);
    const before = await readMatch(world.ports, FIRST, {});
    const rowsOf = (head: MatchHead, grade: string): number =>
      head.grades.find((each) => each.grade === grade)?.rows ?? 0;
    // Drafts of the shop are not in the ERP yet.
    expect([rowsOf(before.head, 'EXACT'), rowsOf(before.head, 'UNPAIRED')]).toEqual([60, 4]);
    expect(await open()).toEqual([]);
    expect(await written()).toEqual([]);

    const job = await importBaseline(world, CSV);
    expect(job).toMatchObject({ state: 'SUCCEEDED', skusCreated: 64 });
    await linked('erp LINKED', 'shopify LINKED');
    expect(await open()).toEqual([]);
    const after = await readMatch(world.ports, FIRST, {});
    expect(rowsOf(after.head, 'EXACT')).toBe(64);
    expect((await world.ports.operations.deliveries(FIRST, {})).items).toEqual([]);
    expect(await written()).toEqual([]);

    // It would be seen if there were one: the first approved change is written, to both.
    const id = await raise('FH-WDP22-CLY', '131.00');
    await until('both to have it', async () =>
      (await world.ports.operations.deliveriesOfRequests([id])).get(id)?.every(({ state }) => state === 'DELIVERED'),
    );
    expect(await written()).toEqual(['VariantsUpdate updated', 'PUT /items/FH-WDP22-CLY updated']);
  });

  it('creates what a system lacks only where systemLink is told to, and nothing else', async () => {
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'delete', { code: 'FH-WDP22-CLY' });
    await scan('erp');
    expect(codesOf(await linkSystem(world.ports, world.people.alex, 'shopify', false))).toEqual(['WRONG_STATE']);
    await importBaseline(world, CSV);
    await linked('erp UNLINKED', 'shopify LINKED');
    expect(await open()).toEqual(['erp MISSING FH-WDP22-CLY ']);
    must(await linkSystem(world.ports, world.people.alex, 'erp', false));
    await scan('erp');
    expect(await open()).toEqual(['erp MISSING FH-WDP22-CLY ']);
    expect(await written()).toEqual([]);
    must(await linkSystem(world.ports, world.people.alex, 'erp', true));
    await until('it to be there', async () => (await open()).length === 0);
    expect(await written()).toEqual(['PUT /items/FH-WDP22-CLY created']);
  });

  it('leaves a system with doubles unlinked, and unwritten, until somebody links it', async () => {
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    const [row = ''] = /[^\n]*,FH-WDP22-CLY,[^\n]*/.exec(CSV) ?? [];
    const [head = ''] = CSV.split('\n');
    const double = row.replace('FH-WDP22-CLY', 'fh-wdp22-cly');
    await control(world.sandbox.erp.url, 'fill', `${head}\n${double}\n`);
    await importBaseline(world, CSV);
    await scan('erp');
    await linked('erp UNLINKED', 'shopify LINKED');
    expect((await open()).map((each) => each.toLowerCase())).toContain('erp duplicate fh-wdp22-cly ');
    expect(await written()).toEqual([]);
    must(await linkSystem(world.ports, world.people.alex, 'erp', false));
    expect(await links()).toEqual(['erp LINKED', 'shopify LINKED']);
    await scan('erp');
    expect(await written()).toEqual([]);
  });

  it('only looks at a read-only system: it is linked, what differs is a finding, and nothing is ever sent', async () => {
    await sqlOver(world.database.source).rows(`update system set mode = 'READ_ONLY'`);
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    await linked('erp LINKED', 'shopify LINKED');
    expect(await open()).toEqual([]);
    const [sku] = (await world.ports.catalog.skus(FIRST, { states: ['ACTIVE'] }, 'CODE')).items;
    const code = sku?.node.code ?? '';
    expect(sku?.node.listedIn).toEqual(['erp', 'shopify']);

    const id = await raise(code, '321.00');
    expect((await world.ports.operations.deliveriesOfRequests([id])).size).toBe(0);
    await scan('erp');
    expect(await open()).toEqual([`erp FIELD ${code} price`]);
    const [finding] = (await world.ports.operations.findings(FIRST, {})).items;
    const revert = await revertFindings(world.ports, world.people.oli, {
      ids: [finding?.node.id ?? ''],
      note: null,
      confirm: false,
    });
    expect(codesOf(revert)).toEqual(['NOT_RESOLVABLE_HERE']);

    // Switched to WRITE, it pushes nothing that differed before.
    await sqlOver(world.database.source).rows(`update system set mode = 'WRITE'`);
    await scan('erp');
    const { items } = (await control(world.sandbox.erp.url, `items?code=${code}`)) as {
      items: { listPrice: string }[];
    };
    expect(items[0]?.listPrice).not.toBe('321.00');
    expect(await open()).toEqual([`erp FIELD ${code} price`]);
  });

  it('links nothing by itself that does not pair one to one, and sends nothing before it is linked', async () => {
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    const [, line = ''] = /\n[^\n]*,(FH-[A-Z0-9-]+),/.exec(CSV) ?? [];
    await control(world.sandbox.erp.url, 'delete', { code: line });
    await control(world.sandbox.shopify.url, 'edit', {
      as: { kind: 'staff', name: 'Sam' },
      sku: line,
      set: { price: '3.21' },
    });
    await importBaseline(world, CSV);
    await linked('erp UNLINKED', 'shopify LINKED');
    expect((await open()).sort()).toEqual([`erp MISSING ${line} `, `shopify FIELD ${line} price`]);
    const other = (await world.ports.catalog.skus(FIRST, { states: ['ACTIVE'] }, 'CODE')).items.find(
      ({ node }) => node.code !== line,
    );
    const id = await raise(other?.node.code ?? '', '99.00');
    await until('Shopify to have it', async () =>
      (await world.ports.operations.deliveriesOfRequests([id]))
        .get(id)
        ?.some(({ system, state }) => system === 'shopify' && state === 'DELIVERED'),
    );
    const states = (await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
    expect(states.map(({ system, state }) => `${system} ${state}`).sort()).toEqual([
      'erp PENDING',
      'shopify DELIVERED',
    ]);

    expect(codesOf(await linkSystem(world.ports, world.people.alex, 'nowhere', false))).toEqual(['NOT_FOUND']);
    must(await linkSystem(world.ports, world.people.alex, 'erp', true));
    await until('the ERP to have both', async () => (await open()).every((each) => !each.startsWith('erp')));
    await until('the delivery', async () =>
      (await world.ports.operations.deliveriesOfRequests([id])).get(id)?.every(({ state }) => state === 'DELIVERED'),
    );
  });

  it('opens nothing of absence when a scan breaks off half-way', async () => {
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    const [sku] = (await world.ports.catalog.skus(FIRST, { states: ['ACTIVE'] }, 'CODE')).items;
    await control(world.sandbox.erp.url, 'delete', { code: sku?.node.code });
    const broken = { when: 'before', kind: '500', match: 'GET' };
    await control(world.sandbox.erp.url, 'faults', { next: Array.from({ length: 8 }, () => broken) });
    must(await startScan(world.ports, world.people.oli, 'erp', 'FULL'));
    const failed = await until('the scan to fail', async () => {
      const [last] = (await world.ports.operations.scans(FIRST, 'erp')).items;
      return last?.node.state === 'FAILED' ? last.node : null;
    });
    expect(failed.error).not.toBeNull();
    expect(await open()).toEqual([]);
  });
});
