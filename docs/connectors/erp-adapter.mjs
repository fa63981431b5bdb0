// An adapter of the generic ERP contract: ERP_TOKEN=… node docs/connectors/erp-adapter.mjs items.json
// Put calls of your ERP in the place of `state`, `save` and `onHand`; everything else is the contract.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file = 'items.json', { ERP_TOKEN: token = '', PORT = '8090' }] = [process.argv[2], process.env];
if (token.length < 16) throw new Error('ERP_TOKEN must have 16 characters or more');
const state = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { lastId: 0, items: {}, answers: {} };
const onHand = () => '0';
function save(item, key, answer) {
  state.items[item.code] = item; // with the answer in one commit, or a repeated request would be executed twice
  state.answers[key] = answer;
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}
const hash = (value) => createHash('sha256').update(JSON.stringify(value)).digest('base64url');
const problem = (status, detail, errors) => ({ status, type: 'application/problem+json', body: { detail, errors } });
const found = (item, status = 200) => ({ status, etag: `"${hash(item)}"`, body: item });
function page(list, query, row) {
  const [after, limit] = [Number(query.get('after') ?? 0), Number(query.get('limit') ?? 200)];
  const since = Date.parse(query.get('updatedSince') ?? '1970-01-01');
  if (![after, limit, since].every(Number.isFinite) || limit < 1) return problem(400, 'a parameter is not as agreed');
  const rest = Object.values(state.items).filter((one) => Number(one.id) > after && Date.parse(one.updatedAt) >= since);
  rest.sort((one, other) => one.id - other.id);
  const next = rest.length > limit ? rest[limit - 1].id : null;
  return { status: 200, body: { [list]: rest.slice(0, limit).map(row), next } };
}
function put(code, headers, body) {
  const [key, item, given] = [headers['idempotency-key'] ?? '', state.items[code], JSON.parse(body)];
  const [seen, of] = [state.answers[key], hash([code, given])];
  if (seen) return seen.of === of ? seen.answer : problem(422, 'this Idempotency-Key was used for another body');
  const asRead = headers['if-none-match'] === '*' ? !item : item && headers['if-match'] === found(item).etag;
  if (!asRead) return problem(412, 'the item is not as you read it');
  const blank = { id: String(state.lastId + 1), name: '', active: true, salable: false, purchasable: false };
  const by = { code, components: given.components ?? item?.components ?? [], updatedBy: 'skuward' };
  const made = { ...blank, ...item, ...given, ...by, updatedAt: new Date().toISOString() };
  if (!made.name) return problem(422, 'refused', [{ pointer: '/name', detail: 'is required' }]);
  state.lastId += item ? 0 : 1;
  save(made, key, { of, answer: found(made, item ? 200 : 201) });
  return state.answers[key].answer;
}
function route({ method, url, headers }, body) {
  if (hash(headers.authorization ?? '') !== hash(`Bearer ${token}`)) return problem(401, 'unknown token');
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (pathname === '/items') return page('items', searchParams, (item) => item);
  if (pathname === '/stock') return page('stock', searchParams, ({ code }) => ({ code, onHand: onHand(code) }));
  const code = decodeURIComponent(pathname.slice('/items/'.length));
  if (method === 'PUT') return put(code, headers, body);
  return state.items[code] ? found(state.items[code]) : problem(404, 'no such item');
}
createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString('utf8');
  const answer = await Promise.try(route, request, body).catch((error) => problem(400, error.message));
  response.setHeader('Content-Type', answer.type ?? 'application/json');
  if (answer.etag) response.setHeader('ETag', answer.etag);
  response.writeHead(answer.status).end(JSON.stringify(answer.body));
}).listen(Number(PORT), '127.0.0.1', function listening() {
  console.log(`listening on http://127.0.0.1:${this.address().port}`);
});
