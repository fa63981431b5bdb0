#!/usr/bin/env node
/**
 * Owners of a large catalogue: the built readers and verbs (`dist`) on an embedded database of their own, over the
 * application's pool, and beside each a bare SQL statement over the same kind of connection, in the same run. First with
 * some dozens of rules, then with one for every SKU, set by a file.
 *
 * Usage: node bench/ownership.mjs [--skus 100000] [--times 20]   (needs `npm run build`)
 */
import { parseArgs } from 'node:util';
import { v7 as uuid } from 'uuid';
import { listSkus } from '../dist/application/catalog/list-skus.js';
import { assignOwners } from '../dist/application/ownership/assign-owners.js';
import { readCoverage } from '../dist/application/ownership/read-coverage.js';
import { ownerKeysOf } from '../dist/domain/ownership/resolve-owner.js';
import { openSource } from '../dist/storage/data-source.js';
import { SqlCatalogReader } from '../dist/storage/readers/catalog-reader.js';
import { SqlOwnershipReader } from '../dist/storage/readers/ownership-reader.js';
import { sqlOver } from '../dist/storage/sql.js';
import { SqlUnitOfWork } from '../dist/storage/unit-of-work.js';

import { onDatabase, versionOf } from './kit/database.mjs';
import { machine, quantile, timesOf } from './kit/figures.mjs';

const { values: options } = parseArgs({
  options: { skus: { type: 'string', default: '100000' }, times: { type: 'string', default: '20' } },
});
const SKUS = Number(options.skus);
const TIMES = Number(options.times);
const PRODUCTS = SKUS / 5;
const PEOPLE = 20;
const HOST = { actor: { kind: 'SYSTEM', id: 'system:bench', name: 'bench', partyId: null }, roles: ['ADMIN'] };

/** Products of five SKUs, of 200 vendors and 100 product types; 20 people, of whom two are inactive. */
async function fill(owner) {
  await owner.query(`
    insert into product (id, handle, revision, title, vendor, product_type, tags, option_names, attributes, created_at, updated_at)
    select gen_random_uuid(), 'style-' || n, 1, 'Style ' || n, 'Maker ' || n % 200, 'Type ' || n % 100, '{}', '{}', '{}', now(), now()
    from generate_series(1, ${PRODUCTS}) n;
    insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key,
      requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
    select gen_random_uuid(), 'C-' || n, 'c-' || n, 'SIMPLE', case when n % 20 = 2 then 'DRAFT' else 'ACTIVE' end, p.id, 1,
      'Item ' || n, '[]', n::text, true, true, '{}', '{}', '[]', now(), now()
    from product p, lateral (select substr(p.handle, 7)::int * 5 - v as n from generate_series(0, 4) v) s;
    insert into party (id, code, code_folded, kind, name, active)
    select gen_random_uuid(), 'p' || n, 'p' || n, 'USER', 'P' || n, n > 2 from generate_series(1, ${PEOPLE}) n;
    insert into ownership_rule (id, scope, match, match_folded, owner_id, effective_from)
    select gen_random_uuid(), r.scope, r.match, lower(r.match), p.id, now() - interval '1 day' from (
      select 'VENDOR' as scope, 'Maker ' || n as match, n from generate_series(0, 59) n
      union all select 'PRODUCT_TYPE', 'Type ' || n, n + 3 from generate_series(0, 19) n
      union all select 'DEFAULT', null, 5) r join party p on p.code = 'p' || 1 + r.n % ${PEOPLE}`);
  await owner.query('vacuum analyze');
}

const timed = (call) => timesOf(TIMES, call, 3);
const figure = (took) => `${quantile(took, 0.5).toFixed(1)} / ${quantile(took, 0.95).toFixed(1)} ms`;

