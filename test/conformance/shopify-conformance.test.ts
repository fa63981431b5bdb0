import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BELIEFS } from './beliefs.js';
import { BULK_FACTS } from './bulk-facts.js';
import { CONTRACT_FACTS } from './contract-facts.js';
import { UNTRIED } from './fact.js';
import type { Shop } from './shop.js';
import { targets } from './shop.js';
import { WRITE_FACTS } from './write-facts.js';

const REAL_PATIENCE_MS = 300_000;

/**
 * The same facts on the stand-in and, where the environment names one, on a development store (shop.ts says how): what
 * holds for one has to hold for the other, or the stand-in lies. Run it by `npm run test:shopify-conformance`.
 */
describe.each(targets())('$name', ({ isReal, name, ...target }) => {
  let shop: Shop;
  const told: string[] = [];
  beforeAll(async () => {
    shop = await target.open();
  }, REAL_PATIENCE_MS);
  afterAll(async () => {
    await shop.end();
    if (isReal) process.stdout.write(`\nBelieved of Shopify, and seen on ${name}:\n${told.join('\n')}\n`);
    else process.stdout.write(`\nBelieved only, and to be tried on a development store:\n${toBeTried()}\n`);
  }, REAL_PATIENCE_MS);

  it.each([...CONTRACT_FACTS, ...WRITE_FACTS, ...BULK_FACTS])(
    '[$mark] $says',
    async (fact) => {
      await fact.holds(shop);
    },
    REAL_PATIENCE_MS,
  );

  it.each(BELIEFS)(
    '[B] $says',
    async ({ says, believed, ...belief }) => {
      const seen = await belief.see(shop);
      const isSo = JSON.stringify(seen) === JSON.stringify(believed);
      told.push(`  ${isSo ? 'so  ' : 'NOT '} ${says}${isSo ? '' : `: saw ${JSON.stringify(seen)}`}`);
      // The stand-in has to do what is believed; of Shopify, either is news and neither a failure.
      if (!isReal) expect(seen).toEqual(believed);
    },
    REAL_PATIENCE_MS,
  );
});

function toBeTried(): string {
  return [...BELIEFS.map(({ says }) => says), ...UNTRIED].map((one) => `  [B] ${one}`).join('\n');
}
