import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alertBackOff, groupOf, shortened } from '../../../src/domain/alerts/alert.js';
import type { OwnerShare } from '../../../src/domain/alerts/digest.js';
import { digestOf } from '../../../src/domain/alerts/digest.js';
import type { CriticalFinding } from '../../../src/domain/alerts/occasions.js';
import { criticalFindings } from '../../../src/domain/alerts/occasions.js';

describe('what an alert holds', () => {
  it('counts every line that it does not tell', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 40 }), fc.nat(9), (lines, more) => {
        const group = groupOf(null, 'x', lines, more);
        expect(group.lines.length).toBeLessThanOrEqual(10);
        expect(group.lines.length + group.more).toBe(lines.length + more);
      }),
    );
  });

  it('cuts no character in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const short = shortened(text, limit);
        expect(short.length).toBeLessThanOrEqual(limit);
        expect(short.isWellFormed()).toBe(text.isWellFormed());
      }),
    );
  });

  it('tells findings owner by owner, and nothing of none', () => {
    const finding = (id: string, ownerId: string | null): CriticalFinding => ({
      id,
      recurrences: 0,
      target: id,
      kind: 'LIFECYCLE',
      field: 'lifecycle',
      expected: 'off',
      found: { published: true },
      ownerId,
    });
    expect(criticalFindings('erp', [])).toBeNull();
    const alert = criticalFindings('erp', [finding('a', 'ada'), finding('b', null), finding('c', 'ada')]);
    expect(alert?.groups.map(({ ownerId, lines }) => [ownerId, lines.length])).toEqual([
      ['ada', 2],
      [null, 1],
    ]);
    expect(alert?.groups[0]?.lines[0]).toBe('a: lifecycle is {"published":true} instead of off');
  });

  it('waits longer from attempt to attempt, never shorter than asked, and never for ever', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.nat(100_000),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, asked, random) => {
          const seconds = alertBackOff(attempts, asked, random);
          expect(seconds).toBeGreaterThanOrEqual(Math.max(2, Math.min(asked, 3_600)));
          expect(seconds).toBeLessThanOrEqual(3_600);
        },
      ),
    );
    expect([1, 5, 20].map((attempts) => Math.round(alertBackOff(attempts, null, 0.5)))).toEqual([4, 34, 451]);
  });

  it('says how the day stands, quiet or not', () => {
    const share: OwnerShare = {
      ownerId: 'ada',
      deadLetters: 3,
      overdueDeadLetters: 1,
      findings: 14,
      overdueFindings: 0,
      requests: 1,
      lines: ['one', 'two'],
    };
    const none = { open: 0, fresh: 0, overdue: 0 };
    const quiet = {
      date: '2026-11-26',
      deadLetters: none,
      causes: [],
      findings: { ...none, bySeverity: {} },
      requests: 0,
      orphans: { skus: 0, byCause: [] },
      pausedSystems: [],
      stoppedCanaries: [],
      scans: [],
      alertsNotSent: { count: 0, lines: [] },
      beyond: 0,
      owners: [],
    };
    expect(digestOf(quiet)).toMatchObject({
      key: 'digest:2026-11-26',
      title: 'Skuward on 2026-11-26: all quiet',
      groups: [],
    });
    const held = digestOf({ ...quiet, stoppedCanaries: ['CR-7 in erp: 18 of 20 records are held'] });
    expect(held.body).toContain('Requests that stopped and wait for a decision: 1');
    expect(held.groups).toMatchObject([{ ownerId: null, lines: ['CR-7 in erp: 18 of 20 records are held'] }]);
    expect(held.title).toBe('Skuward on 2026-11-26: 1 stopped request');
    const titles = [
      { pausedSystems: ['erp', 'shopify'], scans: ['one'] },
      { pausedSystems: ['erp'], findings: { open: 5, fresh: 5, overdue: 0, bySeverity: {} } },
      { findings: { open: 5, fresh: 5, overdue: 0, bySeverity: {} } },
      { requests: 1 },
      { orphans: { skus: 3, byCause: [] } },
    ].map((told) => digestOf({ ...quiet, ...told }).title.split(': ')[1]);
    expect(titles).toEqual([
      '2 paused systems, 1 unfinished scan',
      '1 paused system',
      '5 open, none overdue',
      'nothing overdue',
      'nothing overdue',
    ]);
    const busy = digestOf({
      ...quiet,
      deadLetters: { open: 3, fresh: 1, overdue: 1 },
      alertsNotSent: { count: 12, lines: ['NOT_SENT: erp is paused', 'NOWHERE: a scan was stopped'] },
      owners: [share],
    });
    expect(busy.title).toBe('Skuward on 2026-11-26: 1 overdue, 12 unsent alerts');
    expect(busy.body).toContain('12 alerts could not be sent');
    expect(busy.groups).toEqual([
      {
        ownerId: null,
        heading: 'Alerts that could not be sent',
        lines: ['NOT_SENT: erp is paused', 'NOWHERE: a scan was stopped'],
        more: 10,
      },
      {
        ownerId: 'ada',
        heading: '3 dead letters (1 overdue), 14 findings, 1 request to approve',
        lines: ['one', 'two'],
        more: 16,
      },
    ]);
  });
});
