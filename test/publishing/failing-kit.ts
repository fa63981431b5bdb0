import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import type { Connector, RecordOutcome } from '../../src/application/ports/connector.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { runImport } from '../../src/application/imports/run-import.js';
import type { DeliveryView, FindingView, SystemView } from '../../src/application/ports/operations-reader.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, control, must } from '../support/world.js';

export const PAGE = { first: 50, after: null };
const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';

/** A world without a worker, so that every step is taken by hand, on a clock that is turned by hand. */
export class Failing {
  /** How systems that refuse write otherwise. */
  private readonly own = new Map<string, Connector['write']>();

  private constructor(readonly world: World) {}

  /** Both systems hold these SKUs, each the only one of its product, at 10.00, and are linked. */
  static async open(...codes: string[]): Promise<Failing> {
    const kit = new Failing(await buildWorld({ worker: false }));
    const lines = codes.map((code) => `${code.toLowerCase()},${code},V,Title,Default Title,${code},10.00,active\n`);
    const csv = HEAD + lines.join('');
    const { sandbox, ports, people } = kit.world;
    await control(sandbox.shopify.url, 'fill', csv);
    await control(sandbox.erp.url, 'fill', csv);
    const body = (async function* () {
      yield Buffer.from(csv);
    })();
    const { id } = must(await receiveImport(ports, people.alex, { format: 'shopify-csv', mode: 'baseline' }, body));
    await runImport(ports, id);
    await kit.scan();
    return kit;
  }

  sql<T>(text: string, values: unknown[] = []): Promise<T[]> {
    return sqlOver(this.world.database.source).rows<T>(text, values);
  }

  async scan(...systems: string[]): Promise<void> {
    const { ports, people } = this.world;
    for (const system of systems.length > 0 ? systems : ['shopify', 'erp'])
      await startScan(ports, people.oli, system, 'FULL');
    for (let round = 0; round < 3; round += 1) {
      const { items } = await ports.operations.scans(PAGE, null);
      for (const { node } of items.filter((each) => each.node.state === 'RUNNING')) await runScan(ports, node.id);
    }
  }

  async apply(...changes: ChangeDraft[]): Promise<string> {
    const { ports, people } = this.world;
    const draft = { title: 'a change', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(ports, people.mia, draft, false));
    must(await approveChangeRequest(ports, people.ada, id, null));
    return id;
  }

  price(code: string, value: string): Promise<string> {
    return this.apply({ kind: 'skuUpdate', input: { code, baseRevision: null, fields: { price: value } } });
  }

  /** Everything that is due in a system, here and now. @returns how many lanes that were. */
  async drain(system = 'erp', most = 1_000): Promise<number> {
    let lanes = 0;
    while (lanes < most && (await publishLane(this.world.ports, system))) lanes += 1;
    return lanes;
  }

  /** Turns the clock on, by moving all that publishing remembers into the past. */
  async later(seconds: number): Promise<void> {
    const back = (table: string, ...columns: string[]): Promise<unknown> =>
      this.sql(
        `update ${table} set ${columns.map((each) => `${each} = ${each} - make_interval(secs => $1)`).join(', ')}`,
        [seconds],
      );
    await back(
      'delivery',
      'created_at',
      'retried_at',
      'next_attempt_at',
      'died_at',
      'due_at',
      'rate_since',
      'resolved_at',
    );
    await back('lane', 'due_at', 'lease_until');
    await back('attempt', 'sent_at', 'settled_at');
    await back('system', 'probe_at');
    await back('system_hold', 'began_at', 'until', 'ended_at');
  }

  async erp(): Promise<SystemView> {
    const system = (await this.world.ports.operations.systems()).find(({ code }) => code === 'erp');
    if (!system) throw new Error('there is no erp');
    return system;
  }

  /** Deliveries of a SKU to the ERP, the oldest first. */
  async deliveries(code: string, system = 'erp'): Promise<DeliveryView[]> {
    const page = await this.world.ports.operations.deliveries(PAGE, { target: code, system });
    return page.items.map(({ node }) => node).toReversed();
  }

  async last(code: string, system = 'erp'): Promise<DeliveryView> {
    const delivery = (await this.deliveries(code, system)).at(-1);
    if (!delivery) throw new Error(`there is no delivery of ${code}`);
    return delivery;
  }

  async findings(code: string): Promise<FindingView[]> {
    return (await this.world.ports.operations.findings(PAGE, { target: code })).items.map(({ node }) => node);
  }

  /** What the ERP itself holds. */
  async listPrice(code: string): Promise<string | undefined> {
    const { items } = (await control(this.world.sandbox.erp.url, `items?code=${code}`)) as {
      items: { listPrice: string }[];
    };
    return items[0]?.listPrice;
  }

  /** A system refuses whatever is sent to it, by these words, until it `takes` again. */
  refuses(words: (code: string) => string, system = 'erp'): void {
    const connector = this.world.ports.connectors.of(system);
    if (!this.own.has(system)) this.own.set(system, connector.write.bind(connector));
    const write: Connector['write'] = ({ writes }) =>
      Promise.resolve(
        writes.map(({ id, entity, code }): RecordOutcome => {
          const told = { code: '422', message: words(code), retryAfterSeconds: null, ambiguous: false, raw: null };
          return { id, entity, written: false, fault: { ...told, class: 'VALIDATION' } };
        }),
      );
    Object.assign(connector, { write });
  }

  takes(system = 'erp'): void {
    const write = this.own.get(system);
    if (!write) throw new Error(`${system} has refused nothing`);
    Object.assign(this.world.ports.connectors.of(system), { write });
  }

  /** The next requests to the ERP fail in this way, one after another. */
  async erpFails(count: number, kind: string, when: 'before' | 'after' = 'before', match?: string): Promise<void> {
    const next = Array.from({ length: count }, () => ({ when, kind, ...(match && { match }) }));
    await control(this.world.sandbox.erp.url, 'faults', { next });
  }

  async erpHeals(): Promise<void> {
    await fetch(`${this.world.sandbox.erp.url}/control/faults`, { method: 'DELETE' });
  }

  /** How often the ERP was asked since an entry of its journal, and how often written. */
  async erpHeard(after: number): Promise<{ asked: number; written: number; last: number }> {
    const { entries, last } = (await control(this.world.sandbox.erp.url, `journal?after=${after}`)) as {
      entries: { source: string; commits: unknown[] }[];
      last: number;
    };
    const requests = entries.filter(({ source }) => source === 'request');
    return { asked: requests.length, written: requests.filter(({ commits }) => commits.length > 0).length, last };
  }

  async audit(...types: string[]): Promise<string[]> {
    const rows = await this.sql<{ type: string }>(`select type from audit_event where type = any($1) order by at, id`, [
      types,
    ]);
    return rows.map(({ type }) => type);
  }
}
