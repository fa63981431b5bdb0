import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import type { Caller } from '../../src/domain/actor.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';
import { ReviewKit, set } from './review-kit.js';

const AUTHORS = 50;
const SKUS = 100;

interface Revision {
  code: string;
  revision: number;
  request: string;
  field: string;
  from: string | null;
  to: string | null;
  base: string | null;
}

describe('fifty authors on the same hundred SKUs at once', () => {
  let world: World;
  let kit: ReviewKit;
  const codes = Array.from({ length: SKUS }, (_, index) => `S${String(index).padStart(3, '0')}`);
  beforeAll(async () => {
    world = await buildWorld({ worker: true });
    kit = new ReviewKit(world);
    const products = Array.from({ length: 4 }, (_, index): ChangeDraft => {
      const fields = { title: `p${index}`, vendor: 'Acme', optionNames: ['Size'] };
      return { kind: 'productCreate', input: { handle: `p${index}`, fields } };
    });
    const skus = codes.map((code, index): ChangeDraft => {
      const fields = { title: code, price: '1.00', optionValues: [{ name: 'Size', value: code }] };
      return { kind: 'skuCreate', input: { code, product: `p${index % 4}`, fields } };
    });
    await kit.applied([...products, ...skus]);
  });
  afterAll(() => world.close());

  /** Every author touches all of them, each in another order, so that careless locking would go round in circles. */
  const changesBy = (author: number): ChangeDraft[] =>
    Array.from({ length: SKUS }, (_, index) => {
      const code = codes[(index * 7 + author * 13) % SKUS] ?? '';
      return set(code, author % 2 === 0 ? { price: `${author + 2}.00` } : { hsCode: String(100_000 + author) });
    });

  async function writtenBy(ids: readonly string[]): Promise<Revision[]> {
    return kit.sql<Revision>(
      `select s.code, r.revision, r.change_request_id as request, c->>'field' as field, c->>'from' as "from", c->>'to' as "to",
         b.snapshot->>(c->>'field') as base
       from sku_revision r join sku s on s.id = r.sku_id cross join jsonb_array_elements(r.changes) c
         join change h on h.change_request_id = r.change_request_id and h.target = s.code
         join sku_revision b on b.sku_id = s.id and b.revision = h.base_revision
       where r.change_request_id = any($1::uuid[]) order by s.code, r.revision`,
      [ids],
    );
  }

  it('ends in applied or conflicted, without a lost edit or a deadlock that reaches anybody', async () => {
    const { ada } = world.people;
    const authors: Caller[] = await Promise.all(
      Array.from({ length: AUTHORS }, (_, index) => kit.person(`author-${index}`, 'MERCHANDISER')),
    );
    const submit = async (author: number): Promise<string> => {
      const id = await kit.propose(changesBy(author), {}, authors[author]);
      must(await kit.approve(id, ada));
      return id;
    };
    const ids = await Promise.all(authors.map((_, author) => submit(author)));
    const states = async (): Promise<string[]> => Promise.all(ids.map((id) => kit.stateOf(id)));
    const first = await states();
    expect(new Set(first)).toEqual(new Set(['APPLIED', 'CONFLICTED']));
    // Whoever came second takes what is there now for a base, all of them at once again, and may lose again.
    const losers = ids.filter((_, index) => first[index] === 'CONFLICTED');
    await Promise.all(
      losers.map(async (id) => {
        must(await kit.rebase(id, authors[ids.indexOf(id)]));
        await kit.approve(id, ada);
      }),
    );
    const second = await states();
    expect(second.every((state) => ['APPLIED', 'CONFLICTED', 'IN_REVIEW'].includes(state))).toBe(true);
    expect(second.filter((state) => state === 'APPLIED').length).toBeGreaterThan(
      first.filter((state) => state === 'APPLIED').length,
    );
    const written = await writtenBy(ids);
    // Everything or nothing of each, and each over just what its author has seen.
    const perRequest = Map.groupBy(written, ({ request }) => request);
    for (const [index, id] of ids.entries()) {
      expect(perRequest.get(id)?.length ?? 0).toBe(second[index] === 'APPLIED' ? SKUS : 0);
    }
    for (const { from, base } of written) expect(from).toBe(base);
    // What is in force is what was written last, and no revision is there twice.
    const { items } = await world.ports.catalog.skus({ first: SKUS, after: null }, {}, 'CODE');
    for (const { node } of items) {
      const own = written.filter(({ code }) => code === node.code);
      expect(node.price).toBe(own.findLast(({ field }) => field === 'price')?.to);
      expect(node.hsCode).toBe(own.findLast(({ field }) => field === 'hsCode')?.to);
      expect(node.revision).toBe(own.length + 1);
    }
    expect(items).toHaveLength(SKUS);
    expect(world.logged).toEqual([]);
  }, 300_000);
});
