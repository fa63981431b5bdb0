/**
 * In a process of its own: the Shopify stand-in, and before it a proxy that answers as late as a real shop and keeps count of
 * what it saw. Sends its addresses to whoever forked it, and its figures whenever it is asked for them.
 */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox } from '../../dist/sandbox/start-sandbox.js';

const LATENCY_MS = Number(process.argv[2] ?? 0);
const { shopify } = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });

/** What a process does once when it starts, whatever is owed. */
const AT_START = /^\s*mutation (DefineCustomId|Subscribe|Resubscribe|BulkRun)\b/;

const none = () => ({
  calls: 0,
  mutations: 0,
  throttled: 0,
  points: 0,
  left: 0,
  leastLeft: Infinity,
  lastMutationAt: 0,
});
let figures = none();

function count(asked, answered) {
  figures.calls += 1;
  const { query } = JSON.parse(asked);
  const isMutation = /^\s*mutation\b/.test(query) && !AT_START.test(query);
  const { cost } = JSON.parse(answered).extensions ?? {};
  const isThrottled = answered.includes('"THROTTLED"');
  if (isThrottled) figures.throttled += 1;
  else if (isMutation) {
    figures.mutations += 1;
    figures.lastMutationAt = Date.now();
  }
  figures.points += cost?.actualQueryCost ?? 0;
  figures.left = cost?.throttleStatus?.currentlyAvailable ?? figures.left;
  figures.leastLeft = Math.min(figures.leastLeft, figures.left);
}

const proxy = createServer((request, response) => void answer(request, response));

async function answer(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  await sleep(LATENCY_MS);
  const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
  try {
    const passed = await fetch(`${shopify.url}${request.url}`, { method: request.method, headers, body });
    const text = await passed.text();
    if (passed.status === 200 && request.url.endsWith('/graphql.json')) count(body.toString(), text);
    response.writeHead(passed.status, {
      'content-type': passed.headers.get('content-type') ?? 'application/json',
      'x-shopify-api-version': passed.headers.get('x-shopify-api-version') ?? '',
    });
    response.end(text);
  } catch {
    // A fault that the stand-in was told to strike with: its caller sees the same.
    request.socket.destroy();
  }
}
proxy.listen(0, '127.0.0.1', () => {
  process.send({ ...shopify, direct: shopify.url, url: `http://127.0.0.1:${proxy.address().port}` });
});
process.on('message', (asked) => {
  if (asked === 'stop') process.exit();
  process.send({ ...figures, at: Date.now(), rss: process.memoryUsage().rss });
  if (asked === 'reset') figures = none();
});
