#!/usr/bin/env node
/**
 * What naming costs on a large catalogue, each figure beside a baseline of the same run, on an embedded database of the
 * run's own:
 * - proposing codes in a series that is used up to its last SKU, beside a bare transaction that inserts one row;
 * - listing what does not fit, and the impact of a policy, beside a bare walk over the same rows in the same batches;
 * - COPY into `sku` with the constraints and indexes of identifiers, beside COPY into the same table without them.
 *
 * Usage: node bench/naming.mjs [--skus 100000] [--calls 200]   (needs `npm run build`)
 */
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { listViolations } from '../dist/application/naming/list-violations.js';
import { proposeCodes } from '../dist/application/naming/propose-codes.js';
import { previewSetting } from '../dist/application/settings/set-setting.js';
import { buildConnectors } from '../dist/connectors/connector-registry.js';
import { buildPorts } from '../dist/porch/build-ports.js';
import { openDatabase } from '../dist/porch/open-database.js';

import { onDatabase } from './kit/database.mjs';
import { machine, quantile, timed, timesOf } from './kit/figures.mjs';

const { values: options } = parseArgs({
  options: { skus: { type: 'string', default: '100000' }, calls: { type: 'string', default: '200' } },
});
const SKUS = Number(options.skus);
const CALLS = Number(options.calls);
const PARTY = '00000000-0000-7000-8000-0000000000aa';
const CALLER = { actor: { kind: 'API_KEY', id: 'bench', name: 'bench', partyId: PARTY }, roles: ['ADMIN'] };
const POLICIES = [
  { name: 'fixed', grammar: '{vendor}-{number:6}' },
  { name: 'free', scope: { vendors: ['W'] }, grammar: '{vendor}-{number}' },
];
/** The name of an index of a copied table is PostgreSQL's own choice. */
const DROP_RULES = `do $$ begin
  alter table bare drop constraint sku_code_form, drop constraint sku_code_folded, drop constraint sku_gtin_form,
    drop constraint sku_gtin14, drop column skeleton;
  execute (select 'drop index ' || indexrelid::regclass from pg_index
    where indrelid = 'bare'::regclass and pg_get_indexdef(indexrelid) like '%length(code_folded)%');
end $$`;

/** Half of the SKUs in a series of six digits, half in one of as many digits as a number has; every hundredth misnamed. */
async function fill(client) {
  await client.query(
    `insert into party (id, code, code_folded, kind, name, active) values ('${PARTY}', 'b', 'b', 'USER', 'b', true)`,
  );
  await client.query(`insert into product (id, handle, revision, title, vendor, tags, option_names, attributes, created_at, updated_at)
    select gen_random_uuid(), lower(v), 1, v, v, '{}', '{}', '{}', now(), now() from unnest(array['V', 'W']) v`);
  await client.query(
    `insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, requires_shipping,
       taxable, attributes, listed_in, system_values, created_at, updated_at)
     select gen_random_uuid(), c.code, lower(c.code), 'SIMPLE', 'DRAFT', p.id, 1, c.code, '[]', c.code, true, true, '{}', '{}', '[]',
       now(), now()
     from generate_series(1, $1::int) n join product p on p.title = case when n % 2 = 0 then 'V' else 'W' end,
       lateral (select case when n % 100 = 0 then 'X-' || n when p.title = 'V' then 'V-' || lpad((n / 2)::text, 6, '0')
         else 'W-' || (n + 1) / 2 end as code) c`,
    [SKUS],
  );
  await client.query('analyze sku');
  await client.query(
    `insert into setting_version (key, version, value, reason, changed_by) values ('naming', 1, $1, 'bench', '{}')`,
    [JSON.stringify(POLICIES)],
  );
}

async function times(count, act) {
  const took = await timesOf(count, act);
  return `median ${quantile(took, 0.5).toFixed(2)} ms, p95 ${quantile(took, 0.95).toFixed(2)} ms`;
}

async function seconds(act) {
  const { ms, value } = await timed(act);
  return { result: value, seconds: ms / 1000 };
}

