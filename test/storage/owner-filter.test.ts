import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import type { SkuFilter } from '../../src/application/catalog/list-skus.js';
import { listSkus } from '../../src/application/catalog/list-skus.js';
import type { Party } from '../../src/domain/ownership/party.js';
import type { OwnershipRule, OwnershipScope } from '../../src/domain/ownership/resolve-owner.js';
import { canAnswer } from '../../src/domain/ownership/party.js';
import { ruleOf, rulesInForce } from '../../src/domain/ownership/resolve-owner.js';
import { Instant } from '../../src/domain/primitives/instant.js';
import { foldCode } from '../../src/domain/primitives/text.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';
import { addProducts, addSkus } from './catalog-rows.js';
import { runs } from '../support/runs.js';

const ALL = { first: 250, after: null };
/** Names that fold alike, and names that only seem to: case, width, ligatures, dotted I, final sigma, outer spaces. */
const NAMES = (
  'Acme|ACME| acme\u00a0|\uff21\uff23\uff2d\uff25|Acm\u00e9|Acme\u0301|ACM\u00c9|\u0130zmir|izmir|i\u0307zmir|\u039f\u0394\u039f\u03a3|' +
  '\u03bf\u03b4\u03bf\u03c2|\u03bf\u03b4\u03bf\u03c3|Stra\u00dfe|STRASSE|\ufb01ne|FINE|100%_\\|'
).split('|');
/** Imports take handles as the shop has them. */
const HANDLES = ['alpha', 'Beta', '\uff47amma', 'd\u00c9lta'];
const CODES = HANDLES.flatMap((_, index) => ['a', 'B', 'c'].map((letter) => `P${index}-${letter}`));
const DAYS = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'];
const MICROS = ['.000000', '.000001', '.123456'];

const aName = fc.option(fc.constantFrom(...NAMES), { nil: null });
const anInstant = fc.tuple(fc.constantFrom(...DAYS), fc.constantFrom(...MICROS)).map(([d, m]) => `${d}T00:00:00${m}Z`);
const history = fc.uniqueArray(anInstant, { minLength: 1, maxLength: 3 }).map((list) => list.sort());
const aProduct = fc.record({ at: history, vendors: fc.array(aName, { minLength: 3, maxLength: 3 }), type: aName });
const aRule = fc.record({
  scope: fc.constantFrom<OwnershipScope>('SKU', 'PRODUCT', 'PRODUCT_TYPE', 'VENDOR', 'DEFAULT'),
  name: fc.constantFrom(...NAMES),
  handle: fc.constantFrom(...HANDLES),
  code: fc.constantFrom(...CODES),
  owner: fc.nat(4),
  from: anInstant,
  to: fc.option(anInstant, { nil: null }),
  created: fc.constantFrom(...DAYS),
});
const aParty = fc.record({ active: fc.boolean(), team: fc.boolean(), members: fc.subarray([0, 1, 2, 3, 4]) });

interface Thing {
  code: string;
  handle: string;
  states: { at: string; vendor: string | null; productType: string | null }[];
}

