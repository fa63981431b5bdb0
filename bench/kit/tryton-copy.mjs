import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { timed } from './figures.mjs';

/** What scripts/tryton-up left behind. */
export const tryton = JSON.parse(readFileSync(new URL('../../.erp/tryton.json', import.meta.url), 'utf8'));

/** A database of this run's own. */
export const DATABASE = `bench_${process.pid}`;

/** What it is a copy of, while that is being filled. */
const FILLING = `filling_${process.pid}`;

/** Products in one call that fills it. */
const FILL = 200;
const context = { company: 1, language: 'en' };

/** A command of PostgreSQL's own at Tryton's database server; answers what it prints. */
export function pg(command, ...args) {
  const where = ['-h', '127.0.0.1', '-p', String(tryton.pgport), '-U', 'tryton'];
  return execFileSync(`${tryton.pgbin}/${command}`, [...where, ...args], { encoding: 'utf8' });
}

let session = null;
async function rpc(method, params, headers = session) {
  const answer = await fetch(`${tryton.url}/${FILLING}/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ id: 1, method, params }),
  });
  const { result, error } = JSON.parse(await answer.text());
  if (error) throw new Error(`${method}: ${JSON.stringify(error).slice(0, 400)}`);
  return result;
}

/** An exact decimal as Tryton's JSON has it. */
export const money = (decimal) => ({ __class__: 'Decimal', decimal });

async function fill(products) {
  const [id, token] = await rpc('common.db.login', ['mara', { password: tryton.password }, 'en'], {});
  session = { Authorization: `Session ${Buffer.from(`mara:${id}:${token}`).toString('base64')}` };
  const units = { sale_uom: 1, purchase_uom: 1, default_uom: 1 };
  const plain = { type: 'goods', cost_price_method: 'fixed', salable: true, purchasable: true, ...units };
  const [gram] = await rpc('model.product.uom.search', [[['symbol', '=', 'g']], 0, 1, null, context]);
  for (let from = 0; from < products; from += FILL) {
    const templates = Array.from({ length: Math.min(FILL, products - from) }, (_, at) => ({
      ...plain,
      name: `Item ${from + at + 1}`,
      list_price: money('10.00'),
      weight: 100,
      weight_uom: gram,
      products: [['create', [{ suffix_code: `C-${from + at + 1}`, cost_price: money('4.00') }]]],
    }));
    await rpc('model.product.template.create', [templates, context]);
  }
  await rpc('common.db.logout', []);
}

/**
 * Makes DATABASE, with so many products in it; once filled, a copy of it is kept for the next run.
 * @returns the ids and codes of its variants.
 */
export async function furnish(products) {
  const kept = `filled_${products}`;
  const sql = (database, text) => pg('psql', '-qAtd', database, '-c', text).trim();
  if (sql('postgres', `select 1 from pg_database where datname = '${kept}'`) !== '1') {
    pg('createdb', '-T', 'erp_golden', FILLING);
    console.log(
      `  filled with ${products} products in ${((await timed(() => fill(products))).ms / 1000).toFixed(0)} s`,
    );
    // Tryton keeps connections to what it has once served, and would find them broken in a database of that name.
    sql('postgres', `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${FILLING}'`);
    sql('postgres', `alter database ${FILLING} rename to ${kept}`);
  }
  pg('createdb', '-T', kept, DATABASE);
  sql(DATABASE, 'vacuum analyze');
  return JSON.parse(sql(DATABASE, "select json_agg(json_build_object('id', id, 'code', code)) from product_product"));
}

/** The timestamps that writes to DATABASE are locked by, as Tryton works them out, by `model,id`. */
export function stampsNow() {
  const stamp = 'extract(epoch from coalesce(write_date, create_date))::varchar';
  const of = (table) => `select '${table.replace('_', '.')},' || id as record, ${stamp} as stamp from ${table}`;
  const rows = `${of('product_template')} union all ${of('product_product')}`;
  const found = pg('psql', '-qAtd', DATABASE, '-c', `select json_object_agg(record, stamp) from (${rows}) r`);
  return new Map(Object.entries(JSON.parse(found)));
}

/** Removes DATABASE, and what was not filled to its end, whoever is still connected to them. */
export function clear() {
  for (const each of [FILLING, DATABASE]) pg('dropdb', '--force', '--if-exists', each);
}
