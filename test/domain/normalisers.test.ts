import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareRecord } from '../../src/domain/drift/compare.js';
import { normaliseAll } from '../../src/domain/drift/normalise.js';
import { NORMALISERS, normaliserOf } from '../../src/domain/drift/normalisers.js';
import { DEFAULT_RULES } from '../../src/domain/drift/source-of-truth.js';
import { canonicalJson } from '../../src/domain/primitives/json.js';
import type { Json } from '../../src/domain/primitives/json.js';
import { FIELD_PLACES } from '../../src/domain/truth/matrix.js';
import { runs } from '../support/runs.js';

const FOLDER = 'test/domain/normalisers';

/** Two values of one field, and whether they mean the same. */
interface Pair {
  field: string;
  master: Json;
  system: Json;
  same: boolean;
  because: string;
}

function pairsOf(name: string): Pair[] {
  const pairs: Pair[] = JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'));
  return pairs;
}

const FILES = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));

/** Does the comparison say that nothing is to be done? Never published, so that nothing but the two values counts. */
function isSame({ field, master, system }: Pair): boolean {
  const canonical = normaliseAll({ [field]: master });
  const observed = normaliseAll({ [field]: system });
  const look = { canonical, base: null, observed, unreadable: [], expected: [], rules: DEFAULT_RULES };
  const [one] = compareRecord(look);
  return one?.result.verdict === 'IN_SYNC';
}

describe('pairs of values that anybody may add to', () => {
  it('are there for every normaliser, in a file of its name, and for nothing else', () => {
    expect(FILES.toSorted()).toEqual(NORMALISERS.map(({ name }) => name).toSorted());
  });

  describe.each(FILES)('%s', (name) => {
    const pairs = pairsOf(name);

    it.each(pairs)('$field: $because', (pair) => {
      expect(Object.keys(pair).toSorted()).toEqual(['because', 'field', 'master', 'same', 'system']);
      expect(isSame(pair)).toBe(pair.same);
    });

    it('is about fields that it concerns, and has both pairs that mean the same and pairs that do not', () => {
      const normaliser = NORMALISERS.find((each) => each.name === name);
      for (const { field } of pairs) {
        expect(Object.keys(FIELD_PLACES)).toContain(field);
        expect([field, normaliser?.concerns(field)]).toEqual([field, true]);
      }
      expect(new Set(pairs.map(({ same }) => same))).toEqual(new Set([true, false]));
      const spelled = pairs.map(({ field, master, system }) => canonicalJson([field, master, system]));
      expect(new Set(spelled).size).toBe(spelled.length);
    });

    it('has a pair that means the same by this normaliser alone: the others leave it apart', () => {
      const others = NORMALISERS.filter((each) => each.name !== name);
      const apart = pairs.filter(({ field, master, system, same }) => {
        const normalise = normaliserOf(field, others);
        return same && canonicalJson(normalise(master)) !== canonicalJson(normalise(system));
      });
      expect(apart.length).toBeGreaterThan(0);
    });
  });

  it('are told of where people read how to add one', () => {
    const told = readFileSync('docs/drift.md', 'utf8');
    expect(NORMALISERS.filter(({ name }) => !told.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
  });
});

describe('normalising', () => {
  /** What systems show, and what nobody would think of: entities in entities, accents on angles, blanks of all kinds. */
  const bits = [
    '&',
    'amp;',
    '&amp;',
    '&lt;',
    'lt;',
    '&nbsp;',
    '&#39;',
    '\u0301',
    '\u0338',
    '\u037e',
    'é',
    'a',
    'İ',
    ' ',
    '\u00a0',
    '\t',
    '0',
    '10.50',
    '-0',
  ];
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.constantFrom(...bits), { maxLength: 12 }).map((all) => all.join('')),
  );
  const scalar = fc.oneof(
    text,
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.integer(),
    fc.constantFrom('0', '00.0', '1e21', '7.'),
  );
  const line = fc.record({ code: fc.oneof(text, fc.constant(null)), quantity: fc.oneof(fc.integer(), text) });
  const option = fc.record({ name: text, value: text });
  const anything: fc.Arbitrary<Json> = fc.oneof(
    scalar,
    fc.array(scalar),
    fc.array(option),
    fc.array(line),
    fc.jsonValue() as fc.Arbitrary<Json>,
  );

  it('twice is normalising once, whatever a system shows', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(FIELD_PLACES)), anything, (field, value) => {
        const once = normaliseAll({ [field]: value });
        expect(normaliseAll(once)).toEqual(once);
      }),
      { numRuns: runs(2_000) },
    );
  });

  it('twice is normalising once, of text above all', () => {
    const normalise = normaliserOf('product.title');
    fc.assert(
      fc.property(text, (value) => {
        expect(normalise(normalise(value))).toBe(normalise(value));
      }),
      { numRuns: runs(3_000) },
    );
  });

  it('ends where text was escaped over and over', () => {
    const normalise = normaliserOf('product.title');
    expect(normalise(`&${'amp;'.repeat(50_000)}lt;b`)).toBe('<b');
    expect(normalise('&lt;\u0338')).toBe('\u226e');
  });
});
