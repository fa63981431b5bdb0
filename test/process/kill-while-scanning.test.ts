import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { nightly } from '../support/runs.js';
import { Api } from './api.js';
import { describeOnLinux, Site, until } from './site.js';

const PRODUCTS = 1_500;
const VARIANTS_EACH = 10;
const EDITED = [3, 700, 1_499];

interface Scan {
  id: string;
  state: string;
  recordsRead: number;
  findingsOpened: number;
  error: string | null;
}

const SCAN = 'id state recordsRead findingsOpened error';

describeOnLinux('a service that is killed while it scans', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  }, 120_000);
  afterAll(() => site.close(), 60_000);

  it('goes on with the same scan after each restart, and loses and doubles nothing', async () => {
    let service = await site.start();
    const api = new Api(site, service);
    await api.untilLinked();
    const csv = exportOf();
    for (const system of ['shopify', 'erp'] as const) {
      const port = site.port + (system === 'shopify' ? 10 : 20);
      const filled = await fetch(`http://127.0.0.1:${port}/control/fill`, {
        method: 'POST',
        headers: { 'content-type': 'text/csv' },
        body: csv,
      });
      expect(filled.status).toBe(200);
    }
    const answer = await fetch(`${site.url}/imports?format=shopify-csv&mode=baseline`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', ...api.headers('ADMIN') },
      body: csv,
    });
    const { id: importId } = (await answer.json()) as { id: string };
    await until('the import to end', 120, async () => {
      const view = await fetch(`${site.url}/imports/${importId}`, { headers: api.headers('ADMIN') });
      return ((await view.json()) as { state: string }).state === 'SUCCEEDED';
    });
    await api.untilLinked();
    for (const product of EDITED) {
      const as = { kind: 'staff', name: 'Sam' };
      await api.control('erp', 'edit', { as, code: `SCAN-${product}-7`, set: { listPrice: '1.11' } });
    }

    const id = await started(api, 'erp');
    const marks = nightly([1, 1_000, 4_000, 9_000], [1, 6_000]);
    for (const least of marks) {
      const seen = await until(`${least} records to be read`, 60, async () => {
        const now = await view(api, id);
        return now.recordsRead >= least || now.state !== 'RUNNING' ? now : null;
      });
      if (seen.state !== 'RUNNING') break;
      service.signal('SIGKILL');
      await service.ended();
      service = await site.start();
    }
    const ended = await until('the scan to end', 120, async () => {
      const now = await view(api, id);
      return now.state === 'RUNNING' ? null : now;
    });
    expect(ended).toMatchObject({ state: 'SUCCEEDED', error: null });
    expect(ended.recordsRead).toBeGreaterThanOrEqual(PRODUCTS * VARIANTS_EACH);
    // A restart scans every system by itself; whatever ran, each edit is on record once, and nothing else is.
    await until('all scans to end', 120, async () => {
      const { driftScans } = await api.graphql<{ driftScans: { nodes: Scan[] } }>(
        'ADMIN',
        `{ driftScans(first: 50) { nodes { ${SCAN} } } }`,
      );
      return driftScans.nodes.every(({ state }) => state !== 'RUNNING');
    });
    const { driftFindings } = await api.graphql<{
      driftFindings: { nodes: { target: string; recurrences: number }[] };
    }>(
      'ADMIN',
      '{ driftFindings(first: 50, filter: { system: "erp", states: [OPEN] }) { nodes { target recurrences } } }',
    );
    const told = driftFindings.nodes.map(({ target, recurrences }) => `${target} ${recurrences}`).sort();
    expect(told).toEqual(EDITED.map((product) => `SCAN-${product}-7 0`).sort());
  }, 420_000);
});

/** The scan that runs, or one that is begun now. */
async function started(api: Api, system: string): Promise<string> {
  return until('a scan to begin', 60, async () => {
    const { driftScanStart: made } = await api.graphql<{ driftScanStart: { scan: { id: string } | null } }>(
      'OPERATOR',
      'mutation ($system: String!) { driftScanStart(system: $system, mode: FULL) { scan { id } userErrors { code } } }',
      { system },
    );
    return made.scan?.id;
  });
}

async function view(api: Api, id: string): Promise<Scan> {
  const { node } = await api.graphql<{ node: Scan }>(
    'ADMIN',
    `query ($id: ID!) { node(id: $id) { ... on DriftScan { ${SCAN} } } }`,
    {
      id,
    },
  );
  return node;
}

function exportOf(): string {
  const lines = ['Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Status'];
  for (let product = 0; product < PRODUCTS; product += 1) {
    for (let variant = 0; variant < VARIANTS_EACH; variant += 1) {
      const own = variant === 0 ? `Scan ${product},Fernhill Supply,Size` : ',,';
      const status = variant === 0 ? 'active' : '';
      lines.push(
        `scan-${product},${own},S${variant},SCAN-${product}-${variant},${100 + variant},${10 + variant}.00,${status}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
