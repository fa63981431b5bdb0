import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { printGrammar } from '../../src/domain/naming/grammar.js';
import { namingFault } from '../../src/domain/naming/match-code.js';
import type { CompiledPolicy, NamingPolicy } from '../../src/domain/naming/policy.js';
import { compilePolicy, policyFor } from '../../src/domain/naming/policy.js';
import { codeAt, proposedFault, templateOf } from '../../src/domain/naming/propose-code.js';
import { policyFaults } from '../../src/domain/naming/read-policies.js';
import type { NamingFacts } from '../../src/domain/naming/segment.js';
import { plainLetters, valueOf } from '../../src/domain/naming/segment.js';
import { facts, policies } from '../support/naming-arbitraries.js';
import { runs } from '../support/runs.js';

const POLICY: NamingPolicy = {
  name: 'apparel',
  grammar: '{vendor:3}-{style:2-6}-{color:3}-{size}-{number:3-4}',
  segments: {
    vendor: { kind: 'VALUE', of: 'product.vendor' },
    style: { kind: 'LETTERS' },
    color: { kind: 'DICTIONARY', of: 'option.Color', values: { Black: 'BLK', White: 'WHT', 'Off White': 'OWH' } },
    size: { kind: 'VALUE', of: 'option.Size' },
  },
};
const FACTS: NamingFacts = {
  product: { handle: 'tee', title: 'Tee', vendor: 'Acme Ltd', productType: 'T-Shirt', attributes: {} },
  sku: { title: null, attributes: {} },
  optionValues: [
    { name: 'color', value: 'black' },
    { name: 'Size', value: 'XS/S' },
  ],
};

const withFacts = (over: Partial<NamingFacts['product']>, color = 'Black'): NamingFacts => ({
  ...FACTS,
  product: { ...FACTS.product, ...over },
  optionValues: [{ name: 'Color', value: color }, ...FACTS.optionValues.slice(1)],
});
const faultOf = (code: string, of: NamingFacts | null = FACTS, policy = POLICY): string | null =>
  namingFault(compilePolicy(policy), code, of);

