import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  COMPONENT_LIMIT,
  compositionFaults,
  DEPTH_LIMIT,
  QUANTITY_LIMIT,
} from '../../src/domain/bundle/composition.js';
import type { Edge } from '../../src/domain/bundle/explode.js';
import { Exploder } from '../../src/domain/bundle/explode.js';
import { runs } from '../support/runs.js';

type Graph = ReadonlyMap<string, readonly Edge[]>;

/** Every path from a bundle down to a simple SKU, each with its product; null when a path comes back to itself. */
function brute(graph: Graph, key: string, trail: readonly string[] = []): Map<string, bigint> | null {
  if (trail.includes(key)) return null;
  const edges = graph.get(key);
  if (!edges) return new Map([[key, 1n]]);
  const sums = new Map<string, bigint>();
  for (const edge of edges) {
    const inner = brute(graph, edge.key, [...trail, key]);
    if (!inner) return null;
    for (const [leaf, quantity] of inner) {
      sums.set(leaf, (sums.get(leaf) ?? 0n) + quantity * BigInt(edge.quantity));
    }
  }
  return sums;
}

function depthOf(graph: Graph, key: string): number {
  const edges = graph.get(key);
  return edges ? 1 + Math.max(...edges.map((edge) => depthOf(graph, edge.key))) : 0;
}

/** Bundles b0, b1, … over simple SKUs s0, s1, …; what a bundle may hold is up to `inner`. */
function graphs(inner: (bundle: number, of: number) => readonly number[], largest: number): fc.Arbitrary<Graph> {
  return fc.integer({ min: 1, max: 7 }).chain((size) => {
    const bundles = Array.from({ length: size }, (_, index) => index);
    const edges = (bundle: number): fc.Arbitrary<Edge[]> => {
      const names = ['s0', 's1', 's2', 's3', ...inner(bundle, size).map((each) => `b${each}`)];
      const edge = fc.record({ key: fc.constantFrom(...names), quantity: fc.integer({ min: 1, max: largest }) });
      return fc.uniqueArray(edge, { selector: ({ key }) => key, minLength: 1, maxLength: 4 });
    };
    return fc
      .tuple(...bundles.map(edges))
      .map((lists) => new Map(lists.map((list, index): [string, Edge[]] => [`b${index}`, list])));
  });
}

const downwards = (bundle: number): number[] => Array.from({ length: bundle }, (_, index) => index);
const anywhere = (_: number, size: number): number[] => Array.from({ length: size }, (_, index) => index);

