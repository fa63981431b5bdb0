import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startScan } from '../../src/application/drift/start-scan.js';
import { readMatch } from '../../src/application/onboarding/read-match.js';
import type { MatchQuery } from '../../src/application/ports/onboarding-store.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, control, must, scansDone } from '../support/world.js';

const CSV = readFileSync(new URL('../../src/sandbox/sample/catalog.csv', import.meta.url), 'utf8');
const FIRST = { first: 250, after: null };

describe('the onboarding match', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
  });
  afterAll(() => world.close());

  it('works', async () => {
    for (const system of ['shopify', 'erp']) must(await startScan(world.ports, world.people.oli, system, 'FULL'));
    await scansDone(world);
    const t = performance.now();
    const { head, page } = await readMatch(world.ports, FIRST, {});
    console.log(
      performance.now() - t,
      JSON.stringify(head, null, 1),
      JSON.stringify(page.items.slice(0, 2), null, 1),
      page.totalCount,
    );
    console.log(JSON.stringify(page.items.at(-1)), world.logged);
  });
});
