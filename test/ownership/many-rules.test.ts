import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { listSkus } from '../../src/application/catalog/list-skus.js';
import { readCoverage } from '../../src/application/ownership/read-coverage.js';
import type { Page } from '../../src/application/ports/page.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import type { Party } from '../../src/domain/ownership/party.js';
import { canAnswer } from '../../src/domain/ownership/party.js';
import { ruleOf, rulesInForce } from '../../src/domain/ownership/resolve-owner.js';
import { LIFECYCLE_STATES } from '../../src/domain/catalog/lifecycle.js';
import { recordStatements } from '../support/statements.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';
import { ownershipOf } from './ownership-kit.js';

const PRODUCTS = 1_600;
const SKUS = 2 * PRODUCTS;

/** Two SKUs a product, of 40 vendors and 30 product types; every tenth SKU is a draft, every 25th RETIRED. */
const CATALOGUE = `
  insert into product (id, handle, revision, title, vendor, product_type, tags, option_names, attributes, created_at, updated_at)
  select gen_random_uuid(), 'style-' || n, 1, 'Style ' || n, nullif('Maker ' || n % 40, 'Maker 13'),
    nullif('Type ' || n % 30, 'Type 7'), '{}', '{}', '{}', '2026-01-01Z', '2026-01-01Z' from generate_series(1, ${PRODUCTS}) n;
  insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key,
    requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
  select gen_random_uuid(), 'C-' || n, 'c-' || n, 'SIMPLE',
    case when n % 25 = 2 then 'RETIRED' when n % 10 = 1 then 'DRAFT' else 'ACTIVE' end, p.id, 1,
    'Item ' || n, '[]', n::text, true, true, '{}', '{}', '[]', '2026-01-01Z', '2026-01-01Z'
  from product p, lateral (select substr(p.handle, 7)::int * 2 + v as n from generate_series(0, 1) v) s;
  analyze product, sku`;

const line = (scope: string, match: string, owner: string): string => `${scope},${match},${owner}`;
const some = (count: number, of: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, n) => of(n + 1));

