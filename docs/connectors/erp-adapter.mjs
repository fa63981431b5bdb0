// An adapter of the generic ERP contract: put calls of your ERP in the place of `state`, `save` and `rows`.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
const [file = 'items.json', { ERP_TOKEN: token = '', PORT = '8090' }] = [process.argv[2], process.env];
if (token.length < 16) throw new Error('ERP_TOKEN must have 16 characters or more');
const state = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { lastId: 0, items: {}, answers: {} };
for (const kept of [state.items, state.answers]) Object.setPrototypeOf(kept, null); // a code may be "constructor"
const rows = { items: (item) => item, stock: ({ code }) => ({ code, onHand: '0' }) };
function save(item, key, seen) {
  [state.items[item.code], state.answers[key]] = [item, seen]; // in one commit, or a repeated request is executed twice
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
  return seen.answer;
}
const hash = (value) => createHash('sha256').update(JSON.stringify(value)).digest('base64url');
const problem = (status, detail, errors) => ({ status, type: 'problem+json', body: { detail, errors } });
const found = (item, status = 200) => ({ status, headers: { ETag: `"${hash(item)}"` }, body: item });
function page(list, { after = 0, limit = 200, updatedSince = '1970-01-01' }) {
  const since = Date.parse(updatedSince);
  if (!(after >= 0 && limit >= 1 && limit <= 1000 && since >= 0)) return problem(400, 'a parameter is not as agreed');
  const items = Object.values(state.items).filter(({ id, updatedAt }) => id > +after && Date.parse(updatedAt) >= since);
  const some = items.toSorted((one, other) => one.id - other.id).slice(0, limit);
  const next = some.length < items.length ? some.at(-1).id : null;
  return { status: 200, body: { [list]: some.map(rows[list]), next } };
}
function put(code, { 'idempotency-key': key, 'if-match': etag, 'if-none-match': none }, given) {
  const [item, seen, of] = [state.items[code], state.answers[key], hash([code, given])];
  if (seen) return seen.of === of ? seen.answer : problem(422, 'this Idempotency-Key was used for another body');
  const asRead = none === '*' ? !item : item && etag === found(item).headers.ETag;
  if (!key || !asRead) return problem(key ? 412 : 400, key ? 'the item is not as you read it' : 'no Idempotency-Key');
  const own = { id: item?.id ?? `${++state.lastId}`, code, updatedBy: 'skuward', updatedAt: new Date().toISOString() };
  const made = { active: true, salable: false, purchasable: false, ...item, ...given, ...own };
  made.components ??= [];
  if (!made.name) return problem(422, 'refused', [{ pointer: '/name', detail: 'is required' }]);
  return save(made, key, { of, answer: found(made, item ? 200 : 201) });
}
async function route(request) {
  if (hash(request.headers.authorization ?? '') !== hash(`Bearer ${token}`)) return problem(401, 'unknown token');
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const [, list, code] = pathname.split('/').map(decodeURIComponent);
  if (code === undefined && Object.hasOwn(rows, list)) return page(list, Object.fromEntries(searchParams));
  if (request.method === 'PUT' && list === 'items') return put(code, request.headers, await json(request));
  return state.items[code] ? found(state.items[code]) : problem(404, 'no such item');
}
const server = createServer(async (request, response) => {
  const { status, type = 'json', headers, body } = await route(request).catch(({ message }) => problem(400, message));
  response.writeHead(status, { 'Content-Type': `application/${type}`, ...headers }).end(JSON.stringify(body));
}).listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
