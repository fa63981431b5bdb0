import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { proposeCodes } from '../../src/application/naming/propose-codes.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import { buildPorts } from '../../src/porch/build-ports.js';
import type { Json } from '../../src/domain/primitives/json.js';
import type { Source } from '../../src/storage/data-source.js';
import { openSource } from '../../src/storage/data-source.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';

const CALLERS = 100;
/** Pools of 16 connections each: as many processes as that would be. */
const PROCESSES = 5;

describe('a hundred callers at once', () => {
  let world: World;
  const sources: Source[] = [];
  const processes: Ports[] = [];
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    const { url } = world.database.source.options as { url?: string };
    for (let index = 0; index < PROCESSES; index += 1) {
      const source = await openSource(url ?? '');
      sources.push(source);
      processes.push(
        buildPorts(
          { ...world.database, source },
          buildConnectors([], () => {}),
          'USD',
          () => {},
        ),
      );
    }
    const naming = [
      { name: 'series', scope: { vendors: ['A'] }, grammar: '{vendor}-{number:5}' },
      // What stands behind the number makes series of their own, of codes that other series make too.
      {
        name: 'tails',
        scope: { vendors: ['B'] },
        grammar: '{vendor}-{number}{tail}',
        segments: { tail: { kind: 'DIGITS' } },
      },
    ];
    must(
      await setSetting(world.ports, world.people.alex, {
        key: 'naming',
        value: naming as Json,
        reason: 'for the test',
      }),
    );
    const product = (handle: string, vendor: string): Parameters<typeof createChangeRequest>[2]['changes'][number] => ({
      kind: 'productCreate',
      input: { handle, fields: { title: handle, vendor } },
    });
    const draft = { title: 't', reason: null, idempotencyKey: null, changes: [product('a', 'A'), product('b', 'B')] };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
  });
  afterAll(async () => {
    await Promise.all(sources.map((source) => source.destroy()));
    await world.close();
  });

  const ask = async (index: number, over: Partial<Parameters<typeof proposeCodes>[2]> = {}): Promise<string[]> => {
    const { mia, alex } = world.people;
    const ports = processes[index % PROCESSES] ?? world.ports;
    const draft = { product: 'a', newProduct: null, fields: {}, segments: [], count: 1, policy: null, ...over };
    return must(await proposeCodes(ports, index % 2 === 0 ? mia : alex, draft)).codes;
  };

  it('never get the same code, and leave no number out', async () => {
    const counts = Array.from({ length: CALLERS }, (_, index) => 1 + (index % 3));
    const answers = await Promise.all(counts.map((count, index) => ask(index, { count })));
    const codes = answers.flat();
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(codes).toHaveLength(total);
    expect(codes.toSorted()).toEqual(Array.from({ length: total }, (_, n) => `A-${String(n + 1).padStart(5, '0')}`));
    // Whoever asked for several got them in a row.
    for (const answer of answers) {
      const numbers = answer.map((code) => Number(code.slice(2)));
      expect(numbers).toEqual(numbers.map((_, place) => (numbers[0] ?? 0) + place));
    }
  });

  it('never get the same code from series that make the same codes', async () => {
    // B-11 is number 1 with the tail 1, B-111 number 11 with the tail 1, or number 1 with the tail 11.
    const tails = ['1', '11', '111', '2'];
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, (_, index) =>
        ask(index, { product: 'b', segments: [{ name: 'tail', value: tails[index % tails.length] ?? '' }] }),
      ),
    );
    const codes = answers.flat();
    expect(codes).toHaveLength(CALLERS);
    expect(new Set(codes).size).toBe(CALLERS);
  });
});
