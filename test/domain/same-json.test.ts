import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../src/domain/primitives/json.js';
import { canonicalJson, sameJson } from '../../src/domain/primitives/json.js';

/** Few leaves, so that equal values come up often. */
const leaf = fc.constantFrom<Json[]>(null, true, false, 0, -0, 1, 1.5, '', '0', 'a', 'null');
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('value'), { maxKeys: 3 }),
  ),
}));

/** The same value, with the keys of its maps the other way round. */
function turned(json: Json): Json {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map(turned);
  return Object.fromEntries(
    Object.entries(json)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

describe('sameJson', () => {
  it('says what comparing the canonical texts says', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect([a, b, sameJson(a, b)]).toEqual([a, b, canonicalJson(a) === canonicalJson(b)]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not care in which order keys come, and knows every value from one that is longer', () => {
    fc.assert(
      fc.property(value, (a) => {
        expect(sameJson(a, turned(a))).toBe(true);
        expect(sameJson([a], [a, a])).toBe(false);
        expect(sameJson({ a }, { a, b: a })).toBe(false);
      }),
    );
  });

  it('takes what is not there for null', () => {
    expect([sameJson(undefined, null), sameJson(undefined, ''), sameJson({}, { a: null })]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
