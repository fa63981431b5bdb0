import { describe, expect, it } from '@jest/globals';
import { digestDue, isZone } from '../../../src/domain/alerts/digest-time.js';

/** The instants of a stretch, a quarter of an hour apart, at which a day's digest is due, by day: the first of each. */
function firstDue(from: string, hours: number, at: string, zone: string): Record<string, string> {
  const first: Record<string, string> = {};
  for (let quarter = 0; quarter < hours * 4; quarter += 1) {
    const now = new Date(Date.parse(from) + quarter * 15 * 60_000);
    const { date, isDue } = digestDue(now, at, zone);
    if (isDue) first[date] ??= now.toISOString();
  }
  return first;
}

describe('the time of the digest', () => {
  it('is what the clock shows where the house is', () => {
    expect(digestDue(new Date('2026-06-01T06:59:59Z'), '09:00', 'Europe/Berlin')).toEqual({
      date: '2026-06-01',
      isDue: false,
    });
    expect(digestDue(new Date('2026-06-01T07:00:00Z'), '09:00', 'Europe/Berlin')).toEqual({
      date: '2026-06-01',
      isDue: true,
    });
    expect(digestDue(new Date('2026-12-31T22:30:00Z'), '09:00', 'Asia/Tokyo')).toEqual({
      date: '2027-01-01',
      isDue: false,
    });
    expect(digestDue(new Date('2026-06-01T00:00:00Z'), '00:00', 'UTC')).toEqual({ date: '2026-06-01', isDue: true });
  });

  it('comes once on a day that has it twice, and on one that has it not at all', () => {
    // Berlin: 2026-03-29 has no 02:30, 2026-10-25 has two.
    expect(firstDue('2026-03-28T12:00:00Z', 48, '02:30', 'Europe/Berlin')).toEqual({
      '2026-03-28': '2026-03-28T12:00:00.000Z',
      '2026-03-29': '2026-03-29T01:00:00.000Z',
      '2026-03-30': '2026-03-30T00:30:00.000Z',
    });
    expect(firstDue('2026-10-24T12:00:00Z', 48, '02:30', 'Europe/Berlin')).toMatchObject({
      '2026-10-25': '2026-10-25T00:30:00.000Z',
      '2026-10-26': '2026-10-26T01:30:00.000Z',
    });
  });

  it('is reckoned only in zones that there are', () => {
    expect(['UTC', 'Europe/Berlin', 'America/New_York'].map(isZone)).toEqual([true, true, true]);
    expect(['Mars/Olympus', '', 'Europe/Berlin; drop'].map(isZone)).toEqual([false, false, false]);
  });
});
