import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { exportBundles } from '../../src/application/catalog/export-bundles.js';
import { exportSkus } from '../../src/application/catalog/export-skus.js';
import type { World } from '../support/world.js';
import { runs } from '../support/runs.js';
import { buildWorld, must } from '../support/world.js';
import { bundleCatalogs } from './arbitrary-bundles.js';
import { imported } from './bundle-import-kit.js';
import { emptyMaster, fill } from './empty-master.js';

const ALL = { states: null, vendor: null, productType: null, search: null };

let world: World;
let owner: Client;
beforeAll(async () => {
  world = await buildWorld({ worker: false });
  owner = new Client(world.ownerUrl);
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await world.close();
});

async function textOf(pieces: AsyncGenerator<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

async function bundles(): Promise<string> {
  return textOf(must(exportBundles(world.ports, ALL)));
}

describe('an export of bundles', () => {
  it('says nothing new to the master, and is the same compositions again in an empty one, byte for byte', async () => {
    let compositions = 0;
    await fc.assert(
      fc.asyncProperty(bundleCatalogs, async (catalog) => {
        await emptyMaster(owner);
        await fill(world, [...catalog.parts, ...catalog.bundles]);
        const before = await bundles();
        compositions += before.split('\r\n').length - 2;
        const skus = await textOf(must(await exportSkus(world.ports, { ...ALL, columns: null })));

        const same = { mode: 'propose', caller: world.people.mia };
        const proposed = await imported(world, before, 'bundle-csv', same);
        expect(proposed).toMatchObject({ state: 'SUCCEEDED', changeRequest: null, proposed: {}, errors: [] });

        await emptyMaster(owner);
        await fill(world, catalog.parts);
        const created = await imported(world, before);
        expect(created).toMatchObject({ state: 'SUCCEEDED', skusCreated: catalog.bundles.length / 2, rejected: 0 });
        expect(await bundles()).toBe(before);

        await emptyMaster(owner);
        expect(await imported(world, skus, 'sku-csv')).toMatchObject({ state: 'SUCCEEDED', rejected: 0 });
        expect(await imported(world, before)).toMatchObject({ state: 'SUCCEEDED', skusCreated: 0, errors: [] });
        expect(await bundles()).toBe(before);
      }),
      { numRuns: runs(6), endOnFailure: true },
    );
    expect(compositions).toBeGreaterThan(20);
  });
});