describe('rules by the thousand', () => {
  let world: World;
  let api: Api;
  let own: ReturnType<typeof ownershipOf>;
  let parties: ReadonlyMap<string, Party>;
  let owner: (code: string) => Promise<string[]>;

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    own = ownershipOf(world);
    const source = await new DataSource({ type: 'postgres', url: world.ownerUrl }).initialize();
    await source.query(CATALOGUE);
    await source.destroy();
    must(await own.set('gone'));
    must(await own.team('crew', ['oli']));
    must(await own.team('ghosts', ['gone']));
    // More than a thousand rules for SKUs and for products, of owners who answer and of owners who will not.
    const file = [
      'Scope,Match,Owner',
      ...some(2_500, (n) => line('SKU', `C-${n + 1}`, n % 5 === 0 ? 'gone' : n % 2 === 0 ? 'mia' : 'crew')),
      ...some(1_400, (n) => line('PRODUCT', `STYLE-${n}`, n % 7 === 0 ? 'ghosts' : 'oli')),
      line('PRODUCT_TYPE', 'type 3', 'mia'),
      line('VENDOR', 'maker 3', 'crew'),
    ];
    expect(await own.assign(file)).toMatchObject({ ok: true, value: { rows: 3_902, set: 3_902, ended: 0 } });
    must(await own.set('gone', { active: false, leaveOrphaned: true }));
    parties = new Map((await world.ports.catalog.parties()).map((party) => [party.id, party]));
    owner = async (code) => {
      const found = await world.ports.catalog.parties();
      return found.filter((party) => party.code === code).map(({ id }) => id);
    };
    api = await openApi(world);
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  /** Every SKU with its owner, resolved one by one from all rules: what every set-based answer must agree with. */
  const oracle = async (): Promise<{ code: string; state: string; party: Party | null }[]> => {
    const rules = rulesInForce(await world.ports.catalog.ownershipRules(), new Date());
    const rows = await world.database.source.query<
      { code: string; state: string; handle: string; productType: string | null; vendor: string | null }[]
    >(
      `select s.code, s.state, p.handle, p.product_type as "productType", p.vendor from sku s
         join product p on p.id = s.product_id order by s.code_folded`,
    );
    return rows.map(({ code, state, ...product }) => {
      const rule = ruleOf(rules, { code, ...product });
      return { code, state, party: rule === null ? null : (parties.get(rule.ownerId) ?? null) };
    });
  };
  const isOrphan = (party: Party | null): boolean => party === null || !canAnswer(party, parties);

  const listed = async (filter: object): Promise<string[]> => {
    const codes: string[] = [];
    for (let after: string | null = null; ;) {
      const page: Page<Sku> = must(await listSkus(world.ports, { first: 250, after }, filter, 'CODE', null));
      codes.push(...page.items.map(({ node }) => node.code));
      const last = page.items.at(-1);
      if (!page.hasNextPage || !last) return codes;
      after = last.cursor;
    }
  };

  it('are found by owner and by orphans, just as one by one', async () => {
    const all = await oracle();
    expect(all).toHaveLength(SKUS);
    for (const code of ['ada', 'mia', 'oli', 'crew', 'ghosts', 'gone']) {
      const mine = all.filter(({ party }) => party?.code === code).map((sku) => sku.code);
      expect([code, await listed({ owner: code })]).toEqual([code, mine]);
    }
    for (const orphaned of [true, false]) {
      const hit = all.filter(({ party }) => isOrphan(party) === orphaned).map(({ code }) => code);
      expect(hit.length).toBeGreaterThan(100);
      expect(await listed({ orphaned })).toEqual(hit);
    }
  });

  it('are counted for the coverage as one by one, in two statements', async () => {
    const all = await oracle();
    const live = all.filter(({ state }) => state !== 'RETIRED');
    const statements = recordStatements(world.database.source);
    const coverage = await readCoverage(world.ports, null);
    expect(statements).toHaveLength(2);
    expect([coverage.skus, coverage.orphaned]).toEqual([
      live.length,
      live.filter(({ party }) => isOrphan(party)).length,
    ]);
    for (const { party, skus, orphaned } of coverage.byOwner) {
      expect([party.code, skus]).toEqual([party.code, live.filter((sku) => sku.party?.code === party.code).length]);
      expect(orphaned).toBe(isOrphan(party));
    }
    const drafts = await readCoverage(world.ports, ['DRAFT']);
    expect(drafts.byState).toEqual([
      expect.objectContaining({ state: 'DRAFT', skus: all.filter(({ state }) => state === 'DRAFT').length }),
    ]);
    expect((await readCoverage(world.ports, LIFECYCLE_STATES)).skus).toBe(SKUS);
  });

  it('are resolved for a page of 250 in as many statements as for one SKU, whoever is asked for', async () => {
    const statements = recordStatements(world.database.source);
    const NODE =
      'nodes { code owner { orphaned party { code } rule { scope match } } readiness(for: ACTIVE) { code } }';
    const ask = async (
      first: number,
      filter: string,
    ): Promise<{ nodes: { code: string; owner: unknown }[]; sent: number }> => {
      statements.length = 0;
      const { skus } = await api.ask<{ skus: { nodes: { code: string; owner: unknown }[] } }>(
        `{ skus(first: ${first}, filter: ${filter}) { ${NODE} } }`,
      );
      return { nodes: skus.nodes, sent: statements.length };
    };
    const owners = new Map((await oracle()).map(({ code, party }) => [code, party]));
    for (const filter of ['{}', '{ owner: "mia" }', '{ orphaned: true }', '{ orphaned: false, states: [ACTIVE] }']) {
      const one = await ask(1, filter);
      const many = await ask(250, filter);
      expect([filter, one.nodes.length, many.nodes.length]).toEqual([filter, 1, 250]);
      expect(many.sent).toBe(one.sent);
      expect(many.sent).toBeLessThanOrEqual(16);
      for (const { code, owner: told } of many.nodes) {
        const party = owners.get(code) ?? null;
        expect(told).toMatchObject({ party: { code: party?.code }, orphaned: isOrphan(party) });
      }
    }
  });

  it('are set by a file in as many statements, however long it is', async () => {
    const statements = recordStatements(world.database.source);
    const set = async (count: number, to: string): Promise<number> => {
      statements.length = 0;
      const rows = some(count, (n) => `C-${n + 1},${to}`);
      expect(await own.assign(['SKU,Owner', ...rows])).toMatchObject({
        ok: true,
        value: { rows: count, ended: count },
      });
      // The sequencer is told after the commit, whenever that is.
      return statements.filter((text) => !text.startsWith('notify')).length;
    };
    const few = await set(3, 'alex');
    expect(await set(2_000, 'oli')).toBe(few);
    expect((await listed({ owner: 'alex' })).length).toBe(0);
    const counted = await world.ports.ownership.rules(
      { first: 1, after: null },
      { ownerId: (await owner('oli'))[0], live: true },
    );
    expect(await counted.totalCount()).toBe(2_000 + 1_200);
  });
});
