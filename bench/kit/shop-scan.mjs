import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildConnectors } from '../../dist/connectors/connector-registry.js';
import { compareRecord } from '../../dist/domain/drift/compare.js';
import { normaliseAll } from '../../dist/domain/drift/normalise.js';
import { DEFAULT_RULES } from '../../dist/domain/drift/source-of-truth.js';

const RUNS = 3;
const A_PRODUCT = 10;

/** What the master wants of a variant of the stand-in's catalogue by formula (docs/sandbox.md), by its SKU. */
function wanted(sku) {
  const [number, at] = [Number(sku.slice(1, 8)) - 1, Number(sku.slice(9)) - 1];
  const cents = String(100 + ((number * 37 + at * 101) % 90_000)).padStart(3, '0');
  return { price: `${cents.slice(0, -2)}.${cents.slice(-2)}`, choice: String(at + 1) };
}

function canonical(sku) {
  const { price, choice } = wanted(sku);
  return {
    price,
    compareAtPrice: null,
    cost: null,
    gtin: null,
    weight: '250',
    hsCode: null,
    countryOfOrigin: null,
    requiresShipping: true,
    taxable: true,
    optionValues: [{ name: 'Number', value: choice }],
    lifecycle: { published: true, inventoryPolicy: 'DENY' },
    'bundle.components': [],
  };
}

/** The connector's scan, and every field judged as a scan judges it. */
async function ours(system) {
  const connector = buildConnectors([system], () => {}).of(system.code, 'SCAN');
  let variants = 0;
  let astray = 0;
  let since = 0;
  for await (const batch of connector.scan()) {
    // The bulk operation itself is the stand-in's; the download has begun with the first batch.
    since ||= performance.now();
    for (const { entity, code, fields, unreadable } of batch) {
      if (entity !== 'SKU') continue;
      variants += 1;
      const want = canonical(code);
      const input = {
        canonical: want,
        base: want,
        observed: normaliseAll(fields),
        unreadable,
        expected: [],
        rules: DEFAULT_RULES,
      };
      for (const { result } of compareRecord(input)) if (result.verdict !== 'IN_SYNC') astray += 1;
    }
  }
  return { ms: performance.now() - since, variants, astray };
}

/** As little as it takes: lines, JSON.parse, and the same fields compared as Shopify writes them. */
async function tight(url) {
  const since = performance.now();
  let variants = 0;
  let astray = 0;
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of (await fetch(url)).body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const row = JSON.parse(line);
      if (row.__parentId === undefined || row.inventoryItem === undefined) continue;
      variants += 1;
      const { price, choice } = wanted(row.sku);
      const item = row.inventoryItem;
      const [option] = row.selectedOptions;
      if (row.price !== price) astray += 1;
      if (row.compareAtPrice !== null) astray += 1;
      if (item.unitCost !== null) astray += 1;
      if (row.barcode !== null) astray += 1;
      if (item.measurement.weight.value !== 250 || item.measurement.weight.unit !== 'GRAMS') astray += 1;
      if (item.harmonizedSystemCode !== null) astray += 1;
      if (item.countryCodeOfOrigin !== null) astray += 1;
      if (item.requiresShipping !== true) astray += 1;
      if (row.taxable !== true) astray += 1;
      if (row.selectedOptions.length !== 1 || option.name !== 'Number' || option.value !== choice) astray += 1;
      if (row.pub0 !== true || row.inventoryPolicy !== 'DENY') astray += 1;
      if (row.requiresComponents !== false) astray += 1;
    }
  }
  return { ms: performance.now() - since, variants, astray };
}

/** Finds the file of the last bulk query, as whoever polls is told of it. */
async function lastFile({ url, accessToken }) {
  const query = 'query { bulkOperations(first: 1, sortKey: CREATED_AT, reverse: true) { nodes { url } } }';
  const answer = await fetch(`${url}/admin/api/2026-10/graphql.json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': accessToken },
    body: JSON.stringify({ query }),
  });
  return (await answer.json()).data.bulkOperations.nodes[0].url;
}

/** In a process of its own, so that its memory is that of the scan alone. */
async function beReader() {
  const { kind, system, shop } = JSON.parse(process.argv[3]);
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
  const found = kind === 'ours' ? await ours(system) : await tight(await lastFile(shop));
  clearInterval(watch);
  process.send({ ...found, rss: Math.max(most, process.memoryUsage.rss()) });
}

async function read(kind, system, shop) {
  const child = fork(fileURLToPath(import.meta.url), ['--reader', JSON.stringify({ kind, system, shop })]);
  const [found] = await once(child, 'message');
  child.disconnect();
  return found;
}

/** Scans a store of so many variants, in turn with the tight loop; one line of figures. */
export async function scanFigures(watchedShop, systemOf, variants) {
  const shop = await watchedShop(0);
  await shop.control('formula', { products: variants / A_PRODUCT, variants: A_PRODUCT });
  const system = { ...systemOf(shop), baseUrl: shop.direct };
  const rounds = [];
  for (let run = 0; run < RUNS; run += 1)
    rounds.push({
      ours: await read('ours', system, shop),
      tight: await read('tight', system, { ...shop, url: shop.direct }),
    });
  shop.stop();
  const best = (of) => rounds.map((round) => round[of]).toSorted((a, b) => a.ms - b.ms)[0];
  const [mine, bare] = [best('ours'), best('tight')];
  for (const { variants: seen, astray } of rounds.flatMap((round) => [round.ours, round.tight]))
    if (seen !== variants || astray !== 0) throw new Error(`${seen} variants were seen, and ${astray} fields astray`);
  const rate = ({ ms }) => Math.round((variants / ms) * 1000).toLocaleString('en');
  const share = ((bare.ms / mine.ms) * 100).toFixed(0);
  return `${variants.toLocaleString('en')} variants read and compared: ${rate(mine)} a second, ${share}% of a tight loop (${rate(bare)}); ${(mine.rss / 1e6).toFixed(0)} MB resident (tight loop: ${(bare.rss / 1e6).toFixed(0)} MB)`;
}

if (process.argv[2] === '--reader') await beReader();
