#!/usr/bin/env node
/**
 * Furnishes a fresh Tryton database as a small brand would: a currency, a company, and three people: `skuward`, who is us,
 * with the rights that docs/connectors/tryton.md names and no other, `mara`, who works in the ERP, and `reader`, who may do
 * what everybody may.
 * Usage: tryton-people.mjs URL DATABASE ADMIN PASSWORD. The password becomes theirs, too.
 */
const [url, database, admin, password] = process.argv.slice(2);
const context = { language: 'en' };
let session = null;
let id = 0;

async function call(method, ...params) {
  id += 1;
  const headers = { 'Content-Type': 'application/json', ...(session && { Authorization: `Session ${session}` }) };
  const body = JSON.stringify({ id, method, params });
  const answer = await fetch(`${url}/${database}/`, { method: 'POST', headers, body });
  const text = await answer.text();
  const { result, error } = answer.ok ? JSON.parse(text) : { error: `HTTP ${answer.status}` };
  if (error) throw new Error(`${method}: ${JSON.stringify(error).slice(0, 500)}`);
  return result;
}

const create = async (model, values) => (await call(`model.${model}.create`, [values], context))[0];
const idsOf = (model, domain) => call(`model.${model}.search`, domain, 0, null, null, context);
const one = async (model, domain) => {
  const ids = await idsOf(model, domain);
  if (ids.length !== 1) throw new Error(`${model} ${JSON.stringify(domain)}: ${ids.length} found`);
  return ids[0];
};

const [userId, token] = await call('common.db.login', admin, { password }, 'en');
session = Buffer.from(`${admin}:${userId}:${token}`).toString('base64');

const currency = await create('currency.currency', { name: 'US Dollar', symbol: '$', code: 'USD' });
const party = await create('party.party', { name: 'Luma' });
const company = await create('company.company', { party, currency });
for (const [code, name] of [
  ['PT', 'Portugal'],
  ['IT', 'Italy'],
  ['US', 'United States'],
  ['CN', 'China'],
])
  await create('country.country', { code, name });

await call('model.res.user.write', [userId], { companies: [['add', [company]]], company }, context);
const [product, customs, stock] = await Promise.all(
  [
    ['product', 'group_product_admin'],
    ['customs', 'group_customs_admin'],
    ['stock', 'group_stock'],
  ].map(async ([module, fs_id]) => {
    const data = await call(
      'model.ir.model.data.search_read',
      [
        ['module', '=', module],
        ['fs_id', '=', fs_id],
      ],
      0,
      1,
      null,
      ['db_id'],
      context,
    );
    if (!data[0]) throw new Error(`no group ${module}.${fs_id}`);
    return data[0].db_id;
  }),
);
for (const [login, name, groups] of [
  ['skuward', 'Skuward', [product, customs, stock]],
  ['mara', 'Mara Stone', [product, customs, stock]],
  ['reader', 'Rita Reader', []],
])
  await create('res.user', {
    login,
    name,
    password,
    companies: [['add', [company]]],
    company,
    groups: [['add', groups]],
  });
await one('res.user', [['login', '=', 'skuward']]);
await call('common.db.logout');
