import { describe, expect, it } from '@jest/globals';
import { causeOf } from '../../src/domain/publishing/dead-letter-cause.js';

const cause = (message: string, target = 'FH-ASB-SMALL', code: string | null = '422'): ReturnType<typeof causeOf> =>
  causeOf({ class: 'VALIDATION', code, message }, target);

describe('the cause of a dead letter', () => {
  it.each<[string, string, string]>([
    ['amounts', 'price 12.50 is above 10', 'price … is above …'],
    ['quoted parts', `Option "Red", 'Blue' or “Green” are not there`, 'Option … or … are not there'],
    ['an apostrophe within a word', `The shop can't do that, and won't`, `The shop can't do that, and won't`],
    ['global ids', 'Product gid://shopify/Product/7781 does not exist', 'Product … does not exist'],
    ['UUIDs', 'no item 0198f3a2-1111-7abc-8def-0123456789ab', 'no item …'],
    [
      'the record itself',
      'FH-ASB-SMALL has no price, and would be free in shopify',
      '… has no price, and would be free in shopify',
    ],
    ['lists of any length', 'kit waits for A-1, A-2, B-33 and C-4 there', 'kit waits for … there'],
    [
      'values that differ',
      'the system took the write, but price shows "1.00" instead of "2.00"',
      'the system took the write, but price shows … instead of …',
    ],
    ['values that are lists', 'tags shows ["a","b"] instead of ["c"]', 'tags shows … instead of …'],
    ['addresses', 'see https://erp.example/items/a?x=1 for more', 'see … for more'],
    ['line breaks', 'one\n  two', 'one two'],
  ])('leaves out %s', (_what, message, shape) => {
    expect(cause(message).shape).toBe(shape);
  });

  it('is one for what differs in ids and numbers only, and another for another code, class or message', () => {
    const one = cause('FH-ASB-SMALL: price 12.50 is above 10');
    expect(cause('MUG-RED: price 7 is above 6.5', 'MUG-RED').fingerprint).toBe(one.fingerprint);
    const others = [
      cause('FH-ASB-SMALL: cost 12.50 is above 10'),
      cause('FH-ASB-SMALL: price 12.50 is above 10', 'FH-ASB-SMALL', '400'),
      causeOf({ class: 'UNKNOWN', code: '422', message: 'FH-ASB-SMALL: price 12.50 is above 10' }, 'FH-ASB-SMALL'),
    ].map(({ fingerprint }) => fingerprint);
    expect(new Set([one.fingerprint, ...others]).size).toBe(4);
    expect(one.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is found in a message of any length at once', () => {
    const began = performance.now();
    for (const part of ['"', "'", '[', 'a1', '…', ', '])
      expect(cause(part.repeat(200_000)).shape.length).toBeLessThanOrEqual(300);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
