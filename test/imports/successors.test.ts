import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readImport } from '../../src/application/imports/read-import.js';
import type { ImportView } from '../../src/application/imports/read-import.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { runImport } from '../../src/application/imports/run-import.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';

let world: World;
beforeAll(async () => (world = await buildWorld({ worker: false })));
afterAll(() => world.close());

const FILE = `code,product.handle,state,successor
OLD,old,ACTIVE,new
GONE,gone,RETIRED,NOPE
SELF,self,DRAFT,self
NEW,new,DRAFT,
"LAST",last,DRAFT,Old
`;

async function take(dryRun: boolean): Promise<ImportView> {
  const body = (async function* () {
    yield Buffer.from(FILE);
  })();
  const wish = { format: 'sku-csv', mode: 'baseline', dryRun };
  const { id } = must(await receiveImport(world.ports, world.people.alex, wish, body));
  // One group a batch: what a row names further down is not there when it is taken.
  await runImport(world.ports, id, 1);
  const view = await readImport(world.ports, id, world.people.alex);
  if (!view) throw new Error('the import is gone');
  return view;
}

function told({ errors }: ImportView): string[] {
  return errors.map(({ line, column, code, value }) => `${line} ${column} ${code} ${value}`);
}

it('names successors that come further down, and takes back those that never come', async () => {
  const issues = ['3 successor NOT_FOUND NOPE', '4 successor INVALID_FORMAT self'];
  const tried = await take(true);
  expect([tried.state, tried.qualityIssues, told(tried)]).toEqual(['SUCCEEDED', 2, issues]);
  const meant = await take(false);
  expect([meant.state, meant.qualityIssues, told(meant)]).toEqual(['SUCCEEDED', 2, issues]);
  const skus = await Promise.all(['OLD', 'GONE', 'SELF', 'LAST'].map((code) => world.ports.catalog.skuByCode(code)));
  expect(skus.map((sku) => [sku?.successor, sku?.revision])).toEqual([
    ['new', 1],
    [null, 2],
    [null, 1],
    ['Old', 1],
  ]);
  const { items } = await world.ports.quality.issues({ first: 10, after: null }, { field: 'successor' });
  expect(items.map(({ node }) => [node.target, node.rawValue, node.code, node.resolvedAt])).toEqual(
    expect.arrayContaining([
      ['GONE', 'NOPE', 'NOT_FOUND', null],
      ['SELF', 'self', 'INVALID_FORMAT', null],
    ]),
  );
});
