import fc from 'fast-check';
import type { GrammarPart } from '../../src/domain/naming/grammar.js';
import type { NamingPolicy } from '../../src/domain/naming/policy.js';
import type { NamingFacts, SegmentRule } from '../../src/domain/naming/segment.js';

const literal = fc
  .string({ unit: fc.constantFrom(...'-_./{}AZ 09'.split('')), minLength: 1, maxLength: 4 })
  .map((text) => ({ literal: text }));

const names = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,6}$/);

const length = fc.oneof(
  fc.constant({ least: null, most: null }),
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 4 }))
    .map(([least, more]) => ({ least, most: least + more })),
);

/** Parts of sound grammars: segments of different names, no two literals in a row, no space at an end. */
export const grammars: fc.Arbitrary<GrammarPart[]> = fc
  .tuple(
    fc.uniqueArray(names, { minLength: 1, maxLength: 4 }),
    fc.array(fc.option(literal), { minLength: 5, maxLength: 5 }),
  )
  .chain(([segments, between]) =>
    fc.array(length, { minLength: segments.length, maxLength: segments.length }).map((lengths) => {
      const parts: GrammarPart[] = [];
      for (const [index, segment] of segments.entries()) {
        const before = between[index];
        if (before) parts.push(before);
        parts.push({ segment, ...(lengths[index] ?? { least: null, most: null }) });
      }
      const last = between[segments.length];
      return last ? [...parts, last] : parts;
    }),
  )
  .filter((parts) => {
    const [first, last] = [parts[0], parts.at(-1)];
    const bare = (part: GrammarPart | undefined, fits: (text: string) => boolean): boolean =>
      part === undefined || !('literal' in part) || !fits(part.literal);
    return bare(first, (text) => text.startsWith(' ')) && bare(last, (text) => text.endsWith(' '));
  });

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019 -éß'.split('')), minLength: 0, maxLength: 12 });
const short = fc.stringMatching(/^[A-Z0-9]{1,3}$/);

const VALUES = ['Black', 'White', 'Straße', '__proto__', '10.5'];

const rule: fc.Arbitrary<SegmentRule> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('option.Color', 'product.vendor', 'product.attributes.line'),
      fc.array(short, { minLength: 5, maxLength: 5 }),
    )
    .map(([of, shorts]) => ({
      kind: 'DICTIONARY' as const,
      of,
      // Object.fromEntries makes an own key of "__proto__", as JSON.parse does.
      values: Object.fromEntries(VALUES.map((value, index) => [value, shorts[index] ?? 'X'])),
    })),
  fc
    .constantFrom(
      'option.Size',
      'option.color',
      'product.handle',
      'product.title',
      'product.vendor',
      'sku.title',
      'sku.attributes.fit',
    )
    .map((of) => ({ kind: 'VALUE' as const, of })),
  fc.constantFrom('LETTERS', 'DIGITS', 'FREE', 'COUNTER').map((kind) => ({ kind })),
);

/** Sound policies: one running number at most, and no length where a dictionary's abbreviations would not fit it. */
export const policies: fc.Arbitrary<NamingPolicy & { parts: GrammarPart[] }> = fc
  .tuple(grammars, fc.array(rule, { minLength: 4, maxLength: 4 }), fc.boolean())
  .map(([parts, rules, upperCase]) => {
    const segments: Record<string, SegmentRule> = {};
    let counters = 0;
    const fitting = parts.map((part, index) => {
      if ('literal' in part) return part;
      let mine = rules[index % rules.length] ?? { kind: 'FREE' as const };
      if (mine.kind === 'COUNTER' && (counters += 1) > 1) mine = { kind: 'DIGITS' };
      segments[part.segment] = mine;
      return mine.kind === 'DICTIONARY' ? { ...part, least: null, most: null } : part;
    });
    return { name: 'p', parts: fitting, grammar: '', segments, upperCase };
  });

const orNone = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some);
const vendor = fc.oneof(fc.constantFrom(...VALUES), word);

export const facts: fc.Arbitrary<NamingFacts> = fc.record({
  product: fc.record({
    handle: fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/),
    title: word,
    vendor: orNone(vendor),
    productType: orNone(word),
    attributes: fc.record({ line: vendor }),
  }),
  sku: fc.record({ title: orNone(word), attributes: fc.record({ fit: fc.oneof(word, fc.integer(), fc.boolean()) }) }),
  optionValues: fc.tuple(vendor, word).map(([color, size]) => [
    { name: 'Color', value: color },
    { name: 'Size', value: size },
  ]),
});
