import { createApiKey } from '../../src/application/access/create-api-key.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { tendFindings } from '../../src/application/drift/resolve/tend-findings.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { runImport } from '../../src/application/imports/run-import.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import type { FindingQuery, FindingView } from '../../src/application/ports/operations-reader.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import { setSourceOfTruth } from '../../src/application/truth/set-source-of-truth.js';
import { signSourceOfTruth } from '../../src/application/truth/sign-source-of-truth.js';
import type { FieldRule } from '../../src/domain/drift/source-of-truth.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, control, HOST, must } from '../support/world.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Cost per item,Status\n';
const PAGE = { first: 250, after: null };
const AS = { kind: 'staff', name: 'Sam' };

/** A world without a worker, in which every step is taken by hand, with what tests of findings do in it. */
export class DriftKit {
  private constructor(readonly world: World) {}

  /** Both stand-ins hold these SKUs, at 10.00, costing 4.00; the master has them as a baseline, and both systems are linked. */
  static async open(codes: readonly string[]): Promise<DriftKit> {
    const world = await buildWorld({ worker: false });
    const kit = new DriftKit(world);
    const line = (code: string): string =>
      `p-${code.toLowerCase()},Product ${code},V,Title,Default Title,${code},10.00,4.00,active\n`;
    const csv = HEAD + codes.map(line).join('');
    await control(world.sandbox.shopify.url, 'fill', csv);
    await control(world.sandbox.erp.url, 'fill', csv);
    const body = (async function* () {
      yield Buffer.from(csv);
    })();
    const draft = { format: 'shopify-csv', mode: 'baseline' } as const;
    const { id } = must(await receiveImport(world.ports, world.people.alex, draft, body));
    await runImport(world.ports, id);
    await kit.scanned();
    await kit.drained();
    return kit;
  }

  close(): Promise<void> {
    return this.world.close();
  }

  /** Runs the scans that are due; starts one of each system where none is. */
  async scanned(): Promise<void> {
    const { ports, people } = this.world;
    for (const system of ['shopify', 'erp']) await startScan(ports, people.oli, system, 'FULL');
    for (let round = 0; round < 3; round += 1) {
      const { items } = await ports.operations.scans(PAGE, null);
      for (const { node } of items.filter((each) => each.node.state === 'RUNNING')) await runScan(ports, node.id);
    }
  }

  /** Everything that is owed is brought. */
  async drained(): Promise<void> {
    const { ports } = this.world;
    for (const system of await ports.queue.systemsWithDue()) while (await publishLane(ports, system));
  }

  /** What a worker does about findings. */
  tended(): Promise<void> {
    return tendFindings(this.world.ports);
  }

  async applied(...changes: ChangeDraft[]): Promise<string> {
    const { ports, people } = this.world;
    const draft = { title: 'a change', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(ports, people.mia, draft, false));
    must(await approveChangeRequest(ports, people.ada, id, null));
    return id;
  }

  editErp(code: string, set: object): Promise<unknown> {
    return control(this.world.sandbox.erp.url, 'edit', { as: AS, code, set });
  }

  editShop(sku: string, set: object): Promise<unknown> {
    return control(this.world.sandbox.shopify.url, 'edit', { as: AS, sku, set });
  }

  async item(code: string): Promise<Record<string, unknown>> {
    const { items } = (await control(this.world.sandbox.erp.url, `items?code=${code}`)) as {
      items: Record<string, unknown>[];
    };
    return items[0] ?? {};
  }

  async findings(query: FindingQuery): Promise<FindingView[]> {
    return (await this.world.ports.operations.findings(PAGE, query)).items.map(({ node }) => node);
  }

  async finding(target: string, system: string, field: string | null = null): Promise<FindingView> {
    const found = await this.findings({ target, system, ...(field !== null && { field }) });
    if (found.length !== 1 || !found[0]) throw new Error(`${found.length} findings of ${target} in ${system}`);
    return found[0];
  }

  sql<T>(text: string, values: unknown[] = []): Promise<T[]> {
    return sqlOver(this.world.database.source).rows<T>(text, values);
  }

  /** Sets rules of the matrix; signed by another ADMIN, unless it is not to be. */
  async rules(rules: (Pick<FieldRule, 'field' | 'onDrift'> & Partial<FieldRule>)[], isSigned = true): Promise<number> {
    const { ports, people } = this.world;
    const whole = rules.map((each): FieldRule => ({ owner: 'MASTER', severity: 'MEDIUM', tolerance: null, ...each }));
    const { version } = must(await setSourceOfTruth(ports, people.alex, { rules: whole, reason: 'a test of rules' }));
    if (isSigned) must(await signSourceOfTruth(ports, await this.otherAdmin(), { version, comment: null }));
    return version;
  }

  private async otherAdmin(): Promise<World['people']['alex']> {
    const { ports } = this.world;
    const party = { code: 'bo', kind: 'USER' as const, name: 'bo', email: null, active: true, members: null };
    const { id } = must(await setParty(ports, HOST, party));
    const key = { name: 'bo', party: 'bo', roles: ['ADMIN' as const], expiresAt: null };
    const { keyId } = must(await createApiKey(ports, HOST, key));
    return { actor: { kind: 'API_KEY', id: keyId, name: 'bo', partyId: id }, roles: ['ADMIN'] };
  }
}
