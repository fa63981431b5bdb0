import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../src/domain/primitives/json.js';
import { normaliseComponents, sameComponents } from '../../src/domain/publishing/component-line.js';
import { runs } from '../support/runs.js';

const line = (code: string | null, quantity: Json): Json => ({ code, quantity });
const same = (a: Json, b: Json): boolean => sameComponents(normaliseComponents(a), normaliseComponents(b));

describe('what a bundle is made of, as systems show it', () => {
  it.each<[string, Json, Json, boolean]>([
    ['another order', [line('A', 1), line('B', 2)], [line('B', 2), line('A', 1)], true],
    ['another spelling of a code', [line('abc', 1)], [line(' ABC ', 1)], true],
    ['quantities as text, as ERPs send decimals', [line('A', 2)], [line('A', '2.0000')], true],
    ['a component in two lines', [line('A', 3)], [line('A', 1), line('a', 2)], true],
    ['nothing, told as null', [], null, true],
    ['another quantity', [line('A', 1)], [line('A', 2)], false],
    ['half of one', [line('A', 1)], [line('A', '1.5')], false],
    ['a component too many', [line('A', 1)], [line('A', 1), line('B', 1)], false],
    ['a component without a code', [line('A', 1)], [line(null, 1)], false],
    ['one without a code, told as empty text', [line(null, 1)], [line('', 1)], true],
    ['something that is no list', [line('A', 1)], 'A', false],
    ['lines that are none', [line('A', 1)], [1], false],
    ['a code that only looks empty', [line(null, 1)], [line('null', 1)], false],
  ])('%s', (_, a, b, expected) => {
    expect([same(a, b), same(b, a)]).toEqual([expected, expected]);
  });

  it('means the same in any order and any number of lines, and normalising it twice changes nothing', () => {
    const lines = fc.array(
      fc.record({ code: fc.constantFrom('A', 'b', 'C-1', 'd 2', null), quantity: fc.integer({ min: 1, max: 9 }) }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(lines, fc.nat(), (all, cut) => {
        const at = all.length === 0 ? 0 : cut % all.length;
        const turned = [...all.slice(at), ...all.slice(0, at)].map(({ code, quantity }) => ({
          code: code?.toLowerCase() ?? null,
          quantity: `${quantity}.00`,
        }));
        const once = normaliseComponents(all);
        expect(normaliseComponents(once)).toEqual(once);
        expect(same(all, turned)).toBe(true);
        const [first, ...rest] = all;
        const total = all.filter(({ code }) => code === first?.code).length;
        if (first && total === all.length) expect(same(all, rest)).toBe(false);
      }),
      { numRuns: runs(500) },
    );
  });
});
