import { describe, expect, it } from '@jest/globals';
import { assert, date, property } from 'fast-check';
import { isoWeekAt, parseQuarter, quarterAt, quarterBefore, weeksOf } from '../../src/domain/audit/quarter.js';

const instants = date({
  min: new Date('1990-01-01T00:00:00Z'),
  max: new Date('2120-12-31T23:59:59Z'),
  noInvalidDate: true,
});

describe('quarters', () => {
  it('reads its own notation into instants of UTC', () => {
    expect(parseQuarter('2026-Q4')).toEqual({
      id: '2026-Q4',
      start: new Date('2026-10-01T00:00:00Z'),
      end: new Date('2027-01-01T00:00:00Z'),
    });
  });

  it.each(['2026-Q0', '2026-Q5', '2026-q1', '26-Q1', '0026-Q1', '2026Q1', ' 2026-Q1', '2026-Q1\n', '2026-Q1 ', ''])(
    'refuses %j',
    (text) => {
      expect(parseQuarter(text)).toBeNull();
    },
  );

  it('holds its first instant and not its end', () => {
    expect(quarterAt(new Date('2026-12-31T23:59:59.999Z')).id).toBe('2026-Q4');
    expect(quarterAt(new Date('2027-01-01T00:00:00.000Z')).id).toBe('2027-Q1');
  });

  it('steps back over the turn of the year', () => {
    expect(quarterBefore(quarterAt(new Date('2027-02-03T00:00:00Z'))).id).toBe('2026-Q4');
  });

  it('is read back from its own id, holds its instant, and follows the one before without a gap', () => {
    assert(
      property(instants, (instant) => {
        const quarter = quarterAt(instant);
        expect(parseQuarter(quarter.id)).toEqual(quarter);
        expect(quarter.start <= instant && instant < quarter.end).toBe(true);
        expect(quarterBefore(quarter).end).toEqual(quarter.start);
      }),
    );
  });
});

describe('ISO weeks', () => {
  // ISO 8601: the week belongs to the year of its Thursday.
  it.each([
    ['2026-11-23', '2026-W48'],
    ['2026-11-22', '2026-W47'],
    ['2024-12-30', '2025-W01'],
    ['2027-01-03', '2026-W53'],
    ['2021-01-03', '2020-W53'],
    ['2021-01-04', '2021-W01'],
    ['2016-01-01', '2015-W53'],
    ['2023-01-01', '2022-W52'],
    ['2020-12-31', '2020-W53'],
  ])('%s is in %s', (text, week) => {
    expect(isoWeekAt(new Date(`${text}T12:00:00Z`)).id).toBe(week);
  });

  it('begins on a Monday, lasts seven days, holds its instant, and has a name of its own', () => {
    assert(
      property(instants, (instant) => {
        const week = isoWeekAt(instant);
        expect(week.start.getUTCDay()).toBe(1);
        expect(week.end.getTime() - week.start.getTime()).toBe(7 * 86_400_000);
        expect(week.start <= instant && instant < week.end).toBe(true);
        expect(isoWeekAt(week.end).id > week.id).toBe(true);
      }),
    );
  });
});

describe('the weeks of a quarter', () => {
  it('cuts the first and the last week to the quarter', () => {
    const weeks = weeksOf({
      id: '2026-Q4',
      start: new Date('2026-10-01T00:00:00Z'),
      end: new Date('2027-01-01T00:00:00Z'),
    });
    expect(weeks).toHaveLength(14);
    expect(weeks[0]).toEqual({
      id: '2026-W40',
      start: new Date('2026-10-01T00:00:00Z'),
      end: new Date('2026-10-05T00:00:00Z'),
    });
    expect(weeks.at(-1)).toEqual({
      id: '2026-W53',
      start: new Date('2026-12-28T00:00:00Z'),
      end: new Date('2027-01-01T00:00:00Z'),
    });
  });

  it('names the rest of a week that began in the year before by that year', () => {
    const weeks = weeksOf({
      id: '2027-Q1',
      start: new Date('2027-01-01T00:00:00Z'),
      end: new Date('2027-04-01T00:00:00Z'),
    });
    expect(weeks.slice(0, 2).map(({ id }) => id)).toEqual(['2026-W53', '2027-W01']);
  });

  it('covers every quarter without a gap, an overlap or a name twice, in 13 to 15 weeks', () => {
    assert(
      property(instants, (instant) => {
        const quarter = quarterAt(instant);
        const weeks = weeksOf(quarter);
        expect(weeks.length).toBeGreaterThanOrEqual(13);
        expect(weeks.length).toBeLessThanOrEqual(15);
        expect(new Set(weeks.map(({ id }) => id)).size).toBe(weeks.length);
        expect(weeks[0]?.start).toEqual(quarter.start);
        expect(weeks.at(-1)?.end).toEqual(quarter.end);
        for (const [index, week] of weeks.entries()) {
          expect(isoWeekAt(week.start).id).toBe(week.id);
          if (index > 0) expect(week.start).toEqual(weeks[index - 1]?.end);
        }
      }),
    );
  });
});