describe('the owner filters', () => {
  let world: World;
  let owner: DataSource;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    owner = await new DataSource({ type: 'postgres', url: world.ownerUrl }).initialize();
    // Only a test begins anew.
    for (const table of ['sku', 'product']) await owner.query(`alter table ${table} disable trigger ${table}_stays`);
  });
  afterAll(async () => {
    await owner.destroy();
    await world.close();
  });

  const codesOf = async (filter: SkuFilter, asOf: Date | null): Promise<string[]> => {
    const page = must(await listSkus(world.ports, ALL, filter, 'CODE', asOf));
    const codes = page.items.map(({ node }) => node.code);
    expect(await page.totalCount()).toBe(codes.length);
    return codes;
  };

  /** What the filters must answer: every SKU resolved by itself. */
  const expected = (
    things: readonly Thing[],
    rules: readonly OwnershipRule[],
    parties: ReadonlyMap<string, Party>,
    at: Date,
    test: (party: Party | null, orphaned: boolean) => boolean,
  ): string[] =>
    things
      .filter(({ code, handle, states }) => {
        const then = states.filter((each) => (Instant.read(each.at) ?? at) <= at).at(-1);
        if (!then) return false;
        const rule = ruleOf(rulesInForce(rules, at), {
          code,
          handle,
          vendor: then.vendor,
          productType: then.productType,
        });
        const party = rule ? (parties.get(rule.ownerId) ?? null) : null;
        return test(party, party === null || !canAnswer(party, parties));
      })
      .map(({ code }) => code)
      .sort((a, b) => (foldCode(a) < foldCode(b) ? -1 : 1));

  const write = async (
    products: readonly { at: string[]; vendors: (string | null)[]; type: string | null }[],
    drawn: readonly { active: boolean; team: boolean; members: number[] }[],
    rules: readonly (typeof aRule extends fc.Arbitrary<infer R> ? R : never)[],
  ): Promise<Thing[]> => {
    await owner.query('truncate party, product, sku cascade');
    const ids = drawn.map(() => randomUUID());
    const people = drawn.map(({ active, team }, n) => ({
      id: ids[n],
      code: `party-${n}`,
      kind: team ? 'TEAM' : 'USER',
      active,
    }));
    const members = drawn.flatMap(({ team, members: list }, n) =>
      list.filter((each) => team && drawn[each]?.team === false).map((each) => ({ team: ids[n], member: ids[each] })),
    );
    await owner.query(
      `insert into party (id, code, code_folded, kind, name, active)
       select id, code, code, kind, code, active from jsonb_to_recordset($1) as n(id uuid, code text, kind text, active boolean)`,
      [JSON.stringify(people)],
    );
    await owner.query(
      `insert into party_member select team, member from jsonb_to_recordset($1) as n(team uuid, member uuid)`,
      [JSON.stringify(members)],
    );
    const rows = rules.map(({ scope, name, handle, code, owner: party, from, to, created }) => {
      const match = { SKU: code, PRODUCT: handle, PRODUCT_TYPE: name, VENDOR: name, DEFAULT: null }[scope];
      const folded = match === null ? null : foldCode(match);
      return {
        id: randomUUID(),
        scope,
        match,
        folded,
        owner: ids[party],
        from,
        to: to !== null && to >= from ? to : null,
        created,
      };
    });
    await owner.query(
      `insert into ownership_rule (id, scope, match, match_folded, owner_id, effective_from, effective_to, created_at)
       select id, scope, match, folded, owner, "from", "to", created from jsonb_to_recordset($1) as n(id uuid, scope text,
         match text, folded text, owner uuid, "from" timestamptz, "to" timestamptz, created timestamptz)`,
      [JSON.stringify(rows)],
    );
    const histories = products.map(({ at, vendors, type }, index) => ({
      handle: HANDLES[index] ?? '',
      states: at.map((instant, n) => ({ at: instant, vendor: vendors[n] ?? null, productType: type })),
    }));
    await addProducts(owner, histories);
    const things = histories.flatMap(({ handle, states }, index) =>
      CODES.filter((code) => code.startsWith(`P${index}`)).map((code) => ({ code, handle, states })),
    );
    const state = { state: 'ACTIVE' as const, title: 'Thing', gtin: null };
    const skus = things.map(({ code, handle, states }) => ({
      code,
      product: handle,
      states: [{ at: states[0]?.at ?? '', ...state }],
    }));
    await addSkus(owner, skus);
    return things;
  };

  it('agree with resolveOwner, now and at every instant, on random rules, products and parties', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aProduct, { minLength: 1, maxLength: HANDLES.length }),
        fc.array(aParty, { minLength: 5, maxLength: 5 }),
        fc.array(aRule, { maxLength: 16, size: 'max' }),
        anInstant,
        async (products, drawn, drawnRules, asOf) => {
          const things = await write(products, drawn, drawnRules);
          const rules = await world.ports.catalog.ownershipRules();
          const parties = new Map((await world.ports.catalog.parties()).map((party) => [party.id, party]));
          const now = new Date();
          for (const party of parties.values()) {
            const mine = (at: Date): string[] =>
              expected(things, rules, parties, at, (owned) => owned?.id === party.id);
            expect(await codesOf({ owner: party.code.toUpperCase() }, null)).toEqual(mine(now));
            const then = Instant.read(asOf) ?? now;
            expect(await codesOf({ owner: party.code }, then)).toEqual(mine(then));
          }
          for (const orphaned of [true, false]) {
            const hit = expected(things, rules, parties, now, (_, orphan) => orphan === orphaned);
            expect(await codesOf({ orphaned }, null)).toEqual(hit);
          }
          const both = expected(things, rules, parties, now, (owned, orphan) => owned?.code === 'party-0' && orphan);
          expect(await codesOf({ owner: 'party-0', orphaned: true }, null)).toEqual(both);
        },
      ),
      { numRuns: runs(40) },
    );
  }, 120_000);
});