describe('a code under a policy', () => {
  it('fits, or is told what would be right', () => {
    expect(policyFaults([POLICY])).toEqual([]);
    expect(faultOf('ACM-TEE-BLK-XSS-001')).toBeNull();
    expect(faultOf('ACM-TEE-BLK-XSS-9999')).toBeNull();
    // Zeros fill a number up to three digits and no further.
    expect(faultOf('ACM-TEE-BLK-XSS-0001')).toContain('it has "1" where the policy wants nothing more');
    expect(faultOf('ACM-TEE-BLK-XSS-01')).toContain('number of 3 to 4 digits');
    expect(faultOf('acm-TEE-BLK-XSS-001')).toBe('its letters are upper case: ACM-TEE-BLK-XSS-001');
    expect(faultOf('AXM-TEE-BLK-XSS-001')).toBe(
      'at character 1 it has "AXM-TEE-BLK-XSS-001" where the policy wants vendor ACM',
    );
    expect(faultOf('ACM-T-BLK-XSS-001')).toContain('style of 2 to 6 letters');
    expect(faultOf('ACM-TEE-WHT-XSS-001')).toContain('where the policy wants color BLK');
    expect(faultOf('ACM-TEE-BLK-XSS')).toBe('at character 16 it has nothing where the policy wants "-"');
    expect(faultOf('ACM-TEE-BLK-XSS-001-X')).toContain('it has "-X" where the policy wants nothing more');
    expect(faultOf('')).toContain('it has nothing');
  });

  it('is judged by its form alone where nothing is known of the SKU', () => {
    expect(faultOf('ZZZ-AB-OWH-9-100', null)).toBeNull();
    expect(faultOf('ZZZ-AB-RED-9-100', null)).toContain('it knows: Black is BLK, White is WHT, Off White is OWH');
    expect(faultOf('ZZZ-AB-WHT-XSS-100', withFacts({ vendor: null }, 'White'))).toBeNull();
  });

  it('cannot be right where the dictionary lacks the value, or a value is too short', () => {
    expect(faultOf('ACM-TEE-BLK-XSS-001', withFacts({}, 'Teal'))).toContain(
      'the dictionary has no abbreviation of "Teal"',
    );
    expect(faultOf('ACM-TEE-BLK-XSS-001', withFacts({ vendor: 'A&B' }))).toContain(
      '"A&B" has 2 letters and digits, fewer than 3',
    );
  });

  it('is compared without case where the policy says so', () => {
    expect(faultOf('acm-tee-Blk-xss-001', FACTS, { ...POLICY, upperCase: false })).toBeNull();
  });

  it('is judged in bounded time: ten megabytes, and texts that make regular expressions go back', () => {
    const free = (names: string): NamingPolicy => ({
      name: 'p',
      grammar: names
        .split('')
        .map((name) => `{${name}}`)
        .join(''),
      segments: Object.fromEntries(names.split('').map((name) => [name, { kind: 'FREE' }])),
    });
    // As a regular expression: (\S+)(\S+)… against A…A and a space, which goes back for ever.
    const nasty = free('abcdefghijklmnopqrst');
    expect(policyFaults([nasty])).toEqual([]);
    const compiled = compilePolicy(nasty);
    const began = performance.now();
    for (let round = 0; round < 100; round += 1) {
      expect(namingFault(compiled, `${'A'.repeat(63)} `, null)).not.toBeNull();
      expect(namingFault(compiled, 'A'.repeat(64), null)).toBeNull();
    }
    for (const text of ['A'.repeat(10_000_000), '-'.repeat(10_000_000), '\u{1f600}'.repeat(2_500_000)]) {
      expect(namingFault(compiled, text, FACTS)).toBe(`it has ${text.length} characters; a SKU code has at most 64`);
    }
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('the values of segments', () => {
  it('are letters and digits of ASCII', () => {
    expect(plainLetters('Crème brûlée 10.5 — Straße Ærø')).toBe('Cremebrulee105StrasseAEro');
    expect(plainLetters('ＡＢ１')).toBe('AB1');
    expect(plainLetters('日本')).toBe('');
  });

  it('come from options, the product and the SKU, and from own keys only', () => {
    const of = { ...FACTS, sku: { title: 'T', attributes: { fit: 3 } } };
    expect(
      ['option.COLOR', 'product.vendor', 'sku.title', 'sku.attributes.fit'].map((each) => valueOf(each, of)),
    ).toEqual(['black', 'Acme Ltd', 'T', '3']);
    for (const none of [
      'option.Shape',
      'product.attributes.x',
      'product.attributes.constructor',
      'sku.attributes.__proto__',
    ]) {
      expect(valueOf(none, of)).toBeNull();
    }
  });
});

describe('a proposed code', () => {
  const template = (of: NamingFacts, given: [string, string][] = [['style', 'tee']]): ReturnType<typeof templateOf> =>
    templateOf(compilePolicy(POLICY), of, new Map(given));

  it('is worked out from the facts, with the numbers that the grammar has room for', () => {
    const { template: made, faults } = template(FACTS);
    expect(faults).toEqual([]);
    expect(made).toEqual({ prefix: 'ACM-TEE-BLK-XSS-', suffix: '', digits: { least: 3, most: 4 } });
    expect([codeAt(made, 1), codeAt(made, 1000), codeAt(made, 9999), codeAt(made, 10_000)]).toEqual([
      'ACM-TEE-BLK-XSS-001',
      'ACM-TEE-BLK-XSS-1000',
      'ACM-TEE-BLK-XSS-9999',
      null,
    ]);
  });

  it('cannot be made where something is missing, and every reason is told', () => {
    const { faults } = template(withFacts({ vendor: null }, 'Teal'), [
      ['shape', 'X'],
      ['color', 'BLK'],
    ]);
    expect(faults.map(({ segment, message }) => `${segment}: ${message}`)).toEqual([
      'vendor: vendor is worked out from product.vendor, which has no value',
      expect.stringContaining("style: style is the author's choice; give it as a segment: style of 2 to 6 letters"),
      'color: color is worked out from option.Color, and cannot be given',
      'shape: the grammar of apparel has no segment shape',
    ]);
    expect(template(FACTS, [['style', 'T1']]).faults[0]?.message).toBe('the policy wants style of 2 to 6 letters');
    expect(template(FACTS, [['style', 'ß']]).faults).toHaveLength(1);
    expect(template(FACTS, [['style', 'A'.repeat(10_000_000)]]).faults).toHaveLength(1);
  });

  it('fits the policy that made it, whatever the policy and the facts', () => {
    let made = 0;
    fc.assert(
      fc.property(policies, facts, fc.integer({ min: 1, max: 120 }), (drawn, of, number) => {
        const policy = { ...drawn, grammar: printGrammar(drawn.parts) };
        if (policyFaults([policy]).length > 0) return;
        const compiled = compilePolicy(policy);
        const given = new Map<string, string>();
        for (const part of compiled.parts) {
          if ('literal' in part) continue;
          if (part.rule.kind === 'DIGITS') given.set(part.name, '7'.repeat(part.least));
          if (part.rule.kind === 'LETTERS' || part.rule.kind === 'FREE') given.set(part.name, 'q'.repeat(part.least));
        }
        const { template: mine, faults } = templateOf(compiled, of, given);
        if (faults.length > 0) return;
        const code = codeAt(mine, number);
        if (code === null || proposedFault(code) !== null) return;
        made += 1;
        expect([code, namingFault(compiled, code, of)]).toEqual([code, null]);
      }),
      { numRuns: runs(2000) },
    );
    // A property that nothing reaches would hold for anything.
    expect(made).toBeGreaterThan(200);
  });
});

describe('the policy of a product', () => {
  const named = (name: string, scope: NamingPolicy['scope'] = {}): NamingPolicy => ({
    name,
    scope,
    grammar: '{handle}',
  });
  const all = [
    named('everything'),
    named('acme', { vendors: ['Acme'] }),
    named('shirts', { productTypes: ['Shirt', 'Tee'] }),
    named('acme shirts', { productTypes: ['Shirt'], vendors: ['Acme'] }),
  ];
  const nameFor = (productType: string | null, vendor: string | null, list = all): string | null => {
    const shuffled: CompiledPolicy[] = list.toReversed().map(compilePolicy);
    const name = policyFor(list.map(compilePolicy), { productType, vendor })?.name ?? null;
    // Which one comes first says nothing.
    expect(policyFor(shuffled, { productType, vendor })?.name ?? null).toBe(name);
    return name;
  };

  it('is the most specific one', () => {
    expect(policyFaults(all)).toEqual([]);
    expect(nameFor('shirt', 'ACME')).toBe('acme shirts');
    expect(nameFor('Tee', 'Acme')).toBe('shirts');
    expect(nameFor('Mug', 'acme')).toBe('acme');
    expect(nameFor(null, null)).toBe('everything');
    expect(nameFor('Mug', 'Other', all.slice(1))).toBeNull();
  });

  it('is never one of two that tie: those are refused', () => {
    const tied = (...list: NamingPolicy[]): string[] => policyFaults(list).map(({ message }) => message);
    expect(tied(named('a'), named('b'))).toEqual([expect.stringContaining('b and a reach the same products')]);
    expect(tied(named('a', { productTypes: ['X', 'Y'] }), named('b', { productTypes: ['y'] }))).toHaveLength(1);
    const both = { productTypes: ['X', 'Y'], vendors: ['V', 'W'] };
    expect(tied(named('a', both), named('b', { productTypes: ['Y'], vendors: ['w'] }))).toHaveLength(1);
    expect(tied(named('a', both), named('b', { productTypes: ['Z'], vendors: ['W'] }))).toEqual([]);
    expect(tied(named('a', { productTypes: ['X'] }), named('b', { vendors: ['V'] }))).toEqual([]);
    expect(tied(named('a'), named('A', { vendors: ['V'] }))).toEqual(['another policy has this name']);
  });
});

describe('a policy that is set', () => {
  const told = (over: Partial<NamingPolicy>): string[] =>
    policyFaults([{ ...POLICY, ...over }]).map(({ field, message }) => `${field?.join('.')}: ${message}`);
  const colors = (values: Record<string, string>): Partial<NamingPolicy> => ({
    grammar: '{color:3}',
    segments: { color: { kind: 'DICTIONARY', of: 'option.Color', values } },
  });

  it.each<[Partial<NamingPolicy>, string]>([
    [{ grammar: '{vendor:3' }, '0.grammar: at character 1: this { is never closed'],
    [{ grammar: '{shape}', segments: {} }, '0.grammar: segment shape is not described'],
    [{ grammar: '{constructor}', segments: {} }, '0.grammar: segment constructor is not described'],
    [{ grammar: '{handle}', segments: { size: { kind: 'FREE' } } }, '0.segments.size: the grammar has no such segment'],
    [{ grammar: 'tee-{handle}', segments: {} }, '0.grammar: "tee-" has lower-case letters'],
    [{ grammar: '{number:10}', segments: {} }, '0.grammar: a running number has at most 9 digits'],
    [
      { grammar: '{number}{n}', segments: { n: { kind: 'COUNTER' } } },
      '0.grammar: a grammar has at most one running number',
    ],
    [
      { grammar: '{a}', segments: { a: { kind: 'VALUE', of: 'sku.price' } } },
      '0.segments.a.of: "sku.price" is none of',
    ],
    [colors({ Black: 'BK' }), '0.segments.color.values.Black: "BK" has 2 characters; the grammar wants 3'],
    [colors({ Black: 'blk' }), '0.segments.color.values.Black: the policy wants upper case: BLK'],
    [colors({ Black: 'B K' }), '0.segments.color.values.Black: an abbreviation is printable ASCII'],
    [colors({ Black: 'BLK', ' BLACK': 'BLA' }), '0.segments.color.values. BLACK: the value is there twice'],
    [colors({ ' ': 'BLK' }), '0.segments.color.values. : a value is not empty'],
    [colors({}), '0.segments.color.values: a dictionary has at least one value'],
  ])('is refused with the place of its fault: %j', (over, expected) => {
    expect(told(over)).toContainEqual(expect.stringContaining(expected));
  });

  it('needs no description of what its name says', () => {
    expect(told({ grammar: '{vendor:3}-{productType:2}-{handle}-{title:4}-{number}', segments: {} })).toEqual([]);
  });
});