function proposer(ports, product) {
  const draft = { product, newProduct: null, fields: {}, segments: [], count: 1, policy: null };
  return async () => {
    const outcome = await proposeCodes(ports, CALLER, draft);
    if (!outcome.ok) throw new Error(outcome.problems[0].message);
  };
}

async function allViolations(ports) {
  let count = 0;
  for (let after = ''; after !== null;) {
    const page = await listViolations(ports, { first: 250, after }, null);
    count += page.value.violations.length;
    after = page.value.next;
  }
  return count;
}

/** The same rows in batches of a thousand, and nothing done with them. */
async function bareWalk(client) {
  let count = 0;
  for (let after = ''; ;) {
    const { rows } = await client.query(
      `select s.code_folded, s.code, s.option_values, s.title, s.attributes, p.handle, p.title, p.vendor, p.product_type, p.attributes
       from (select * from sku where code_folded > $1 order by code_folded limit 1000) s
         join product p on p.id = s.product_id order by s.code_folded`,
      [after],
    );
    count += rows.length;
    if (rows.length < 1000) return count;
    after = rows.at(-1).code_folded;
  }
}

async function copyInto(client, table, columns, bytes) {
  await client.query(`truncate ${table}`);
  const stream = client.query(copyFrom(`copy ${table} (${columns}) from stdin`));
  const source = new PassThrough();
  source.end(bytes);
  return (await seconds(() => pipeline(source, stream))).seconds;
}

async function copies(client) {
  const { rows } = await client.query(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
     where attrelid = 'sku'::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
  );
  const { columns } = rows[0];
  const chunks = [];
  for await (const chunk of client.query(copyTo(`copy (select ${columns} from sku) to stdout`))) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  await client.query('create table held (like sku including all); create table bare (like sku including all)');
  await client.query(DROP_RULES);
  const took = { held: [], bare: [] };
  for (let round = 0; round < 5; round += 1) {
    for (const table of ['held', 'bare']) took[table].push(await copyInto(client, table, columns, bytes));
  }
  const best = (list) => Math.min(...list);
  return { held: SKUS / best(took.held), bare: SKUS / best(took.bare) };
}

await onDatabase(async ({ appUrl, owner }) => {
  await fill(owner);
  const log = () => {};
  const database = await openDatabase(appUrl, log, false);
  const ports = buildPorts(database, buildConnectors([], log), 'USD', log);
  console.log(`${machine()}, ${SKUS} SKUs`);
  console.log(`propose, six digits:     ${await times(CALLS, proposer(ports, 'v'))}`);
  console.log(`propose, free digits:    ${await times(CALLS, proposer(ports, 'w'))}`);
  const insert = `insert into code_reservation (code_folded, code, holder, party_id, reserved_at, expires_at)
    values ($1, $1, '{}', '${PARTY}', now(), now() + interval '1 hour')`;
  const bare = async (call) => {
    await owner.query('begin');
    await owner.query(insert, [`bare-${call}`]);
    await owner.query('commit');
  };
  console.log(`bare insert of a row:    ${await times(CALLS, bare)}`);
  const walked = await seconds(() => bareWalk(owner));
  const listed = await seconds(() => allViolations(ports));
  const stricter = [{ ...POLICIES[0], grammar: '{vendor}-{number:5}' }, POLICIES[1]];
  const impact = await seconds(() => previewSetting(ports, 'naming', stricter));
  const rate = ({ seconds: took }) => `${took.toFixed(2)} s, ${Math.round(SKUS / took)} codes/s`;
  console.log(`list ${listed.result} that do not fit: ${rate(listed)}`);
  console.log(`impact of a policy (${impact.result.effects[0]?.count} no longer fit): ${rate(impact)}`);
  console.log(`bare walk over ${walked.result}: ${rate(walked)}`);
  await database.close();
  const { held, bare: without } = await copies(owner);
  console.log(
    `COPY into sku: ${Math.round(held)} rows/s, without the rules of identifiers ${Math.round(without)} rows/s`,
  );
});
