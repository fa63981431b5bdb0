// An adapter of the generic ERP contract: ERP_TOKEN=… node docs/connectors/erp-adapter.mjs items.json
// Put calls of your ERP in the place of `state`, `save` and `onHand`; everything else is the contract.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file = 'items.json', { ERP_TOKEN: token = '', PORT = '8090' }] = [process.argv[2], process.env];
if (token.length < 16) throw new Error('ERP_TOKEN must have 16 characters or more');
const state = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { lastId: 0, items: {}, answers: {} };
const onHand = () => '0';
function save(item, key, seen) {
  state.items[item.code] = item; // with the answer in one commit, or a repeated request would be executed twice
  state.answers[key] = seen;
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
  return seen.answer;
}
const hash = (value) => createHash('sha256').update(JSON.stringify(value)).digest('base64url');
const problem = (status, detail, errors) => ({ status, type: 'application/problem+json', body: { detail, errors } });
const found = (item, status = 200) => ({ status, etag: `"${hash(item)}"`, body: item });
function page(list, query, row) {
  const [after, limit] = [Number(query.get('after') ?? 0), Number(query.get('limit') ?? 200)];
  const since = Date.parse(query.get('updatedSince') ?? '1970-01-01');
  if (![after, limit, since].every(Number.isFinite) || limit < 1) return problem(400, 'a parameter is not as agreed');
  const items = Object.values(state.items).filter(({ id, updatedAt }) => id > after && Date.parse(updatedAt) >= since);
  const some = items.toSorted((one, other) => one.id - other.id).slice(0, limit);
  return { status: 200, body: { [list]: some.map(row), next: some.length < items.length ? some.at(-1).id : null } };
}
function put(code, headers, given) {
  const [key, item, of] = [headers['idempotency-key'] ?? '', state.items[code], hash([code, given])];
  if (state.answers[key]?.of === of) return state.answers[key].answer;
  if (state.answers[key]) return problem(422, 'this Idempotency-Key was used for another body');
  const asRead = headers['if-none-match'] === '*' ? !item : item && headers['if-match'] === found(item).etag;
  if (!asRead) return problem(412, 'the item is not as you read it');
  const made = { active: true, salable: false, purchasable: false, components: [], ...item, ...given };
  if (!made.name) return problem(422, 'refused', [{ pointer: '/name', detail: 'is required' }]);
  const id = item?.id ?? String((state.lastId += 1));
  Object.assign(made, { id, code, updatedBy: 'skuward', updatedAt: new Date().toISOString() });
  return save(made, key, { of, answer: found(made, item ? 200 : 201) });
}
function route({ method, url, headers }, body) {
  if (hash(headers.authorization ?? '') !== hash(`Bearer ${token}`)) return problem(401, 'unknown token');
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (pathname === '/items') return page('items', searchParams, (item) => item);
  if (pathname === '/stock') return page('stock', searchParams, ({ code }) => ({ code, onHand: onHand(code) }));
  const code = decodeURIComponent(pathname.slice('/items/'.length));
  if (method === 'PUT') return put(code, headers, JSON.parse(body));
  return state.items[code] ? found(state.items[code]) : problem(404, 'no such item');
}
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString('utf8');
  const answer = await Promise.try(route, request, body).catch((error) => problem(400, error.message));
  const { status, etag, type = 'application/json' } = answer;
  if (etag) response.setHeader('ETag', etag);
  response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(answer.body));
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
