import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { runImport } from '../../src/application/imports/run-import.js';
import { linkSystem } from '../../src/application/publishing/link-system.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import type { ConfiguredSystem } from '../../src/config.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, control, must } from '../support/world.js';

export const PAGE = { first: 100, after: null };
const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
/** As many as a worker has for an ERP that gathers. */
const LANES = 8;

/** A master with SKUs, a shop that has them, and an ERP that does not yet; every step is taken by hand. */
export class SteppedWorld {
  private constructor(readonly world: World) {}

  /** The ERP is linked, and all that is to be made there is due. */
  static async begin(erp: ConfiguredSystem, codes: readonly string[]): Promise<SteppedWorld> {
    const world = await buildWorld({ worker: false, erp });
    const csv =
      HEAD + codes.map((code) => `${code.toLowerCase()},${code},V,Title,Default Title,${code},10.00,active\n`).join('');
    await control(world.sandbox.shopify.url, 'fill', csv);
    const body = (async function* () {
      yield Buffer.from(csv);
    })();
    const draft = { format: 'shopify-csv', mode: 'baseline' } as const;
    const { id } = must(await receiveImport(world.ports, world.people.alex, draft, body));
    await runImport(world.ports, id);
    const stepped = new SteppedWorld(world);
    await stepped.scan('shopify', 'erp');
    must(await linkSystem(world.ports, world.people.alex, 'erp', true));
    return stepped;
  }

  /** @returns the state in which the last one ended. */
  async scan(...systems: string[]): Promise<string> {
    const { ports, people } = this.world;
    for (const system of systems) await startScan(ports, people.oli, system, 'FULL');
    for (let round = 0; round < 3; round += 1) {
      const { items } = await ports.operations.scans(PAGE, null);
      for (const { node } of items.filter((each) => each.node.state === 'RUNNING')) await runScan(ports, node.id);
    }
    return (await ports.operations.scans({ first: 1, after: null }, null)).items[0]?.node.state ?? 'NONE';
  }

  /** All that is due, and what was put off until later, now. */
  async drain(rounds = 3): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      await this.publish();
      await this.sql(`update attempt set sent_at = sent_at - interval '10 minutes' where settled_at is null`);
      await this.sql(`update delivery set next_attempt_at = clock_timestamp() where state = 'RETRYING'`);
      await this.sql(`update lane set due_at = clock_timestamp() where due_at is not null`);
    }
  }

  /** All that is due. */
  async publish(): Promise<void> {
    const lane = async (): Promise<void> => {
      while (await publishLane(this.world.ports, 'erp'));
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  /** A system that was held because it did not answer is tried at once. */
  async probe(): Promise<void> {
    await this.sql('update system set probe_at = clock_timestamp() where probe_at is not null');
  }

  async apply(...changes: ChangeDraft[]): Promise<string> {
    const { ports, people } = this.world;
    const draft = { title: 'a change', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(ports, people.mia, draft, false));
    must(await approveChangeRequest(ports, people.ada, id, null));
    return id;
  }

  private sql(text: string): Promise<unknown[]> {
    return sqlOver(this.world.database.source).rows(text);
  }
}
