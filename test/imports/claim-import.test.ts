import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { resumeImports } from '../../src/application/imports/resume-imports.js';
import { runImport } from '../../src/application/imports/run-import.js';
import type { ImportJob } from '../../src/application/ports/import-store.js';
import { ImportLost } from '../../src/application/ports/import-store.js';
import type { Stores } from '../../src/application/ports/unit-of-work.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';

const HEADER = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';

let world: World;
beforeAll(async () => {
  world = await buildWorld({ worker: false });
});
afterAll(() => world.close());

async function upload(prefix: string, count: number): Promise<string> {
  const rows = Array.from(
    { length: count },
    (_, n) => `${prefix}-${n},Thing,Title,Default Title,${prefix}-${n},1,active`,
  );
  const body = (async function* () {
    yield Buffer.from(`${HEADER}${rows.join('\n')}\n`);
  })();
  return must(await receiveImport(world.ports, HOST, { format: 'shopify-csv', mode: 'baseline' }, body)).id;
}

async function jobOf(id: string): Promise<ImportJob> {
  const job = await world.ports.imports.byId(id);
  if (!job) throw new Error(`there is no import ${id}`);
  return job;
}

async function expire(id: string): Promise<void> {
  await sqlOver(world.database.source).rows(
    `update import_job set runner_until = clock_timestamp() - interval '1 second',
       touched_at = clock_timestamp() - interval '10 minutes' where id = $1`,
    [id],
  );
}

async function unfinished(idleSeconds: number): Promise<string[]> {
  return (await world.ports.imports.unfinished(idleSeconds)).map(({ id }) => id);
}

describe('the claim on an import', () => {
  it('lets one of two workers take it', async () => {
    const id = await upload('TWO', 1_500);
    await Promise.all([runImport(world.ports, id), runImport(world.ports, id)]);
    expect(await jobOf(id)).toMatchObject({ state: 'SUCCEEDED', skusCreated: 1_500, rejected: 0, rowsRead: 1_500 });
    expect(await world.ports.imports.errors(id, 0, 10)).toEqual([]);
  });

  it('is respected until it runs out, and dropped where no other process can be at work', async () => {
    const id = await upload('HELD', 1);
    const { imports } = world.ports;
    const mine = world.ports.newId();
    expect((await imports.claim(id, mine))?.id).toBe(id);
    expect(await imports.claim(id, world.ports.newId())).toBeNull();
    await sqlOver(world.database.source).rows(
      `update import_job set touched_at = clock_timestamp() - interval '10 minutes' where id = $1`,
      [id],
    );
    expect(await unfinished(300)).toEqual([]);
    const end = (runner: string): Promise<void> =>
      world.ports.work.run((stores) => stores.imports.finish(id, runner, 'FAILED', 'not mine'));
    await expect(end(world.ports.newId())).rejects.toBeInstanceOf(ImportLost);
    await imports.abandon(id, 'not received any more');
    expect(await jobOf(id)).toMatchObject({ state: 'RUNNING', error: null });
    await expire(id);
    expect(await unfinished(300)).toEqual([id]);
    // Taken up a moment ago, so nobody else takes it up too.
    expect(await unfinished(300)).toEqual([]);
    await expect(end(mine)).rejects.toBeInstanceOf(ImportLost);
    expect(await imports.claim(id, mine)).not.toBeNull();
    await resumeImports(world.ports, 0);
    await runImport(world.ports, id);
    expect(await jobOf(id)).toMatchObject({ state: 'SUCCEEDED', skusCreated: 1 });
  });

  it('is lost as soon as another runner has it, though that one has done nothing yet', async () => {
    const id = await upload('LATE', 3);
    const other = world.ports.newId();
    const late = Object.create(world.ports, {
      work: {
        value: {
          run: async <T>(work: (stores: Stores) => Promise<T>): Promise<T> => {
            await expire(id);
            expect(await world.ports.imports.claim(id, other)).not.toBeNull();
            return world.ports.work.run(work);
          },
        },
      },
    }) as Ports;
    await runImport(late, id);
    expect(await jobOf(id)).toMatchObject({ state: 'RUNNING', rowsRead: 0, skusCreated: 0, takenLine: 0 });
    expect(await world.ports.catalog.skuByCode('LATE-0')).toBeNull();
    await resumeImports(world.ports, 0);
    await runImport(world.ports, id);
    expect(await jobOf(id)).toMatchObject({ state: 'SUCCEEDED', rowsRead: 3, skusCreated: 3 });
  });

  it('is lost by a runner that stood still, which then creates, tells and ends nothing', async () => {
    const id = await upload('SLOW', 1_200);
    const before = world.logged.length;
    let others: Promise<void> | null = null;
    const slow = Object.create(world.ports, {
      work: {
        value: {
          run: async <T>(work: (stores: Stores) => Promise<T>): Promise<T> => {
            if (!others) {
              await expire(id);
              others = runImport(world.ports, id);
              await others;
            }
            return world.ports.work.run(work);
          },
        },
      },
    }) as Ports;
    await runImport(slow, id);
    expect(others).not.toBeNull();
    expect(await jobOf(id)).toMatchObject({ state: 'SUCCEEDED', skusCreated: 1_200, rejected: 0, error: null });
    expect(world.logged.slice(before).filter((line) => line.includes('an import was taken over'))).toHaveLength(1);
    expect(world.logged.filter((line) => line.includes('an import failed'))).toEqual([]);
  });
});

describe('an error of an import', () => {
  it('is kept though its message quotes half of a character', async () => {
    const body = (async function* () {
      yield Buffer.from(`${HEADER}odd,Odd,Title,Default Title,ODD,${'x'.repeat(39)}\u{1f3d5},active\n`);
    })();
    const { id } = must(await receiveImport(world.ports, HOST, { format: 'shopify-csv', mode: 'baseline' }, body));
    await runImport(world.ports, id);
    expect((await jobOf(id)).error).toBeNull();
    const [first] = await world.ports.imports.errors(id, 0, 1);
    expect(first?.message).toContain('x'.repeat(39));
  });
});