async function measure(ports, bare) {
  const page = await ports.catalog.skus({ first: 250, after: null }, {}, 'CODE');
  const products = await ports.catalog.productsByIds(page.items.map(({ node }) => node.productId));
  const things = page.items.map(({ node }) => ({ ...products.get(node.productId), code: node.code }));
  const keys = ownerKeysOf(things);
  const list = (filter) => async () => {
    const outcome = await listSkus(ports, { first: 100, after: null }, filter, 'CODE', null);
    if (!outcome.ok) throw new Error('refused');
  };
  const bareList = () => bare('select * from sku order by code_folded limit 101');
  const cases = [
    {
      name: 'coverage of the catalogue',
      ours: () => readCoverage(ports, null),
      theirs: () => bare('select s.state, count(*) from sku s join product p on p.id = s.product_id group by s.state'),
      what: 'count by state',
    },
    {
      name: 'owners of a page of 250',
      ours: () => ports.ownership.rulesInForce(keys, null),
      theirs: () => bare(`select * from ownership_rule where scope = 'SKU' and match_key = any($1)`, [keys.codes]),
      what: 'rules of 250 codes',
    },
    { name: '100 SKUs of one owner', ours: list({ owner: 'p9' }), theirs: bareList, what: '100 SKUs' },
    { name: '100 orphans', ours: list({ orphaned: true }), theirs: bareList, what: '100 SKUs' },
    { name: '100 SKUs that are none', ours: list({ orphaned: false }), theirs: bareList, what: '100 SKUs' },
  ];
  for (const { name, ours, theirs, what } of cases) {
    const [took, baseline] = [await timed(ours), await timed(theirs)];
    console.log(`${name.padEnd(28)} ${figure(took).padEnd(22)} (bare SQL, ${what}: ${figure(baseline)})`);
  }
}

/** A rule for every SKU by one file, and the same rows by one bare INSERT. */
async function assign(ports, bare) {
  const lines = Array.from({ length: SKUS }, (_, index) => `C-${index + 1},p${3 + (index % (PEOPLE - 2))}`);
  const csv = Buffer.from(['SKU,Owner', ...lines].join('\n'));
  const body = async function* () {
    yield csv;
  };
  const since = performance.now();
  const outcome = await assignOwners(ports, HOST, body(), { dryRun: false });
  if (!outcome.ok || outcome.value.set !== SKUS) throw new Error(JSON.stringify(outcome));
  const took = performance.now() - since;
  await bare('create temporary table copy (like ownership_rule including all)');
  const bareSince = performance.now();
  await bare(`insert into copy (id, scope, match, match_folded, owner_id, effective_from, created_at)
    select id, scope, match, match_folded, owner_id, effective_from, created_at from ownership_rule where scope = 'SKU'`);
  const baseline = performance.now() - bareSince;
  const again = performance.now();
  const second = await assignOwners(ports, HOST, body(), { dryRun: false });
  if (!second.ok || second.value.unchanged !== SKUS) throw new Error(JSON.stringify(second));
  const repeat = performance.now() - again;
  console.log(
    `${SKUS} owners set by a file: ${(took / 1000).toFixed(1)} s; sent again: ${(repeat / 1000).toFixed(1)} s` +
      `   (one bare INSERT of the same rows: ${(baseline / 1000).toFixed(1)} s)`,
  );
}

await onDatabase(async ({ appUrl, owner, app }) => {
  await fill(owner);
  console.log(`${machine()}, PostgreSQL ${await versionOf(owner)}; ${SKUS} SKUs, ${TIMES} calls, median / p95`);
  const source = await openSource(appUrl);
  const sql = sqlOver(source);
  const ports = {
    work: new SqlUnitOfWork(source, () => ({}), uuid, 'USD'),
    catalog: new SqlCatalogReader(source),
    ownership: new SqlOwnershipReader(sql),
    clock: { now: () => new Date() },
    newId: uuid,
  };
  const bare = (text, values) => app.query(text, values);
  console.log('81 rules, by vendor, product type and default:');
  await measure(ports, bare);
  await assign(ports, bare);
  await owner.query('vacuum analyze');
  console.log(`${SKUS + 81} rules, one for every SKU:`);
  await measure(ports, bare);
  await source.destroy();
});
