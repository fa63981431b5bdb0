import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { exportSkus } from '../../src/application/catalog/export-skus.js';
import type { ImportView } from '../../src/application/imports/read-import.js';
import { readImport } from '../../src/application/imports/read-import.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { runImport } from '../../src/application/imports/run-import.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';
import { ATTRIBUTES, catalogs } from './arbitrary-catalog.js';
import { runs } from '../support/runs.js';
import { emptyMaster, fill } from './empty-master.js';

const ALL = { states: null, vendor: null, productType: null, search: null, columns: null };

let world: World;
let owner: Client;
beforeAll(async () => {
  world = await buildWorld({ worker: false });
  owner = new Client(world.ownerUrl);
  await owner.connect();
  const reason = 'the house of this test';
  must(await setSetting(world.ports, HOST, { key: 'attributes', value: ATTRIBUTES, reason }));
});
afterAll(async () => {
  await owner.end();
  await world.close();
});

async function exported(): Promise<string> {
  let text = '';
  for await (const piece of must(await exportSkus(world.ports, ALL))) text += piece;
  return text;
}

async function imported(text: string): Promise<ImportView> {
  const body = (async function* () {
    yield Buffer.from(text);
  })();
  const { id } = must(await receiveImport(world.ports, HOST, { format: 'sku-csv', mode: 'baseline' }, body));
  await runImport(world.ports, id);
  const view = await readImport(world.ports, id, HOST);
  if (!view) throw new Error('the import is gone');
  return view;
}

describe('an export of the catalogue', () => {
  it('is the same catalogue again when it is imported into an empty master, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(catalogs, async (changes) => {
        await emptyMaster(owner);
        await fill(world, changes);
        const before = await exported();
        await emptyMaster(owner);
        const view = await imported(before);
        expect(view).toMatchObject({ state: 'SUCCEEDED', rejected: 0 });
        // A price may be finer than a store shows, and two codes may look alike ("0", "o"): taken as they are, and told.
        const told = ['PRICE_SCALE', 'LOOKS_LIKE'];
        expect(view.errors.filter(({ code, rejected }) => !told.includes(code) || rejected)).toEqual([]);
        expect(await exported()).toBe(before);
      }),
      { numRuns: runs(6), endOnFailure: true },
    );
  });
});
