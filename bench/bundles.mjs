#!/usr/bin/env node
/**
 * Where-used and explosion in a master of many bundles: the built readers (`dist`) on an embedded database of their own,
 * over the application's pool, and beside each a bare SQL statement for the same rows, over the same kind of connection,
 * in the same run. One in ten bundles holds another one; one component is in a tenth of all bundles.
 *
 * Usage: node bench/bundles.mjs [--bundles 100000] [--skus 50000] [--times 300]   (needs `npm run build`)
 */
import { parseArgs } from 'node:util';
import { Exploder } from '../dist/domain/bundle/explode.js';
import { openSource } from '../dist/storage/data-source.js';
import { SqlBundleReader } from '../dist/storage/readers/bundle-reader.js';
import { sqlOver } from '../dist/storage/sql.js';

import { onDatabase, versionOf } from './kit/database.mjs';
import { machine, quantile, timesOf } from './kit/figures.mjs';

const { values: options } = parseArgs({
  options: {
    bundles: { type: 'string', default: '100000' },
    skus: { type: 'string', default: '50000' },
    times: { type: 'string', default: '300' },
  },
});
const BUNDLES = Number(options.bundles);
const SKUS = Number(options.skus);
const TIMES = Number(options.times);
const PAGE = { first: 50, after: null };
const DIRECT = { nested: false, at: null };
const NESTED = { nested: true, at: null };

