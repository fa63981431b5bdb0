import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import type { Problem } from '../../src/domain/problem.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, importBaseline, must } from '../support/world.js';

describe('a new code that looks like another', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
    const id = await propose([
      { kind: 'productCreate', input: { handle: 'tea', fields: { title: 'Tea', optionNames: ['Size'] } } },
      create('TEE-100'),
      create('MUG-1'),
    ]);
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
  });
  afterAll(() => world.close());

  const create = (code: string): ChangeDraft => ({
    kind: 'skuCreate',
    input: { code, product: 'tea', fields: { title: code, optionValues: [{ name: 'Size', value: code }] } },
  });
  const draftOf = (changes: ChangeDraft[]): Parameters<typeof createChangeRequest>[2] => ({
    title: 't',
    reason: null,
    idempotencyKey: null,
    changes,
  });
  const propose = async (changes: ChangeDraft[], draft = false): Promise<string> =>
    must(await createChangeRequest(world.ports, world.people.mia, draftOf(changes), draft)).id;
  const warningsOf = async (id: string): Promise<Problem[] | undefined> =>
    (await world.ports.changes.requestById(id))?.warnings;

  it('is taken, with a warning that names the other and stays with the request', async () => {
    for (const draft of [true, false]) {
      const id = await propose([create('PLAIN'), create('tee_1OO')], draft);
      expect(await warningsOf(id)).toEqual([
        {
          code: 'LOOKS_LIKE',
          message: expect.stringContaining('tee_1OO looks like TEE-100:'),
          field: ['changes', '1', 'skuCreate', 'code'],
        },
      ]);
      if (draft) continue;
      must(await approveChangeRequest(world.ports, world.people.ada, id, null));
      expect((await world.ports.changes.requestById(id))?.state).toBe('APPLIED');
      expect(await warningsOf(id)).toHaveLength(1);
    }
  });

  it('is told from another new one of the same request', async () => {
    const id = await propose([create('CAP-I'), create('CAP-l'), create('CAP 1')]);
    expect((await warningsOf(id))?.map(({ field }) => field?.[1])).toEqual(['0', '1', '2']);
    expect((await warningsOf(id))?.[0]?.message).toContain('CAP-I looks like CAP-l, CAP 1:');
  });

  it('is no look-alike of itself: that is a code twice', async () => {
    const twice = await createChangeRequest(
      world.ports,
      world.people.mia,
      draftOf([create('HAT'), create('hat')]),
      false,
    );
    expect(codesOf(twice)).toContain('CODE_TAKEN');
    const there = await createChangeRequest(world.ports, world.people.mia, draftOf([create('mug-1')]), false);
    expect(codesOf(there)).toEqual(['CODE_TAKEN']);
  });

  it('is noted by an import, and taken', async () => {
    const job = await importBaseline(
      world,
      'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\nmugs,Mugs,Size,S,MUG.I,1.00\nmugs,,,L,MUG-2,1.00\n',
    );
    expect(job).toMatchObject({ state: 'SUCCEEDED', skusCreated: 2, rejected: 0 });
    expect(await world.ports.imports.errors(job.id, 0, 10)).toMatchObject([
      { line: 2, column: 'Variant SKU', code: 'LOOKS_LIKE', value: 'MUG.I', rejected: false },
    ]);
  });
});
