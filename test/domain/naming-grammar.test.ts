import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GrammarPart } from '../../src/domain/naming/grammar.js';
import { parseGrammar, printGrammar } from '../../src/domain/naming/grammar.js';
import { grammars } from '../support/naming-arbitraries.js';

const faultsOf = (text: string): [number, string][] =>
  parseGrammar(text).faults.map(({ at, message }) => [at, message]);

describe('a grammar', () => {
  it('is literals and segments', () => {
    expect(parseGrammar('{vendor:3}-{style:2-6}/{{{size}}}')).toEqual({
      parts: [
        { segment: 'vendor', least: 3, most: 3 },
        { literal: '-' },
        { segment: 'style', least: 2, most: 6 },
        { literal: '/{' },
        { segment: 'size', least: null, most: null },
        { literal: '}' },
      ],
      faults: [],
    });
  });

  it('reads back as what it was printed from', () => {
    fc.assert(
      fc.property(grammars, (parts: GrammarPart[]) => {
        expect(parseGrammar(printGrammar(parts))).toEqual({ parts, faults: [] });
      }),
    );
  });

  it('prints as it was written, where it was written plainly', () => {
    for (const text of ['{vendor:3}-{style:6}-{color:3}-{size}', 'A{{{number:4}}}', '{a:1-64}']) {
      expect(printGrammar(parseGrammar(text).parts)).toBe(text);
    }
  });

  it.each([
    ['', 1, 'at least one segment'],
    ['TEE', 1, 'at least one segment'],
    ['{style:6}-{size', 11, 'never closed'],
    ['{style:6}-size}', 15, 'closes nothing'],
    ['{}', 2, 'has a name'],
    ['{9}', 2, 'has a name'],
    ['{__proto__}', 2, 'has a name'],
    ['{style:}', 8, 'a length is'],
    ['{style:0}', 8, 'a length is'],
    ['{style:65}', 8, 'a length is'],
    ['{style:4-2}', 8, 'a length is'],
    ['{style:1e1}', 8, 'a length is'],
    ['{style:１}', 8, 'a length is'],
    ['{style:-0}', 8, 'a length is'],
    ['Ä{style}', 1, 'printable ASCII'],
    ['{a}\u0000{b}', 4, 'printable ASCII'],
    ['{a}\u202e{b}', 4, 'printable ASCII'],
    ['{a}{a}', 1, 'named twice'],
    [' {a}', 1, 'no spaces at its ends'],
    ['{a} ', 4, 'no spaces at its ends'],
    ['{a:40}{b:40}', 1, 'shortest code has 80'],
  ])('%j is refused at character %d: %s', (text, at, message) => {
    expect(faultsOf(text)).toContainEqual([at, expect.stringContaining(message)]);
  });

  it('tells all its faults at once', () => {
    expect(faultsOf('{:3}{style:0}ü}').map(([at]) => at)).toEqual([2, 12, 14, 15]);
  });

  it('is refused at once where it is longer than any grammar', () => {
    for (const text of [
      '{'.repeat(10_000_000),
      '}'.repeat(10_000_001),
      'x'.repeat(10_000_000),
      '{a}'.repeat(3_000_000),
    ]) {
      expect(faultsOf(text)).toEqual([[501, 'a grammar has at most 500 characters']]);
    }
  });
});
