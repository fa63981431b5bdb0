import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { itNightly } from '../support/runs.js';
import { Api } from './api.js';
import type { Run } from './site.js';
import { describeOnLinux, Site, until } from './site.js';

const PRODUCTS = 1_000;
const VARIANTS_EACH = 10;
const ALL = PRODUCTS * VARIANTS_EACH;
const HEADER = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status';

interface RequestView {
  id: string;
  state: string;
  progress: { phase: string; done: number; total: number; attempts: number } | null;
  changes: { totalCount: number };
}

interface ImportView {
  id: string;
  state: string;
  error: string | null;
  changeRequest: string | null;
}

describeOnLinux('a service with requests of 10,000 changes', () => {
  let site: Site;
  let service: Run;
  let api: Api;
  beforeAll(async () => {
    site = await Site.open();
    service = await site.start();
    api = new Api(site, service);
    await api.untilLinked();
    const taken = await imported('ADMIN', 'mode=baseline', rowsAt('10.00'));
    expect(taken).toMatchObject({ state: 'SUCCEEDED', error: null });
  }, 240_000);
  afterAll(() => site.close(), 60_000);

  /** Sends a Shopify export, and waits until it has been taken. */
  async function imported(role: string, query: string, body: string): Promise<ImportView> {
    const answer = await fetch(`${site.url}/imports?format=shopify-csv&${query}`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', ...api.headers(role) },
      body,
    });
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as ImportView;
    return until('the import to end', 120, async () => {
      const now = await fetch(`${site.url}/imports/${id}`, { headers: api.headers(role) });
      const view = (await now.json()) as ImportView;
      return view.state === 'RUNNING' ? null : view;
    });
  }
  const look = async (of: { id: string } | { number: string }): Promise<RequestView> => {
    const { changeRequest } = await api.graphql<{ changeRequest: RequestView }>(
      'ADMIN',
      `query ($id: ID, $number: String) { changeRequest(id: $id, number: $number) {
         id state progress { phase done total attempts } changes(first: 1) { totalCount } } }`,
      of,
    );
    return changeRequest;
  };
  const events = async (id: string): Promise<string[]> => {
    const { changeRequest } = await api.graphql<{ changeRequest: { number: string } }>(
      'ADMIN',
      'query ($id: ID!) { changeRequest(id: $id) { number } }',
      { id },
    );
    const { auditEvents } = await api.graphql<{ auditEvents: { nodes: { type: string }[] } }>(
      'ADMIN',
      'query ($subject: String!) { auditEvents(first: 50, subject: $subject) { nodes { type } } }',
      { subject: changeRequest.number },
    );
    return auditEvents.nodes.map(({ type }) => type).toSorted();
  };

  it('is killed while it checks one, and judges it once all the same', async () => {
    const changes = codes().map((code) => ({ skuUpdate: { code, fields: { price: '11.00' } } }));
    const id = await api.propose(changes);
    const seen = await until('the job to begin', 30, async () => {
      const now = await look({ id });
      return now.progress?.attempts === 1 ? now : null;
    });
    // Otherwise the kill would prove nothing.
    expect(seen.state).toBe('VALIDATING');
    service.signal('SIGKILL');
    await service.ended();
    service = await site.start();
    // Its claim has to run out first, which takes up to 40 seconds.
    const judged = await until('another to judge it', 120, async () => {
      const now = await look({ id });
      return now.state === 'VALIDATING' ? null : now;
    });
    expect(judged).toMatchObject({
      state: 'IN_REVIEW',
      progress: { phase: 'DONE', done: ALL * 2, total: ALL * 2, attempts: 2 },
      changes: { totalCount: ALL },
    });
    expect(await events(id)).toEqual(['CHANGE_REQUEST_SUBMITTED', 'CHANGE_REQUEST_VALIDATING']);
    for (const code of probes()) expect([code, await api.revisions(code)]).toEqual([code, [1]]);
    expect(await api.approve(id)).toBe('APPLIED');
    for (const code of probes()) expect([code, (await api.revisions(code)).length]).toEqual([code, 2]);
  }, 300_000);

  itNightly(
    'makes one out of a file of 10,000 rows, which is approved and applied like any other',
    async () => {
      const { changeRequest: number } = await imported('MERCHANDISER', 'mode=propose', rowsAt('12.00'));
      if (number === null) throw new Error('no request was made of the file');
      const made = await look({ number });
      expect(made).toMatchObject({ state: 'IN_REVIEW', changes: { totalCount: ALL } });
      expect(await api.approve(made.id)).toBe('APPLIED');
      const { skus } = await api.graphql<{ skus: { nodes: { price: string }[] } }>(
        'ADMIN',
        '{ skus(first: 3, filter: { search: "BULK-7-" }) { nodes { price } } }',
      );
      expect(skus.nodes.map(({ price }) => price)).toEqual(['12.00', '12.00', '12.00']);
    },
    300_000,
  );
});

function codes(): string[] {
  return Array.from({ length: ALL }, (_, n) => `BULK-${Math.floor(n / VARIANTS_EACH)}-${n % VARIANTS_EACH}`);
}

function probes(): string[] {
  return ['BULK-0-0', `BULK-${PRODUCTS / 2}-4`, `BULK-${PRODUCTS - 1}-${VARIANTS_EACH - 1}`];
}

/** A Shopify export of all of them at one price. */
function rowsAt(price: string): string {
  const lines = codes().map((code, n) => {
    const product = Math.floor(n / VARIANTS_EACH);
    const isFirst = n % VARIANTS_EACH === 0;
    const own = isFirst ? `Bulk ${product},Fernhill Supply,Size` : ',,';
    return `bulk-${product},${own},S${n % VARIANTS_EACH},${code},${price},${isFirst ? 'active' : ''}`;
  });
  return `${[HEADER, ...lines].join('\n')}\n`;
}
