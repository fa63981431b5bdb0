#!/usr/bin/env node
/**
 * Reads of the catalogue at 100,000 SKUs: the built service (`dist`, role api) on an embedded database of its own answers
 * GraphQL over HTTP, and beside it a bare node:http + pg server sends the very statements that the service's readers sent
 * for the same question (recorded from them), joins products and owners in a map and answers the same fields as JSON. The
 * bare server asks for no key. Both in the same run, in slices that take turns, with one and with eight connections.
 *
 * Usage: node bench/lists.mjs [--skus 100000] [--seconds 2] [--rounds 3] [--only NAME]   (needs `npm run build`)
 */
import { writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { listSkus } from '../dist/application/catalog/list-skus.js';
import { ownerKeysOf } from '../dist/domain/ownership/resolve-owner.js';
import { openSource } from '../dist/storage/data-source.js';
import { SqlCatalogReader } from '../dist/storage/readers/catalog-reader.js';
import { SqlOwnershipReader } from '../dist/storage/readers/ownership-reader.js';
import { sqlOver } from '../dist/storage/sql.js';

import { onDatabase } from './kit/database.mjs';
import { machine, median, quantile } from './kit/figures.mjs';
import { KEY, spawned, spawnedApi } from './kit/service.mjs';

const { values: options } = parseArgs({
  options: {
    skus: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    bare: { type: 'string' },
  },
});
const SKUS = Number(options.skus);

/** A fifth as many products as SKUs, 97 vendors, 60 types; two revisions of each SKU; 1 in 250 on hold. */
const CATALOGUE = `
  insert into product (id, handle, revision, title, vendor, product_type, tags, option_names, attributes, created_at, updated_at)
  select gen_random_uuid(), 'style-' || n, 1, (array['Linen','Wool','Cotton','Silk','Denim'])[1 + n % 5] || ' shirt no. ' || n,
    case when n % 7 = 0 then 'House ' || n % 97 else 'Luma' end, 'Type ' || n % 60, '{summer,sale}', '{Size}', '{}',
    '2026-01-01Z', '2026-01-01Z' from generate_series(1, ${SKUS / 5}) n;
  insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, gtin, gtin14,
    price, cost, weight_value, weight_unit, requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
  select gen_random_uuid(), code, lower(code), 'SIMPLE', case when n % 250 = 1 then 'ON_HOLD' else 'ACTIVE' end, id, 2,
    title || ' / ' || v, jsonb_build_array(jsonb_build_object('name', 'Size', 'value', v::text)), 'size=' || v,
    lpad(n::text, 13, '0'), lpad(n::text, 14, '0'), 19.9, 8, 250, 'GRAMS', true, true, '{}', '{shopify-us,erp}', '[]',
    '2026-01-01Z', '2026-02-01Z'::timestamptz + n * interval '1 microsecond'
  from (select p.*, v, substr(handle, 7)::int * 5 + v as n, upper(substr(md5(handle), 1, 4)) || '-' || substr(handle, 7) || '-' || v as code
    from product p, generate_series(0, 4) v) x;
  insert into product_revision (product_id, revision, valid_from, actor, changes, snapshot)
  select id, 1, updated_at, '{"kind":"SYSTEM","id":"b","name":"b","partyId":null}', '[]', jsonb_build_object('handle', handle,
    'title', title, 'vendor', vendor, 'productType', product_type, 'category', null, 'tags', tags, 'optionNames', option_names,
    'attributes', attributes) from product;
  insert into sku_revision (sku_id, revision, valid_from, actor, changes, snapshot)
  select id, r, case r when 1 then created_at else updated_at end, '{"kind":"SYSTEM","id":"b","name":"b","partyId":null}', '[]',
    jsonb_build_object('code', code, 'kind', kind, 'productId', product_id, 'state', state, 'title', title,
      'optionValues', option_values, 'gtin', gtin, 'price', (18 + r)::text || '.90', 'compareAtPrice', null, 'cost', '8.00',
      'weight', jsonb_build_object('value', '250', 'unit', 'GRAMS'), 'hsCode', null, 'countryOfOrigin', null,
      'requiresShipping', true, 'taxable', true, 'taxCode', null, 'unitOfMeasure', null, 'attributes', attributes,
      'successor', null, 'listedIn', listed_in, 'systemValues', system_values) from sku, generate_series(1, 2) r;
  insert into party (id, code, code_folded, kind, name, active)
  select gen_random_uuid(), c, c, 'USER', c, true from unnest('{ada,mia}'::text[]) c;
  insert into ownership_rule (id, scope, match, match_folded, owner_id, effective_from)
  select gen_random_uuid(), s, m, lower(m), (select id from party where code = o), '2026-01-01Z'
  from (values ('DEFAULT', null, 'ada'), ('VENDOR', 'House 7', 'mia')) as x(s, m, o);`;

const FIELDS = 'code title state price product { title vendor } owner { party { code } }';
const LIST = `query ($filter: SkuFilter, $after: String, $asOf: DateTime) {
  skus(first: 100, filter: $filter, after: $after, asOf: $asOf) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } }`;
const ONE = `query ($code: String!, $asOf: DateTime) { sku(code: $code, asOf: $asOf) { ${FIELDS} } }`;
const PAST = '2026-01-15T00:00:00.000001Z';

/** Each question, as GraphQL and to the readers. */
function questions(code, cursor) {
  const list = (name, { filter = {}, after = null, asOf = null }) => ({
    name,
    query: LIST,
    variables: { filter, after, asOf },
    read: async (ports) =>
      (await listSkus(ports, { first: 100, after }, filter, 'CODE', asOf && new Date(asOf))).value.items.map(
        ({ node }) => node,
      ),
  });
  const one = (name, asOf) => ({
    name,
    query: ONE,
    variables: { code, asOf },
    read: async ({ catalog }) => [await catalog.skuByCode(code, asOf && new Date(asOf))],
  });
  return [
    list('skus(first: 100)', {}),
    list('a page further on', { after: cursor }),
    list('by state', { filter: { states: ['ON_HOLD'] } }),
    list('by vendor', { filter: { vendor: 'house 8' } }),
    list('by owner', { filter: { owner: 'mia' } }),
    list('by search', { filter: { search: 'silk 1234' } }),
    list('as of January', { asOf: PAST }),
    one('sku by code', null),
    one('sku as of January', PAST),
  ].filter(({ name }) => name.includes(options.only));
}

/** What the readers send for a question and what hangs on it; the statements after the first in no order. */
async function recorded(source, question) {
  const sent = [];
  const query = source.query.bind(source);
  source.query = (text, values) => {
    sent.push({ text, values: values?.map((value) => (value instanceof Date ? value.toISOString() : value)) });
    return query(text, values);
  };
  const catalog = new SqlCatalogReader(source);
  const ports = { catalog, clock: { now: () => new Date() } };
  const asOf = question.variables.asOf && new Date(question.variables.asOf);
  const skus = await question.read(ports);
  const products = await catalog.productsByIds([...new Set(skus.map(({ productId }) => productId))], asOf);
  const things = skus.map(({ code, productId }) => ({ ...products.get(productId), code }));
  await new SqlOwnershipReader(sqlOver(source)).rulesInForce(ownerKeysOf(things), asOf ?? null);
  await catalog.parties();
  source.query = query;
  const isList = ({ text }) => / from sku s/.test(text);
  return { first: sent.filter(isList), rest: sent.filter((each) => !isList(each)) };
}

/** The bare server: one question a path. */
async function serveBare({ url, questions: asked }) {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  const answer = async (incoming, outgoing) => {
    for await (const _ of incoming);
    const { first, rest } = asked[Number(incoming.url.slice(1))];
    const [page] = await Promise.all(first.map(({ text, values }) => pool.query(text, values)));
    const others = await Promise.all(rest.map(({ text, values }) => pool.query(text, values)));
    // Whose statement comes first depends on the question: an owner's asks for the rules before anything else.
    const isOfProducts = ({ fields }) => fields.some(({ name }) => name === 'vendor' || name === 'snapshot');
    const products = new Map((others.find(isOfProducts)?.rows ?? []).map((row) => [row.id, row]));
    const rules = others.flatMap(({ rows }) => rows).filter(({ scope }) => scope !== undefined);
    const parties = new Map(others.flatMap(({ rows }) => rows).map((row) => [row.id, row]));
    // One row more is asked for, which tells whether there is a next page.
    const nodes = page.rows.slice(0, 100).map((row) => {
      const { code, title, state, price } = row.snapshot ?? row;
      const found = products.get(row.product_id ?? row.snapshot.productId);
      const product = found?.snapshot ?? found;
      const rule =
        rules.find(({ scope, match }) => scope === 'VENDOR' && match === product?.vendor?.toLowerCase()) ??
        rules.find(({ scope }) => scope === 'DEFAULT');
      const owner = { party: { code: parties.get(rule?.ownerId)?.code } };
      return { code, title, state, price, product: { title: product?.title, vendor: product?.vendor }, owner };
    });
    outgoing.setHeader('content-type', 'application/json; charset=utf-8');
    outgoing.end(JSON.stringify({ data: { skus: { nodes } } }));
  };
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  server.listen(0, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`));
}

function send(agent, port, path, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${KEY}`,
      'content-length': Buffer.byteLength(body),
    };
    const call = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString() }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** Answers a second and latencies of one slice. */
async function slice(target, connections, seconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  const end = performance.now() + seconds * 1000;
  const began = performance.now();
  const loop = async () => {
    while (performance.now() < end) {
      const since = performance.now();
      await send(agent, target.port, target.path, target.body);
      latencies.push(performance.now() - since);
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  agent.destroy();
  return { perSecond: (latencies.length * 1000) / (performance.now() - began), latencies };
}

/** The first entry that two lists do not share, of each. */
function difference(mine, theirs) {
  const place = Math.max(
    mine.findIndex((each, index) => each !== theirs[index]),
    0,
  );
  return `${mine.length} and ${theirs.length}; no. ${place}:\n${mine[place]}\n${theirs[place]}`;
}

function summary(slices) {
  const latencies = slices.flatMap((each) => each.latencies);
  const at = (share) => quantile(latencies, share).toFixed(1);
  return { perSecond: median(slices.map(({ perSecond }) => perSecond)), p50: at(0.5), p95: at(0.95) };
}

async function measure(question, targets) {
  for (const connections of [1, 8]) {
    const slices = targets.map(() => []);
    for (const target of targets) await slice(target, connections, 1);
    for (let round = 0; round < Number(options.rounds); round += 1) {
      for (const [index, target] of targets.entries())
        slices[index].push(await slice(target, connections, Number(options.seconds)));
    }
    const [ours, bare] = slices.map(summary);
    const cell = ({ perSecond, p50, p95 }) => `${perSecond.toFixed(0).padStart(5)}/s  p50 ${p50} ms  p95 ${p95} ms`;
    const share = (ours.perSecond / bare.perSecond).toFixed(2);
    console.log(
      `${question.name.padEnd(20)} ${connections} conn.  ours ${cell(ours)}   bare ${cell(bare)}   ours/bare ${share}`,
    );
  }
}

/** A cursor as the service hands it out, some pages into the list. */
async function cursorFurtherOn(source) {
  const ports = { catalog: new SqlCatalogReader(source), clock: { now: () => new Date() } };
  let after = null;
  for (let pages = 0; pages < Math.min(50, SKUS / 200); pages += 1) {
    const { value } = await listSkus(ports, { first: 100, after }, {}, 'CODE', null);
    after = value.items.at(-1).cursor;
  }
  return after;
}

async function main(database) {
  const { directory, owner, appUrl } = database;
  const children = [];
  try {
    await owner.query(CATALOGUE);
    await owner.query('vacuum analyze');
    const { rows } = await owner.query(
      `select code, code_folded from sku order by code_folded offset ${SKUS / 2} limit 1`,
    );
    const source = await openSource(appUrl);
    const asked = questions(rows[0].code, await cursorFurtherOn(source));
    const statements = [];
    for (const question of asked) statements.push(await recorded(source, question));
    await source.destroy();
    const spec = join(directory, 'bare.json');
    writeFileSync(spec, JSON.stringify({ url: appUrl, questions: statements }));
    const service = await spawnedApi(database);
    children.push(service.child);
    const bare = await spawned([fileURLToPath(import.meta.url), '--bare', spec], process.env, /listening (\d+)/);
    children.push(bare.child);
    console.log(`${SKUS} SKUs, ${machine()} (${cpus()[0]?.model}); client, servers and PostgreSQL share them\n`);
    for (const [index, question] of asked.entries()) {
      const body = JSON.stringify({ query: question.query, variables: question.variables });
      const ours = { port: service.port, path: '/graphql', body };
      const other = { port: bare.port, path: `/${index}`, body: '' };
      const [one, two] = [
        await send(new Agent(), ours.port, ours.path, body),
        await send(new Agent(), other.port, other.path, ''),
      ];
      const { data, errors } = JSON.parse(one.text);
      const mine = data?.skus?.nodes ?? [data?.sku];
      const theirs = JSON.parse(two.text).data.skus.nodes;
      const told = ({ code, title, product, owner }) => JSON.stringify([code, title, product, owner]);
      if (errors || mine.length === 0 || mine.map(told).join() !== theirs.map(told).join())
        throw new Error(`${question.name}: the two answers differ\n${difference(mine.map(told), theirs.map(told))}`);
      await measure(question, [ours, other]);
    }
  } finally {
    for (const child of children) child.kill();
  }
}

if (options.bare) await serveBare(JSON.parse((await import('node:fs')).readFileSync(options.bare, 'utf8')));
else await onDatabase(main);
