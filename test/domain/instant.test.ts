import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Instant } from '../../src/domain/primitives/instant.js';

const textOf = (text: string): string | undefined => Instant.read(text)?.toISOString();

describe('an instant', () => {
  it('keeps microseconds, and says them only where there are any', () => {
    expect(textOf('2026-11-23T20:00:00.123456Z')).toBe('2026-11-23T20:00:00.123456Z');
    expect(textOf('2026-11-23T20:00:00.000001Z')).toBe('2026-11-23T20:00:00.000001Z');
    expect(textOf('2026-11-23T20:00:00.5Z')).toBe('2026-11-23T20:00:00.500Z');
    expect(textOf('2026-11-23T22:00:00+02:00')).toBe('2026-11-23T20:00:00.000Z');
    expect(textOf('1969-12-31T23:59:59.999999Z')).toBe('1969-12-31T23:59:59.999999Z');
    expect(JSON.stringify({ at: Instant.read('2026-11-23t20:00:00.12345z') })).toBe(
      '{"at":"2026-11-23T20:00:00.123450Z"}',
    );
  });

  it('is cut, never rounded up, beyond the sixth digit', () => {
    expect(textOf('2026-11-23T20:00:00.123456999Z')).toBe('2026-11-23T20:00:00.123456Z');
    expect(textOf('2026-11-23T20:00:00.1234567890Z')).toBe('2026-11-23T20:00:00.123456Z');
    expect(textOf(`2026-11-23T20:00:00.${'9'.repeat(1_000)}+01:00`)).toBe('2026-11-23T19:00:00.999999Z');
    expect(textOf('2026-12-31T23:59:59.999999999Z')).toBe('2026-12-31T23:59:59.999999Z');
  });

  it('is exact in comparisons, with plain dates too, and whole in getTime', () => {
    const [early, late] = [new Instant(1_790_000_000_123, 456), new Instant(1_790_000_000_123, 457)];
    expect([early < late, early > late, early >= new Date(1_790_000_000_123)]).toEqual([true, false, true]);
    expect(early <= new Date(1_790_000_000_123)).toBe(false);
    expect([early.getTime(), new Date(early).toISOString()]).toEqual([1_790_000_000_123, '2026-09-21T14:13:20.123Z']);
    expect([late, early].sort((a, b) => Number(a) - Number(b))).toEqual([early, late]);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T20:00:60Z',
    '2026-11-23T20:00:00',
    '2026-11-23T20:00:00.Z',
    '2026-11-23T20:00:00+99:99',
    '２０２６-11-23T20:00:00Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '',
  ])('is not %p', (text) => {
    expect(Instant.read(text)).toBeNull();
  });

  it('reads back what it writes, and orders as its text does', () => {
    const anInstant = fc
      .tuple(fc.integer({ min: -62_135_596_800_000, max: 7_258_118_400_000 }), fc.nat(999))
      .map(([milliseconds, micros]) => new Instant(milliseconds, micros));
    const padded = (instant: Instant): string => instant.toISOString().replace(/(\.\d{3})Z$/, '$1000Z');
    fc.assert(
      fc.property(anInstant, anInstant, (a, b) => {
        expect(Instant.read(a.toISOString())?.toISOString()).toBe(a.toISOString());
        expect(a < b).toBe(padded(a) < padded(b));
      }),
    );
  });
});