/** Ids that sort as those of the service do: kind, then number. */
const id = (kind, number) => `${kind}0000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
const SKU_ID = `('a0000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
const BUNDLE_ID = `('b0000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
const VERSION_ID = `('c0000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
/** Steady pseudo-random whole numbers below a limit: the same data in every run. */
const pick = (salt, limit) => `(abs(hashint8(n::bigint * 31 + ${salt}))::bigint % ${limit})`;

async function fill(owner) {
  const skuRows = (kind, ids, code, count) => `
    insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, price, cost,
      weight_value, weight_unit, requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
    select ${ids}, '${code}' || n, lower('${code}' || n), '${kind}', 'ACTIVE', '${id('d', 1)}', 1, 't', '[]', '${code}' || n,
      9.90, 4, 100, 'GRAMS', true, true, '{}', '{}', '[]', now(), now() from generate_series(0, ${count - 1}) n`;
  await owner.query(`insert into product (id, handle, revision, title, tags, option_names, attributes, created_at, updated_at)
    values ('${id('d', 1)}', 'bench', 1, 'Bench', '{}', '{}', '{}', now(), now())`);
  await owner.query(skuRows('SIMPLE', SKU_ID, 'P-', SKUS));
  await owner.query(skuRows('BUNDLE', BUNDLE_ID, 'K-', BUNDLES));
  await owner.query(`insert into bundle_version (id, bundle_id, state, effective_from)
    select ${VERSION_ID}, ${BUNDLE_ID}, 'CURRENT', now() from generate_series(0, ${BUNDLES - 1}) n`);
  // 2 to 11 simple SKUs, the popular one in every tenth bundle, and in another tenth a bundle from the fifth before it.
  await owner.query(`insert into bundle_component (version_id, bundle_id, state, position, component_id, quantity)
    select version, bundle, 'CURRENT', row_number() over (partition by bundle order by component), component, 1 + place % 5
    from (
      select distinct on (bundle, component) * from (
        select ${VERSION_ID} as version, ${BUNDLE_ID} as bundle, place,
          ('a0000000-0000-7000-8000-' || lpad(to_hex(1 + (abs(hashint8(n::bigint * 13 + place))::bigint % ${SKUS - 1})), 12, '0'))::uuid
            as component
        from generate_series(0, ${BUNDLES - 1}) n, generate_series(1, 2 + ${pick(5, 10)}::int) place
        union all
        select ${VERSION_ID}, ${BUNDLE_ID}, 12, '${id('a', 0)}' from generate_series(0, ${BUNDLES - 1}) n where n % 10 = 0
        union all
        select ${VERSION_ID}, ${BUNDLE_ID}, 12,
          ('b0000000-0000-7000-8000-' || lpad(to_hex(n - 1 - ${pick(7, 4)}), 12, '0'))::uuid
        from generate_series(0, ${BUNDLES - 1}) n where n % 10 = 5) t) d`);
  await owner.query('vacuum analyze');
  const { rows } = await owner.query('select count(*) as n, max(position) as most from bundle_component');
  return { lines: Number(rows[0].n), most: rows[0].most };
}

const at = (took, share) => quantile(took, share).toFixed(2);

function explode(version, inside) {
  return new Exploder((key) => (key === version.bundleId ? version.lines : (inside.get(key) ?? null)), 'show').of(
    version.bundleId,
  ).lines;
}

async function measure(source, bare) {
  let statements = 0;
  const sql = sqlOver(source);
  const counted = {
    rows(text, values) {
      statements += 1;
      return sql.rows(text, values);
    },
  };
  const reader = new SqlBundleReader(counted);
  const component = (index) => id('a', 1 + ((index * 7919) % (SKUS - 1)));
  const bundle = (index) => id('b', (index * 104_729) % BUNDLES);
  const nesting = (index) =>
    id('b', (((index * 104_729) % BUNDLES) - (((index * 104_729) % BUNDLES) % 10) + 5) % BUNDLES);
  const page = (index) => Array.from({ length: 100 }, (_, place) => bundle(index * 100 + place));
  const explosion = async (ids) => {
    const versions = [...(await reader.inForce(ids, null)).values()];
    const asked = versions.flatMap(({ lines }) => lines.map(({ key }) => ({ id: key, at: null })));
    const [inside] = await reader.inside(asked);
    return versions.map((version) => explode(version, inside));
  };
  const used = `select bundle_id from bundle_component where component_id = $1 and state = 'CURRENT' order by bundle_id limit 51`;
  const lines = `select component_id, quantity from bundle_component where bundle_id = any($1) and state = 'CURRENT'`;
  const whereUsed = (of, query) => async (index) => {
    await reader.usedIn([of(index)], PAGE, query);
    await reader.useCounts([of(index)], query);
  };
  const popular = () => id('a', 0);
  const cases = [
    ['where-used of a SKU, 50 and the count', whereUsed(component, DIRECT), (index) => bare(used, [component(index)])],
    ['the same, through other bundles too', whereUsed(component, NESTED), (index) => bare(used, [component(index)])],
    [`where-used of what is in ${BUNDLES / 10} bundles`, whereUsed(popular, DIRECT), () => bare(used, [popular()])],
    ['explosion of a bundle', (index) => explosion([bundle(index)]), (index) => bare(lines, [[bundle(index)]])],
    [
      'explosion of one that holds another',
      (index) => explosion([nesting(index)]),
      (index) => bare(lines, [[nesting(index)]]),
    ],
    ['explosion of a page of 100', (index) => explosion(page(index)), (index) => bare(lines, [page(index)])],
  ];
  for (const [name, ours, theirs] of cases) {
    const before = statements;
    await ours(1);
    const each = statements - before;
    const took = await timesOf(TIMES, ours, 20);
    const baseline = await timesOf(TIMES, theirs, 20);
    const figures = `${at(took, 0.5)} / ${at(took, 0.95)} ms in ${each} statements`;
    console.log(`${name.padEnd(42)} ${figures}   (bare SQL: ${at(baseline, 0.5)} / ${at(baseline, 0.95)} ms)`);
  }
}

await onDatabase(async ({ appUrl, owner, app }) => {
  const { lines, most } = await fill(owner);
  console.log(`${machine()}, PostgreSQL ${await versionOf(owner)}`);
  console.log(
    `${BUNDLES} bundles of up to ${most} components (${lines} lines) of ${SKUS} SKUs; ${TIMES} calls, median / p95`,
  );
  const source = await openSource(appUrl);
  await measure(source, (text, values) => app.query(text, values));
  await source.destroy();
});
