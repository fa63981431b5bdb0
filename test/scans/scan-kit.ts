import { runScan } from '../../src/application/drift/scan/run-scan.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { Connector } from '../../src/application/ports/connector.js';
import { registryOf } from '../../src/application/ports/connector.js';
import type { ScanView } from '../../src/application/ports/operations-reader.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { runImport } from '../../src/application/imports/run-import.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, control, must } from '../support/world.js';

const AS = { kind: 'staff', name: 'Sam' };
const ALL = { first: 250, after: null };

/** A master of `products` products of four variants each, in a shop and an ERP that show just the same; nobody works but the test. */
export class ScanKit {
  private constructor(
    readonly world: World,
    readonly skus: number,
  ) {}

  /** @param before done in both systems before anything is linked. @param portsOf what the first scans run on. */
  static async open(
    products: number,
    before: (kit: ScanKit) => Promise<void> = async () => {},
    portsOf: (ports: Ports) => Ports = (ports) => ports,
  ): Promise<ScanKit> {
    const world = await buildWorld({ worker: false });
    const csv = exportOf(products);
    await control(world.sandbox.shopify.url, 'fill', csv);
    await control(world.sandbox.erp.url, 'fill', csv);
    const body = (async function* () {
      yield Buffer.from(csv);
    })();
    const { ports, people } = world;
    const { id } = must(await receiveImport(ports, people.alex, { format: 'shopify-csv', mode: 'baseline' }, body));
    await runImport(ports, id);
    const kit = new ScanKit(world, products * 4);
    await before(kit);
    await kit.runAll(portsOf(ports));
    return kit;
  }

  /** Runs every scan that is due, and those that they bring about. */
  async runAll(ports: Ports = this.world.ports): Promise<void> {
    for (;;) {
      const { items } = await this.world.ports.operations.scans(ALL, null);
      const running = items.filter(({ node }) => node.state === 'RUNNING');
      if (running.length === 0) return;
      for (const { node } of running) await runScan(ports, node.id);
    }
  }

  async begin(system: string, mode: ScanView['mode'] = 'FULL'): Promise<string> {
    return must(await startScan(this.world.ports, this.world.people.oli, system, mode)).id;
  }

  /** A scan from its beginning to its end, whatever that is. */
  async scan(system: string, mode: ScanView['mode'] = 'FULL', ports: Ports = this.world.ports): Promise<ScanView> {
    const id = await this.begin(system, mode);
    await runScan(ports, id);
    return this.view(id);
  }

  async view(id: string): Promise<ScanView> {
    const scan = await this.world.ports.scans.scan(id);
    if (!scan) throw new Error(`no scan ${id}`);
    return scan;
  }

  /** Every finding that is not resolved, as `system KIND target field state`. */
  async open(): Promise<string[]> {
    const rows = await this.sql<{ line: string }>(
      `select concat_ws(' ', system, kind, target, field, state) as line from finding where state <> 'RESOLVED' order by 1`,
    );
    return rows.map(({ line }) => line);
  }

  editItem(code: string, set: object): Promise<unknown> {
    return control(this.world.sandbox.erp.url, 'edit', { as: AS, code, set });
  }

  editVariant(sku: string, set: object): Promise<unknown> {
    return control(this.world.sandbox.shopify.url, 'edit', { as: AS, sku, set });
  }

  deleteItem(code: string): Promise<unknown> {
    return control(this.world.sandbox.erp.url, 'delete', { code });
  }

  sql<T>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return sqlOver(this.world.database.source).rows<T>(text, values);
  }

  /** The same ports, with a connector of which something is another. */
  with(system: string, over: (real: Connector) => Partial<Connector>): Ports {
    const { ports } = this.world;
    const real = ports.connectors.of(system, 'SCAN');
    const props = Object.fromEntries(Object.entries(over(real)).map(([name, value]) => [name, { value }]));
    const changed = Object.create(real, props) as Connector;
    const connectors = registryOf((code) => (code === system ? changed : ports.connectors.find(code, 'SCAN')));
    return Object.create(ports, { connectors: { value: connectors } }) as Ports;
  }

  async publish(...systems: string[]): Promise<void> {
    for (const system of systems) while (await publishLane(this.world.ports, system));
  }
}

export function codeOf(index: number): string {
  return `SC-${String(index).padStart(5, '0')}`;
}

function exportOf(products: number): string {
  const lines = ['Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Status'];
  for (let product = 0; product < products; product += 1) {
    for (let variant = 0; variant < 4; variant += 1) {
      const own = variant === 0 ? `Scanned ${product},Fernhill,Size` : ',,';
      const status = variant === 0 ? 'active' : '';
      lines.push(
        `scanned-${product},${own},S${variant},${codeOf(product * 4 + variant)},${100 + variant},${10 + variant}.00,${status}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
