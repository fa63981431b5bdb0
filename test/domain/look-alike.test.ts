import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { looksLike, skeletonOf } from '../../src/domain/catalog/look-alike.js';

const codeChars = fc.constantFrom(...'AB01OoIilL-_. XZ9'.split(''));
const codes = fc.array(codeChars, { minLength: 1, maxLength: 20 }).map((chars) => chars.join(''));

/** Other spellings of a character that people take for it. */
const SPELLINGS = [
  ['O', 'o', '0'],
  ['I', 'i', 'l', 'L', '1'],
  ['-', '_', '.', ' ', ''],
];

describe('what a code looks like', () => {
  it.each([
    ['TEE-100', 'TEE-1OO'],
    ['TEE-100', 'tee_l00'],
    ['TEE-100', 'TEE I.O 0'],
    ['A', 'a'],
  ])('%s and %s look alike', (one, other) => {
    expect(skeletonOf(one)).toBe(skeletonOf(other));
  });

  it.each([
    ['TEE-100', 'TEE-200'],
    ['S5', 'SS'],
    ['B8', 'BB'],
    ['A/1', 'A1'],
    ['VV', 'W'],
  ])('%s and %s do not', (one, other) => {
    expect(skeletonOf(one)).not.toBe(skeletonOf(other));
  });

  it('does not change with the spelling of any one character', () => {
    fc.assert(
      fc.property(codes, fc.nat(), fc.nat(), (code, at, pick) => {
        const place = at % code.length;
        const group = SPELLINGS.find((spellings) => spellings.includes(code.charAt(place)));
        if (!group) return;
        const other = code.slice(0, place) + (group[pick % group.length] ?? '') + code.slice(place + 1);
        expect(skeletonOf(other)).toBe(skeletonOf(code));
      }),
    );
  });

  it('is its own skeleton', () => {
    fc.assert(fc.property(codes, (code) => expect(skeletonOf(skeletonOf(code))).toBe(skeletonOf(code))));
  });

  it('is told with the first few others', () => {
    expect(looksLike('A-1', ['A1'])).toContain('A-1 looks like A1:');
    expect(looksLike('A-1', ['A1', 'Al', 'AI', 'A.1', 'A_1', 'A 1'])).toContain('A1, Al, AI, A.1, A_1 and others:');
  });
});
