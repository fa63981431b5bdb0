/**
 * Starts the Shopify stand-in alone, for benches and for playing; `nest build` first. Everything it can do is in
 * docs/sandbox.md. It says where it is as one line of JSON, and ends at SIGTERM or SIGINT.
 *
 *   node scripts/shopify-stand-in.mjs [--port N] [--data DIRECTORY] [--formula PRODUCTSxVARIANTS]
 *
 * --port      a port of 127.0.0.1; any free one without it
 * --data      keeps the shop there; in memory without it
 * --formula   a catalogue that is worked out and not kept: 100000x10 is a shop of a million variants
 */
import { parseArgs } from 'node:util';
import { ShopifyStandIn } from '../dist/sandbox/shopify/shopify-stand-in.js';

const { values } = parseArgs({
  options: { port: { type: 'string' }, data: { type: 'string' }, formula: { type: 'string' } },
});
const accessToken = 'shpat_sandbox_00000000000000000000';
const clientSecret = 'sandbox-client-secret';
const standIn = new ShopifyStandIn({
  dataDir: values.data ?? null,
  port: Number(values.port ?? 0),
  accessToken,
  clientSecret,
});
const url = await standIn.listen();
if (values.formula !== undefined) {
  const [products, variants] = values.formula.split('x').map(Number);
  const body = JSON.stringify({ products, variants });
  const response = await fetch(`${url}/control/formula`, { method: 'POST', body });
  if (!response.ok) {
    console.error(await response.text());
    process.exit(1);
  }
}
console.log(
  JSON.stringify({
    url,
    shopDomain: 'fernhill-supply.myshopify.com',
    clientId: 'sandbox-client-id',
    accessToken,
    clientSecret,
  }),
);
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    void standIn.close().then(() => process.exit(0));
  });
}
