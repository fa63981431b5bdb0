import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { SkuFilter } from '../../src/application/catalog/list-skus.js';
import { listSkus } from '../../src/application/catalog/list-skus.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import type { SkuOrder } from '../../src/application/ports/catalog-reader.js';
import type { OwnershipScope } from '../../src/domain/ownership/resolve-owner.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';

const PAGE = { first: 100, after: null };

/**
 * 12,500 products of 2 SKUs: 250 vendors, one of them called Vela, and 250 product types; 1 SKU in 250 on hold, 1 in 500
 * a bundle, 1 in 100 RETIRED, 1 in 200 updated today; a finding for each that is resolved, and 25 that wait.
 */
const CATALOGUE = `
  insert into product (id, handle, revision, title, vendor, product_type, tags, option_names, attributes, created_at, updated_at)
  select gen_random_uuid(), 'style-' || n, 1, 'Style ' || n, case n % 250 when 13 then 'Vela' else 'Maker ' || n % 250 || ' Works' end,
    'Type ' || n % 250, '{}', '{}', '{}', '2026-01-01Z', '2026-01-01Z' from generate_series(1, 12500) n;
  insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, gtin, gtin14,
    requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
  select gen_random_uuid(), 'C-' || n, 'c-' || n, case when n % 500 = 0 then 'BUNDLE' else 'SIMPLE' end,
    case when n % 250 = 1 then 'ON_HOLD' when n % 100 = 2 then 'RETIRED' else 'ACTIVE' end, p.id, 1,
    'Item ' || md5(n::text) || ' of ' || p.title, '[]', n::text, lpad(n::text, 13, '0'), lpad(n::text, 14, '0'),
    true, true, '{}', '{}', '[]', '2026-01-01Z', case when n % 200 = 3 then '2026-06-01Z' else '2026-01-01Z' end::timestamptz
  from product p, lateral (select substr(p.handle, 7)::int * 2 + v as n from generate_series(0, 1) v) s;
  insert into finding (id, system, kind, identity, sku_id, target, severity, state, source, first_seen_at, opened_at, last_seen_at,
    resolved_at)
  select gen_random_uuid(), (select min(code) from system), 'FIELD', code, id, code, 'LOW',
    case when right(code, 3) = '777' then 'OPEN' else 'RESOLVED' end, 'FULL_SCAN', now(), now(), now(),
    case when right(code, 3) = '777' then null else now() end
  from sku`;

interface Statement {
  text: string;
  values: unknown[];
}

interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

describe('the filters of skus, at 25,000 SKUs', () => {
  let world: World;
  const sent: Statement[] = [];

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    const owner = await new DataSource({ type: 'postgres', url: world.ownerUrl }).initialize();
    await owner.query(CATALOGUE);
    // What autovacuum does after an import: statistics, and the pending entries of the trigram indexes put in their place.
    await owner.query('vacuum analyze product, sku, finding');
    await owner.destroy();
    const rule = async (scope: OwnershipScope, match: string, party: string): Promise<void> => {
      const draft = { scope, match, owner: party, effectiveFrom: null, effectiveTo: null };
      must(await setOwnershipRule(world.ports, HOST, draft));
    };
    await rule('VENDOR', 'Maker 7 Works', 'mia');
    await rule('PRODUCT_TYPE', 'Type 9', 'oli');
    await rule('SKU', 'C-4711', 'oli');
    // What goes to PostgreSQL, as the application's role, word for word.
    const { source } = world.database;
    const query = source.query.bind(source);
    source.query = async <T>(text: string, values?: unknown[]): Promise<T> => {
      sent.push({ text, values: values ?? [] });
      return query(text, values);
    };
  });
  afterAll(() => world.close());

  /** The statements of a page of 100, each with the nodes of the plan that PostgreSQL has for it. */
  const plansOf = async (filter: SkuFilter, order: SkuOrder = 'CODE'): Promise<PlanNode[][]> => {
    sent.length = 0;
    must(await listSkus(world.ports, PAGE, filter, order, null));
    const lists = sent.filter(({ text }) => / from (sku|product) /.test(text));
    const plans: PlanNode[][] = [];
    for (const { text, values } of lists) {
      const [row] = await world.database.source.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(
        `explain (format json) ${text}`,
        values,
      );
      if (row) plans.push(nodesOf(row['QUERY PLAN'][0].Plan));
    }
    return plans;
  };

  it.each<[string, SkuFilter, string[]]>([
    ['codes', { codes: ['c-1', 'C-2', 'none'] }, ['sku_code_folded_key']],
    ['one state', { states: ['ON_HOLD'] }, ['sku_state']],
    ['states', { states: ['ON_HOLD', 'PHASE_OUT'] }, ['sku_state']],
    ['kind BUNDLE', { kind: 'BUNDLE' }, ['sku_bundle']],
    ['kind SIMPLE', { kind: 'SIMPLE' }, ['sku_code_folded_key']],
    ['vendor', { vendor: 'MAKER 7 works' }, ['product_vendor', 'sku_options_once']],
    ['productType', { productType: 'type 3' }, ['product_type', 'sku_options_once']],
    ['productHandle', { productHandle: 'style-77' }, ['product_handle_key', 'sku_options_once']],
    ['gtin', { gtin: '0000000000042' }, ['sku_gtin_once', 'sku_gtin_retired']],
    ['owner, by vendor', { owner: 'mia' }, ['product_vendor', 'sku_options_once']],
    ['owner, with a SKU of its own', { owner: 'oli' }, ['product_type', 'sku_options_once', 'sku_code_folded_key']],
    ['owner of all the rest', { owner: 'ada' }, ['sku_code_folded_key']],
    ['hasOpenDrift', { hasOpenDrift: true }, ['finding_by_state', 'sku_pkey']],
    ['no open drift', { hasOpenDrift: false }, ['sku_code_folded_key', 'finding_sku']],
    ['updatedAfter', { updatedAfter: new Date('2026-05-01') }, ['sku_updated']],
    ['search in the code', { search: 'c-4711' }, ['sku_search']],
    ['search in two', { search: 'style 4711' }, ['sku_search']],
    ['search in the vendor', { search: 'vela item' }, ['product_search', 'sku_search', 'sku_options_once']],
    ['nothing at all', {}, ['sku_code_folded_key']],
  ])('%s: read by index', async (_, filter, indexes) => {
    const plans = await plansOf(filter);
    const used = plans.flat().map((node) => node['Index Name']);
    expect(used).toEqual(expect.arrayContaining(indexes));
    expect(plans.flat().filter((node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === 'sku')).toEqual(
      [],
    );
  });
});

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