describe('taking bundles apart', () => {
  it('equals the sum over all paths, on graphs without circles', () => {
    fc.assert(
      fc.property(graphs(downwards, 4), (graph) => {
        const exploder = new Exploder((key) => graph.get(key) ?? null, 'show');
        for (const key of graph.keys()) {
          const { lines, depth, fault } = exploder.of(key);
          expect(fault).toBeNull();
          expect(new Map(lines.map((line) => [line.key, BigInt(line.quantity)]))).toEqual(brute(graph, key));
          expect(depth).toBe(depthOf(graph, key));
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('finds a circle exactly where a path comes back to itself, whichever bundle is asked first', () => {
    fc.assert(
      fc.property(graphs(anywhere, 3), fc.boolean(), (graph, backwards) => {
        const exploder = new Exploder((key) => graph.get(key) ?? null, 'show');
        for (const key of backwards ? [...graph.keys()].reverse() : graph.keys()) {
          const all = brute(graph, key);
          const { lines, fault } = exploder.of(key);
          expect(fault?.kind ?? null).toBe(all ? null : 'CYCLE');
          if (all) expect(new Map(lines.map((line) => [line.key, BigInt(line.quantity)]))).toEqual(all);
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('judges limits of the exploded result just where brute force sees them broken', () => {
    fc.assert(
      fc.property(graphs(downwards, 40), (graph) => {
        const exploder = new Exploder((key) => graph.get(key) ?? null, 'judge');
        for (const key of graph.keys()) {
          const broken = (each: string): boolean =>
            depthOf(graph, each) > DEPTH_LIMIT ||
            [...(brute(graph, each)?.values() ?? [])].some((quantity) => quantity > BigInt(QUANTITY_LIMIT));
          const inside = (each: string): string[] => [
            each,
            ...(graph.get(each) ?? []).flatMap((edge) => inside(edge.key)),
          ];
          const { fault, inherited } = exploder.of(key);
          expect(fault !== null).toBe(inside(key).some(broken));
          if (fault && !inherited) expect(broken(key)).toBe(true);
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('names the circle, and survives a chain that no stack would', () => {
    const graph = new Map([
      ['a', [{ key: 'b', quantity: 2 }]],
      ['b', [{ key: 'c', quantity: 2 }]],
      ['c', [{ key: 'b', quantity: 2 }]],
    ]);
    const exploder = new Exploder((key) => graph.get(key) ?? null, 'judge');
    expect(exploder.of('a')).toMatchObject({ fault: { kind: 'CYCLE' }, inherited: true });
    expect(exploder.of('c')).toMatchObject({ fault: { kind: 'CYCLE', component: 0, trail: ['b', 'c', 'b'] } });
    const chain = new Exploder(
      (key) => (Number(key) < 100_000 ? [{ key: String(Number(key) + 1), quantity: 1 }] : null),
      'show',
    );
    expect(chain.of('0')).toMatchObject({ depth: 100_000, lines: [{ key: '100000', quantity: 1 }] });
  });

  it('knows a bundle that has no components yet, and thirty components from thirty-one', () => {
    const many = (count: number): Edge[] =>
      Array.from({ length: count }, (_, index) => ({ key: `s${index}`, quantity: 1 }));
    const graph = new Map<string, Edge[]>([
      ['empty', []],
      [
        'outer',
        [
          { key: 's', quantity: 2 },
          { key: 'empty', quantity: 1 },
        ],
      ],
      ['30', many(COMPONENT_LIMIT)],
      [
        '31',
        [
          { key: '30', quantity: 1 },
          { key: 'another', quantity: 1 },
        ],
      ],
    ]);
    const exploder = new Exploder((key) => graph.get(key) ?? null, 'judge');
    expect(exploder.of('outer')).toMatchObject({ fault: { kind: 'EMPTY', component: 1 }, inherited: false });
    expect(exploder.of('30').fault).toBeNull();
    expect(exploder.of('31').fault?.kind).toBe('TOO_MANY_COMPONENTS');
  });
});

describe('a composition in itself', () => {
  const faults = (...of: [string, number][]): string[] =>
    compositionFaults(of.map(([sku, quantity]) => ({ sku, quantity }))).map(
      ({ code, field }) => `${code} ${field?.join('.')}`,
    );

  it.each<[string, [string, number][], string[]]>([
    ['nothing', [], ['REQUIRED ']],
    ['a lone one, once', [['a', 1]], ['INVALID_FORMAT 0.quantity']],
    ['a lone one, twice', [['a', 2]], []],
    [
      'two, once each',
      [
        ['a', 1],
        ['b', 1],
      ],
      [],
    ],
    [
      'one twice, in another spelling',
      [
        ['a-1', 1],
        ['A-1 ', 3],
      ],
      ['DUPLICATE_CHANGE 1.sku'],
    ],
    [
      'no name',
      [
        ['', 1],
        ['b', 1],
      ],
      ['REQUIRED 0.sku'],
    ],
    [
      'a name too long',
      [
        ['x'.repeat(65), 1],
        ['b', 1],
      ],
      ['TOO_LONG 0.sku'],
    ],
    [
      'the most of one',
      [
        ['a', 2_000],
        ['b', 1],
      ],
      [],
    ],
    [
      'all that is wrong',
      [
        ['a', 0],
        ['a', 2_001],
        ['b', 1.5],
        ['c', Number.NaN],
      ],
      [
        'INVALID_FORMAT 0.quantity',
        'DUPLICATE_CHANGE 1.sku',
        'INVALID_FORMAT 1.quantity',
        'INVALID_FORMAT 2.quantity',
        'INVALID_FORMAT 3.quantity',
      ],
    ],
    ['thirty-one', Array.from({ length: 31 }, (_, index): [string, number] => [`s${index}`, 1]), ['TOO_MANY ']],
  ])('%s', (_, given, expected) => expect(faults(...given)).toEqual(expected));
});
