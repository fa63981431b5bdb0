import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { observe } from '../../src/application/drift/observe-roots.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import type { RecordOutcome, WriteCommand } from '../../src/application/ports/connector.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { runImport } from '../../src/application/imports/run-import.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, control, must } from '../support/world.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const PAGE = { first: 50, after: null };

/** Every step by hand, without a worker, so that each can be stopped between any two of its own. */
describe('nothing is stranded, and nothing overwritten unseen', () => {
  let world: World;
  beforeEach(async () => {
    world = await buildWorld({ worker: false });
    await everywhere(`${HEAD}tea,Tea,V,Title,Default Title,TEA,10.00,active\n`);
  });
  afterEach(() => world.close());

  async function everywhere(csv: string): Promise<void> {
    await control(world.sandbox.shopify.url, 'fill', csv);
    await control(world.sandbox.erp.url, 'fill', csv);
    await imported(csv);
    await scanned();
  }
  async function imported(csv: string): Promise<void> {
    const body = (async function* () {
      yield Buffer.from(csv);
    })();
    const { id } = must(
      await receiveImport(world.ports, world.people.alex, { format: 'shopify-csv', mode: 'baseline' }, body),
    );
    await runImport(world.ports, id);
  }
  /** Runs the scans that are due, and whatever they bring about; starts one of each system where none is. */
  async function scanned(): Promise<void> {
    for (const system of ['shopify', 'erp']) await startScan(world.ports, world.people.oli, system, 'FULL');
    for (let round = 0; round < 3; round += 1) {
      const { items } = await world.ports.operations.scans(PAGE, null);
      for (const { node } of items.filter((each) => each.node.state === 'RUNNING')) await runScan(world.ports, node.id);
    }
  }
  async function drained(): Promise<void> {
    for (const system of await world.ports.queue.systemsWithDue()) while (await publishLane(world.ports, system));
  }
  async function applied(...changes: ChangeDraft[]): Promise<string> {
    const draft = { title: 'a change', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return id;
  }
  const price = (value: string): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code: 'TEA', baseRevision: null, fields: { price: value } },
  });
  const states = async (id: string): Promise<string[]> =>
    ((await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? []).map(
      ({ system, state }) => `${system} ${state}`,
    );
  const erpPrice = async (): Promise<string | undefined> =>
    ((await control(world.sandbox.erp.url, 'items?code=TEA')) as { items: { listPrice: string }[] }).items[0]
      ?.listPrice;
  const findings = async (): Promise<string[]> =>
    (await world.ports.operations.findings(PAGE, {})).items.map(
      ({ node }) => `${node.system} ${JSON.stringify(node.found)} ${node.resolution ?? node.state}`,
    );
  const sql = <T>(text: string, values: unknown[] = []): Promise<T[]> =>
    sqlOver(world.database.source).rows<T>(text, values);

  it('delivers a change that was approved before its record was matched', async () => {
    const csv = `${HEAD}cup,Cup,V,Title,Default Title,CUP,5.00,active\n`;
    await control(world.sandbox.shopify.url, 'fill', csv);
    await control(world.sandbox.erp.url, 'fill', csv);
    await imported(csv);
    const id = await applied({
      kind: 'skuUpdate',
      input: { code: 'CUP', baseRevision: null, fields: { taxCode: 'T1' } },
    });
    await drained();
    expect(await states(id)).toEqual(['erp PENDING', 'shopify PENDING']);
    await scanned();
    await drained();
    expect(await states(id)).toEqual(['erp DELIVERED', 'shopify DELIVERED']);
  });

  it('brings a DRAFT to a system that never had it, once it enters service', async () => {
    await everywhere(`${HEAD}pot,Pot,V,Title,Default Title,POT,30.00,draft\n`);
    const id = await applied({ kind: 'skuTransition', input: { code: 'POT', to: 'PRELAUNCH' } });
    await drained();
    expect((await states(id)).filter((each) => !each.endsWith('DELIVERED'))).toEqual([]);
    const { items } = (await control(world.sandbox.erp.url, 'items?code=POT')) as { items: { salable: boolean }[] };
    expect(items).toMatchObject([{ salable: false, purchasable: true }]);
    expect(await findings()).toEqual([]);
  });

  it('has on record what it overwrites, although the process dies before it settles', async () => {
    const edit = (value: string): Promise<unknown> =>
      control(world.sandbox.erp.url, 'edit', {
        as: { kind: 'staff', name: 'Sam' },
        code: 'TEA',
        set: { listPrice: value },
      });
    await edit('11.00');
    await scanned();
    await applied(price('15.00'));
    await edit('12.00');
    const connector = world.ports.connectors.of('erp');
    const write = connector.write.bind(connector);
    let died = false;
    connector.write = async (command: WriteCommand): Promise<RecordOutcome[]> => {
      await write(command);
      died = true;
      throw new Error('kill -9');
    };
    const settle = world.ports.queue.settle.bind(world.ports.queue);
    world.ports.queue.settle = () => Promise.resolve();
    await drained().catch(() => undefined);
    connector.write = write;
    world.ports.queue.settle = settle;
    expect(died).toBe(true);
    expect(await erpPrice()).toBe('15.00');
    expect((await findings()).filter((each) => each.startsWith('erp'))).toEqual(['erp "12.00" OPEN']);
    await world.ports.queue.releaseAllLeases();
    await sql(`update attempt set sent_at = sent_at - interval '31 seconds'`);
    await drained();
    expect((await findings()).filter((each) => each.startsWith('erp'))).toEqual(['erp "12.00" SELF_HEALED']);
  });

  it('does not let an older look end a finding that a newer one opened', async () => {
    const system = await world.ports.observations.systemByCode('erp');
    if (!system) throw new Error('no erp');
    const readAt = await world.ports.observations.now();
    const records = [];
    for await (const batch of world.ports.connectors.of('erp').scan()) records.push(...batch);
    const as = { kind: 'staff', name: 'Sam' };
    await control(world.sandbox.erp.url, 'edit', { as, code: 'TEA', set: { listPrice: '55.00' } });
    await scanned();
    const open = ['erp "55.00" OPEN'];
    expect(await findings()).toEqual(open);
    const counts = await observe(world.ports, system, 'FULL_SCAN', { records, goneRoots: [], readAt });
    expect(counts).toMatchObject({ busy: 1, closed: 0 });
    expect(await findings()).toEqual(open);
  });

  it('takes one of two open deliveries of a record, whatever becomes of it', async () => {
    const first = await applied(price('15.00'));
    await sql(`update delivery set state = 'IN_FLIGHT' where state = 'PENDING'`);
    const second = await applied(price('16.00'));
    await control(world.sandbox.erp.url, 'faults', {
      next: [
        { when: 'before', kind: '503' },
        { when: 'before', kind: '503' },
        { when: 'before', kind: '503' },
      ],
    });
    await drained();
    expect(await states(first)).toEqual(['erp SUPERSEDED', 'shopify SUPERSEDED']);
    expect(await states(second)).toEqual(['erp RETRYING', 'shopify DELIVERED']);
    await fetch(`${world.sandbox.erp.url}/control/faults`, { method: 'DELETE' });
    await sql(`update delivery set next_attempt_at = clock_timestamp() where state = 'RETRYING'`);
    await sql('update lane set due_at = clock_timestamp()');
    await drained();
    expect(await states(second)).toEqual(['erp DELIVERED', 'shopify DELIVERED']);
    expect(await erpPrice()).toBe('16.00');
  });
});
