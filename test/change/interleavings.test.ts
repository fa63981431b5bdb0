import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { applyDue } from '../../src/application/change/run/apply-due.js';
import { submitChangeRequest } from '../../src/application/change/submit-change-request.js';
import type { Caller } from '../../src/domain/actor.js';
import { runs } from '../support/runs.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';
import { inSeconds, price, ReviewKit } from './review-kit.js';

type Act = 'SUBMIT' | 'ADA' | 'PIA' | 'UPDATE' | 'REBASE' | 'DUE' | 'EDIT_BY_ADMIN';

/** The life of one request: which of the SKUs it is about first, and what is done to it, in this order. */
interface Script {
  asDraft: boolean;
  isScheduled: boolean;
  skus: number[];
  acts: { act: Act; skus: number[] }[];
}

const someSkus = fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 2 });
const act = fc.constantFrom<Act>(
  'SUBMIT',
  'ADA',
  'ADA',
  'PIA',
  'PIA',
  'UPDATE',
  'REBASE',
  'REBASE',
  'DUE',
  'EDIT_BY_ADMIN',
);
const script: fc.Arbitrary<Script> = fc.record({
  asDraft: fc.boolean(),
  isScheduled: fc.boolean(),
  skus: someSkus,
  acts: fc.array(fc.record({ act, skus: someSkus }), { minLength: 3, maxLength: 9 }),
});

/** What is known of a request from what its people did, with nothing read of what the service keeps of it. */
class Known {
  content = new Map<string, string>();
  readonly proposed = new Set<string>();
  readonly approved = new Set<string>();

  propose(content: Map<string, string>): void {
    this.content = content;
    for (const [code, value] of content) this.proposed.add(`${code}=${value}`);
  }

  approve(isTheirs: (code: string) => boolean): void {
    for (const [code, value] of this.content) if (isTheirs(code)) this.approved.add(`${code}=${value}`);
  }
}

interface Applied {
  request: string;
  code: string;
  from: string | null;
  to: string;
  /** The price at the base that the request had when it was applied. */
  base: string | null;
}

describe('any interleaving of what people do to requests over a few SKUs', () => {
  let world: World;
  let kit: ReviewKit;
  let pia: Caller;
  let round = 0;
  let last = 100;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    kit = new ReviewKit(world);
    pia = await kit.person('pia', 'APPROVER');
    await kit.owns('Palco', 'pia');
  });
  afterAll(() => world.close());

  /** Two SKUs of ada's and one of pia's, of this round's own. */
  async function skusOf(): Promise<string[]> {
    round += 1;
    const codes = [`R${round}-A1`, `R${round}-A2`, `R${round}-P1`];
    const product = (handle: string, vendor: string): ChangeDraft => ({
      kind: 'productCreate',
      input: { handle, fields: { title: handle, vendor, optionNames: ['Size'] } },
    });
    const sku = (code: string): ChangeDraft => {
      const optionValues = [{ name: 'Size', value: code }];
      const of = code.includes('-A') ? `acme-${round}` : `palco-${round}`;
      return { kind: 'skuCreate', input: { code, product: of, fields: { title: code, price: '1.00', optionValues } } };
    };
    await kit.applied(
      [product(`acme-${round}`, 'Acme'), product(`palco-${round}`, 'Palco'), ...codes.map(sku)],
      [world.people.ada, pia],
    );
    return codes;
  }

  /** No two proposals are of one value, so that a value tells which proposal it is. */
  function content(codes: readonly string[], skus: readonly number[]): Map<string, string> {
    return new Map(skus.map((each) => [codes[each] ?? '', `${(last += 1)}.00`]));
  }
  const changesOf = (of: ReadonlyMap<string, string>): ChangeDraft[] =>
    [...of].map(([code, value]) => price(code, value));

  async function live(
    codes: readonly string[],
    { asDraft, isScheduled, skus, acts }: Script,
  ): Promise<[string, Known]> {
    const known = new Known();
    const first = content(codes, skus);
    const effectiveAt = isScheduled ? inSeconds(3_600) : null;
    const { id } = must(await kit.create(changesOf(first), { effectiveAt }, undefined, asDraft));
    known.propose(first);
    for (const each of acts) await doOne(id, known, codes, each);
    return [id, known];
  }

  async function doOne(
    id: string,
    known: Known,
    codes: readonly string[],
    { act: kind, skus }: Script['acts'][number],
  ): Promise<void> {
    const { ports, people } = world;
    const isPias = (code: string): boolean => code.includes('-P');
    if (kind === 'SUBMIT') await submitChangeRequest(ports, people.mia, id);
    if (kind === 'REBASE') await kit.rebase(id);
    if (kind === 'DUE') {
      await kit.later(id);
      await applyDue(ports);
    }
    if (kind === 'ADA' && (await kit.approve(id)).ok) known.approve((code) => !isPias(code));
    if (kind === 'PIA' && (await kit.approve(id, pia)).ok) known.approve(isPias);
    if (kind === 'UPDATE' || kind === 'EDIT_BY_ADMIN') {
      // What stays in it stays as it was, or is edited: both happen to requests.
      const next = content(codes, skus);
      const kept = [...known.content].filter(([code]) => !next.has(code)).slice(0, 1);
      const all = new Map([...next, ...kept]);
      const who = kind === 'UPDATE' ? people.mia : people.alex;
      // Told before it is sent: the edit may apply the request by itself.
      for (const [code, value] of all) known.proposed.add(`${code}=${value}`);
      const { effectiveAt } = await kit.view(id);
      if ((await kit.update(id, changesOf(all), { effectiveAt }, who)).ok) known.propose(all);
    }
  }

  async function appliedBy(ids: readonly string[]): Promise<Applied[]> {
    return kit.sql<Applied>(
      `select r.change_request_id as request, s.code, c->>'from' as "from", c->>'to' as "to", b.snapshot->>'price' as base
       from sku_revision r join sku s on s.id = r.sku_id cross join jsonb_array_elements(r.changes) c
         join change h on h.change_request_id = r.change_request_id and h.target = s.code
         join sku_revision b on b.sku_id = s.id and b.revision = h.base_revision
       where r.change_request_id = any($1::uuid[]) and c->>'field' = 'price'`,
      [ids],
    );
  }

  it('applies nothing but what was proposed, and approved by whoever answers for it, over what its author has seen', async () => {
    let applied = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(script, { minLength: 2, maxLength: 5 }), async (scripts) => {
        const codes = await skusOf();
        const lives = new Map(await Promise.all(scripts.map((each) => live(codes, each))));
        for (const id of lives.keys()) await kit.later(id);
        await applyDue(world.ports);
        const found = await appliedBy([...lives.keys()]);
        applied += found.length;
        for (const { request, code, from, to, base } of found) {
          const value = `${code}=${to}`;
          expect(lives.get(request)?.proposed).toContain(value);
          expect(lives.get(request)?.approved).toContain(value);
          expect(base).toBe(from);
        }
        for (const id of lives.keys()) {
          const isApplied = (await kit.stateOf(id)) === 'APPLIED';
          expect(found.some(({ request }) => request === id)).toBe(isApplied);
        }
      }),
      { numRuns: runs(12), interruptAfterTimeLimit: 600_000 },
    );
    // A property of nothing would hold as well.
    expect(applied).toBeGreaterThan(5);
  }, 900_000);
});
