import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { nightly } from '../support/runs.js';
import { Api } from './api.js';
import { describeOnLinux, Site, until } from './site.js';

const PRODUCTS = 2_000;
const VARIANTS_EACH = 10;
const ALL = PRODUCTS * VARIANTS_EACH;
const HEADER = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Status';

interface ImportView {
  id: string;
  state: string;
  rowsRead: number;
  skusCreated: number;
  rejected: number;
  error: string | null;
}

describeOnLinux('a service that is killed while it imports', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  }, 120_000);
  afterAll(() => site.close(), 60_000);

  it('goes on by itself after each restart and takes every row once', async () => {
    let service = await site.start();
    const api = new Api(site, service);
    await api.untilLinked();
    const before = await countOf(api);
    /** Imports the file, killing the service each time that so many SKUs are taken. */
    const importKilledAt = async (marks: number[], query = ''): Promise<ImportView> => {
      const answer = await fetch(`${site.url}/imports?format=shopify-csv&mode=baseline${query}`, {
        method: 'POST',
        headers: { 'content-type': 'text/csv', ...api.headers('ADMIN') },
        body: exportOf(),
      });
      expect(answer.status).toBe(202);
      const { id } = (await answer.json()) as ImportView;
      const view = async (): Promise<ImportView> =>
        (await (await fetch(`${site.url}/imports/${id}`, { headers: api.headers('ADMIN') })).json()) as ImportView;
      for (const least of marks) {
        const seen = await until(`${least} SKUs to be taken`, 60, async () => {
          const now = await view();
          return now.skusCreated >= least ? now : null;
        });
        // Otherwise the kill would prove nothing.
        expect(seen.state).toBe('RUNNING');
        service.signal('SIGKILL');
        await service.ended();
        service = await site.start();
      }
      return until('the import to end', 90, async () => {
        const now = await view();
        return now.state === 'RUNNING' ? null : now;
      });
    };

    const taken = { state: 'SUCCEEDED', rowsRead: ALL, skusCreated: ALL, rejected: 0, error: null };
    for (const marks of nightly([[1]], [])) {
      expect(await importKilledAt(marks, '&dryRun=true')).toMatchObject(taken);
      expect(await countOf(api)).toEqual(before);
    }
    expect(await importKilledAt(nightly([1, 6_000], [1]))).toMatchObject(taken);
    const after = await countOf(api);
    expect(after).toEqual({ skus: before.skus + ALL, products: before.products + PRODUCTS });
    const probes = ['BULK-0-0', 'BULK-3-7', `BULK-${PRODUCTS / 2}-4`, `BULK-${PRODUCTS - 1}-${VARIANTS_EACH - 1}`];
    for (const code of probes) expect([code, await api.revisions(code)]).toEqual([code, [1]]);
  }, 240_000);
});

/** A Shopify export with PRODUCTS products of VARIANTS_EACH variants. */
function exportOf(): string {
  const lines = [HEADER];
  for (let product = 0; product < PRODUCTS; product += 1) {
    for (let variant = 0; variant < VARIANTS_EACH; variant += 1) {
      const own = variant === 0 ? `Bulk ${product},Fernhill Supply,Size` : ',,';
      const status = variant === 0 ? 'active' : '';
      lines.push(
        `bulk-${product},${own},S${variant},BULK-${product}-${variant},${100 + variant},${10 + variant}.00,${status}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

async function countOf(api: Api): Promise<{ skus: number; products: number }> {
  const { skus, products } = await api.graphql<{ skus: { totalCount: number }; products: { totalCount: number } }>(
    'ADMIN',
    '{ skus(first: 1) { totalCount } products(first: 1) { totalCount } }',
  );
  return { skus: skus.totalCount, products: products.totalCount };
}
