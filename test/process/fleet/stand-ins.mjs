// Both stand-ins as a process of their own, which outlives whatever is killed around it: what they hold, and the journal
// in which every commit stands with its values, is what the judge goes by.
import { startSandbox } from '../../../dist/sandbox/start-sandbox.js';

const [dataDir, shopifyPort, erpPort] = process.argv.slice(2);
const sandbox = await startSandbox({
  dataDir: dataDir ?? null,
  shopifyPort: Number(shopifyPort),
  erpPort: Number(erpPort),
});
const { shopify, erp } = sandbox;
process.stdout.write(`${JSON.stringify({ shopify, erp })}\n`);
process.on('SIGTERM', () => void sandbox.close().then(() => process.exit(0)));
