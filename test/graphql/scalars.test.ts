import { describe, expect, it } from '@jest/globals';
import { parseValue } from 'graphql';
import { IsoWeekScalar, QuarterScalar } from '../../src/graphql/scalars/calendar.js';
import { DateTimeScalar } from '../../src/graphql/scalars/date-time.js';
import { DecimalScalar } from '../../src/graphql/scalars/decimal.js';
import { JsonScalar } from '../../src/graphql/scalars/json.js';

describe('DateTime', () => {
  it('takes RFC 3339 with any offset and answers UTC', () => {
    const instant = DateTimeScalar.parseValue('2026-11-23T22:00:00+02:00');
    expect(DateTimeScalar.serialize(instant)).toBe('2026-11-23T20:00:00.000Z');
    const exact = DateTimeScalar.parseLiteral(parseValue('"2026-11-23T22:00:00.123456+02:00"'));
    expect(DateTimeScalar.serialize(exact)).toBe('2026-11-23T20:00:00.123456Z');
  });

  it.each(['2026', '2026-11-23', '2026-11-23T20:00:00', '2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', 'now', '', 5])(
    'refuses %p',
    (nonsense) => {
      expect(() => DateTimeScalar.parseValue(nonsense)).toThrow('RFC 3339');
    },
  );
});

describe('Decimal', () => {
  it('takes text as it is, and whole numbers', () => {
    expect(DecimalScalar.parseValue('19.90')).toBe('19.90');
    expect(DecimalScalar.parseValue(20)).toBe('20');
    expect(DecimalScalar.parseLiteral(parseValue('20'))).toBe('20');
    expect(DecimalScalar.parseLiteral(parseValue('"0.10"'))).toBe('0.10');
  });

  it.each([19.9, Number.NaN, 1e21, true, null])('refuses %p', (inexact) => {
    expect(() => DecimalScalar.parseValue(inexact)).toThrow('not exact');
  });

  it('refuses a float in the document itself', () => {
    expect(() => DecimalScalar.parseLiteral(parseValue('19.90'))).toThrow('quote it');
    expect(() => DecimalScalar.parseLiteral(parseValue('1e3'))).toThrow('quote it');
  });

  it('never answers anything but a plain decimal', () => {
    expect(() => DecimalScalar.serialize('1e3')).toThrow('no plain decimal');
  });
});

describe('JSON', () => {
  it('reads literals with variables inside', () => {
    const literal = parseValue('{ a: [1, 2.5, "x", null, $b], c: { d: true } }');
    expect(JsonScalar.parseLiteral(literal, { b: 'y' })).toEqual({ a: [1, 2.5, 'x', null, 'y'], c: { d: true } });
  });

  it('refuses what is meant to exhaust us', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 40; level += 1) deep = [deep];
    expect(() => JsonScalar.parseValue(deep)).toThrow('levels deep');
  });
});

describe('Quarter and IsoWeek', () => {
  it('take their form and nothing else', () => {
    expect(QuarterScalar.parseValue('2026-Q3')).toBe('2026-Q3');
    expect(IsoWeekScalar.parseValue('2026-W47')).toBe('2026-W47');
    expect(() => QuarterScalar.parseValue('2026-Q5')).toThrow('2026-Q3');
    expect(() => IsoWeekScalar.parseValue('2026-W54')).toThrow('2026-W47');
  });
});
