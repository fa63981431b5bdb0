import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * A store of so many variants, five a product, that answers a bulk query out of a file, and products by id: neither side
 * holds the catalogue. A process of its own: `node bench/kit/bulk-store.mjs COUNT`. POST /touch?every=N lets
 * every Nth variant be changed once more; POST /orders moves every product's and variant's `updatedAt`.
 */
const COUNT = Number(process.argv[2]);
const EACH = 5;
const COLORS = ['Clay', 'Moss', 'Ink', 'Sand', 'Rust'];
const PUBLICATION = 'gid://shopify/Publication/1';
const WRITE_CHARACTERS = 1024 * 1024;
let every = 0;
let moment = 0;

const instant = () => new Date(Date.UTC(2026, 10, 1) + moment * 1_000).toISOString();

function productLine(n) {
  return `{"id":"gid://shopify/Product/${8_000_000_000 + n}","handle":"trail-shirt-${n}","title":"Trail Shirt ${n}","status":"ACTIVE","vendor":"Fell and Harbor","productType":"Shirts","tags":["summer","trail"],"updatedAt":"${instant()}","category":null,"pub0":true}\n`;
}

function variantLine(n) {
  const price = every > 0 && n % every === 0 ? '99.00' : `${20 + (n % 80)}.00`;
  const product = 8_000_000_000 + Math.floor(n / EACH);
  return `{"id":"gid://shopify/ProductVariant/${41_000_000_000 + n}","sku":"FH-TS-${String(n).padStart(7, '0')}","barcode":null,"price":"${price}","compareAtPrice":null,"taxable":true,"inventoryPolicy":"DENY","updatedAt":"${instant()}","requiresComponents":false,"selectedOptions":[{"name":"Color","value":"${COLORS[n % EACH]}"}],"pub0":true,"inventoryItem":{"id":"gid://shopify/InventoryItem/${43_000_000_000 + n}","requiresShipping":true,"unitCost":{"amount":"${8 + (n % 30)}.50"},"harmonizedSystemCode":"610910","countryCodeOfOrigin":"PT","measurement":{"weight":{"value":${150 + (n % 400)},"unit":"GRAMS"}}},"__parentId":"gid://shopify/Product/${product}"}\n`;
}

const ROWS = COUNT + COUNT / EACH;

const file = join(mkdtempSync(join(tmpdir(), 'skuward-store-')), 'result.jsonl');
process.on('exit', () => rmSync(dirname(file), { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit(0));

/** Written before it is asked for: making the lines must not be what a reader waits for. */
function write() {
  const out = openSync(file, 'w');
  let text = '';
  for (let n = 0; n < COUNT; n += 1) {
    if (n % EACH === 0) text += productLine(n / EACH);
    text += variantLine(n);
    if (text.length < WRITE_CHARACTERS) continue;
    writeSync(out, text);
    text = '';
  }
  writeSync(out, text);
  closeSync(out);
}
write();

/** A product as a strong read shows it. */
function productNode(id) {
  const n = Number(id.slice('gid://shopify/Product/'.length)) - 8_000_000_000;
  const nodes = Array.from({ length: EACH }, (_, at) => JSON.parse(variantLine(n * EACH + at)));
  return { ...JSON.parse(productLine(n)), variants: { nodes, pageInfo: { hasNextPage: false, endCursor: null } } };
}

const server = createServer((request, response) => void answer(request, response));

async function answer(request, response) {
  const url = new URL(request.url, 'http://127.0.0.1');
  if (url.pathname === '/result') return createReadStream(file, { highWaterMark: 256 * 1024 }).pipe(response);
  let body = '';
  for await (const part of request) body += part;
  if (url.pathname === '/touch') every = Number(url.searchParams.get('every'));
  if (url.pathname === '/orders') moment += 1;
  if (url.pathname === '/touch' || url.pathname === '/orders') write();
  response.setHeader('content-type', 'application/json');
  if (!url.pathname.endsWith('/graphql.json')) return response.end('{}');
  const { query, variables = {} } = JSON.parse(body);
  const operation = {
    id: 'gid://shopify/BulkOperation/1',
    status: 'COMPLETED',
    errorCode: null,
    objectCount: String(ROWS),
    url: `http://127.0.0.1:${server.address().port}/result`,
    partialDataUrl: null,
  };
  const noMore = { hasNextPage: false, endCursor: null };
  const answers = {
    BulkRun: () => ({ bulkOperationRunQuery: { bulkOperation: operation, userErrors: [] } }),
    BulkStatus: () => ({ bulkOperation: operation }),
    ChangedSince: () => ({ products: { nodes: [], pageInfo: noMore } }),
    ProductEvents: () => ({ product: { id: variables.id, events: { nodes: [] } } }),
    ProductsById: () => ({ nodes: variables.ids.map(productNode) }),
    Publications: () => ({
      publications: { nodes: [{ id: PUBLICATION, catalog: { title: 'Online Store' } }], pageInfo: noMore },
    }),
    Whoami: () => ({ currentAppInstallation: { app: { title: 'Bench' } } }),
  };
  const data = answers[/^\s*(?:query|mutation)\s+(\w+)/.exec(query)[1]]();
  response.end(JSON.stringify({ data }));
}
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
