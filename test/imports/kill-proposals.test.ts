import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImportView } from '../../src/application/imports/read-import.js';
import { readImport } from '../../src/application/imports/read-import.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { resumeImports } from '../../src/application/imports/resume-imports.js';
import { runImport } from '../../src/application/imports/run-import.js';
import type { Ports } from '../../src/application/ports/ports.js';
import type { Stores } from '../../src/application/ports/unit-of-work.js';
import type { ChangeRequestView } from '../../src/application/ports/change-reader.js';
import { dies, dyingAt } from '../support/dying-ports.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must, until } from '../support/world.js';

const CATALOG = 'code,product.handle,product.title,price\nCUP,cup,Cup,1\nJUG,jug,Jug,1\nMUG,mug,Mug,1\n';
/** Differs in two prices, creates one SKU, and has one row with a fault of its own and one that only the whole shows. */
const PROPOSAL = [
  'code,product.handle,product.title,price,state',
  'CUP,cup,Cup,2,DRAFT',
  'JUG,jug,Jug,1e3,DRAFT',
  'MUG,mug,Mug,2,ACTIVE',
  'BOWL,bowl,Bowl,3,',
  'CUP,cup,Cup,4,DRAFT',
  '',
].join('\n');

let world: World;
beforeAll(async () => {
  world = await buildWorld({ worker: false });
  await runImport(world.ports, await uploaded(CATALOG, { mode: 'baseline' }));
});
afterAll(async () => {
  await world.close();
});

async function uploaded(text: string, how: { mode: string; title?: string; dryRun?: boolean }): Promise<string> {
  const body = (async function* () {
    yield Buffer.from(text);
  })();
  const caller = how.mode === 'propose' ? world.people.mia : HOST;
  return must(await receiveImport(world.ports, caller, { format: 'sku-csv', ...how }, body)).id;
}

async function viewOf(id: string): Promise<ImportView> {
  const view = await readImport(world.ports, id, HOST);
  if (!view) throw new Error(`there is no import ${id}`);
  return view;
}

async function requestsOf(title: string): Promise<ChangeRequestView[]> {
  const all = { states: null, awaitingParty: null, target: null };
  const { items } = await world.ports.changes.requests({ first: 250, after: null }, all);
  return items.map(({ node }) => node).filter((request) => request.title === title);
}

/** What of an import is the same whenever the same file is proposed. */
function told(view: ImportView): unknown {
  const { state, error, rowsRead, rejected, errorCount, errors, proposed } = view;
  return { state, error, rowsRead, rejected, errorCount, errors, proposed };
}

describe('a proposal that takes long', () => {
  it('tells how far its changes are while they are checked and planned, and nothing of it afterwards', async () => {
    const id = await uploaded(PROPOSAL, { mode: 'propose', title: 'watched' });
    let seen: ImportView['proposing'] = null;
    // The request is made, and not kept yet, until somebody has been told of it.
    const run = <T>(work: (stores: Stores) => Promise<T>): Promise<T> =>
      world.ports.work.run((stores) => {
        const add: Stores['requests']['add'] = async (request) => {
          seen = await until('progress', async () => (await viewOf(id)).proposing);
          return stores.requests.add(request);
        };
        const requests = Object.create(stores.requests, { add: { value: add } }) as Stores['requests'];
        return work(Object.create(stores, { requests: { value: requests } }) as Stores);
      });
    const work: Ports['work'] = Object.create(world.ports.work, { run: { value: run } });
    await runImport(Object.create(world.ports, { work: { value: work } }) as typeof world.ports, id, 1);
    // Three rows of five: two differ, one creates a product and its SKU.
    expect(seen).toEqual({ done: expect.any(Number), total: expect.any(Number) });
    const { done = -1, total = 0 } = seen ?? {};
    expect([total > 0, total % 2, done <= total]).toEqual([true, 0, true]);
    expect(await viewOf(id)).toMatchObject({ state: 'SUCCEEDED', proposing: null });
  });
});

describe('a proposal whose process dies', () => {
  it('makes one request, whichever commit it dies at, and tells of each row once', async () => {
    const whole = await uploaded(PROPOSAL, { mode: 'propose', title: 'whole' });
    await runImport(world.ports, whole, 1);
    const meant = told(await viewOf(whole));
    expect(meant).toMatchObject({
      state: 'SUCCEEDED',
      rowsRead: 5,
      rejected: 3,
      proposed: { SKU_UPDATE: 1, PRODUCT_CREATE: 1, SKU_CREATE: 1 },
    });
    let deaths = 0;
    for (const when of ['BEFORE', 'AFTER'] as const) {
      for (let commit = 1; ; commit += 1) {
        const title = `${when} ${commit}`;
        const id = await uploaded(PROPOSAL, { mode: 'propose', title });
        const isDead = await dies(runImport(dyingAt(world.ports, commit, when), id, 1));
        if (isDead) {
          deaths += 1;
          await resumeImports(world.ports, 0);
          await runImport(world.ports, id, 1);
        }
        const view = await viewOf(id);
        expect([title, told(view)]).toEqual([title, meant]);
        const requests = await requestsOf(title);
        expect([title, requests.map(({ number }) => number)]).toEqual([title, [view.changeRequest]]);
        if (!isDead) break;
      }
    }
    // Batches, the request, the end: each of them twice.
    expect(deaths).toBeGreaterThanOrEqual(12);
  }, 60_000);

  it.each([
    ['only tries', PROPOSAL, true],
    ['has nothing left to propose', 'code,state\nMUG,ACTIVE\nJUG,ACTIVE\n', false],
  ])('makes none where it %s, and tells of each row once', async (title, text, dryRun) => {
    const whole = await uploaded(text, { mode: 'propose', title, dryRun });
    await runImport(world.ports, whole, 1);
    const meant = told(await viewOf(whole));
    let deaths = 0;
    for (let commit = 1; ; commit += 1) {
      const id = await uploaded(text, { mode: 'propose', title, dryRun });
      const isDead = await dies(runImport(dyingAt(world.ports, commit, 'AFTER'), id, 1));
      if (isDead) {
        deaths += 1;
        await resumeImports(world.ports, 0);
        await runImport(world.ports, id, 1);
      }
      expect([commit, told(await viewOf(id))]).toEqual([commit, meant]);
      if (!isDead) break;
    }
    expect(deaths).toBeGreaterThan(3);
    expect(await requestsOf(title)).toEqual([]);
  });
});
