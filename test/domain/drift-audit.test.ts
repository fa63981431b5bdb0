import { describe, expect, it } from '@jest/globals';
import { assert, float, nat, property, record, string, uniqueArray } from 'fast-check';
import type { AuditedSystem } from '../../src/domain/audit/audit-gaps.js';
import { gapsOf } from '../../src/domain/audit/audit-gaps.js';
import type { CountedAudit, CountedQuarter } from '../../src/domain/audit/drift-audit.js';
import {
  breakdownOf,
  driftAuditOf,
  driftAuditPath,
  summaryOf,
  weeksBegun,
} from '../../src/domain/audit/drift-audit.js';
import { quarterAt } from '../../src/domain/audit/quarter.js';

const NOW = new Date('2026-11-23T20:00:00Z');
const QUARTER = quarterAt(NOW);

const NOTHING: CountedQuarter = {
  skusGoverned: 0,
  skusCovered: 0,
  skusDrifted: 0,
  opened: 0,
  resolved: 0,
  openAtEnd: 0,
  waived: 0,
  medianSecondsToResolve: null,
};

const ALL_DECIDED = { values: 0, skus: 0, products: 0 };
const ALL_OWNED = { skus: 3, orphaned: 0 };
const SOUND: AuditedSystem = {
  code: 'erp',
  mode: 'WRITE',
  link: 'LINKED',
  fullScansFinished: 3,
  scansFailed: 0,
  lastFailure: null,
  scansHeld: 0,
  skusNotCompared: 0,
  skusUnpriced: 0,
  deadLetters: 0,
};

function counted(changes: Partial<CountedAudit>): CountedAudit {
  return {
    current: NOTHING,
    previous: NOTHING,
    breakdowns: { system: [], field: [], owner: [], attribution: [], severity: [] },
    weekly: [],
    recurring: [],
    recurringCount: 0,
    forced: [],
    forcedCount: 0,
    unresolved: [],
    systems: [SOUND],
    undecided: ALL_DECIDED,
    owned: ALL_OWNED,
    ...changes,
  };
}

describe('the summary', () => {
  it('works shares out of counts', () => {
    const summary = summaryOf({
      ...NOTHING,
      skusGoverned: 4000,
      skusCovered: 3000,
      skusDrifted: 10,
      medianSecondsToResolve: 5400,
    });
    expect(summary).toMatchObject({ coverage: 0.75, driftRate: 2.5, medianHoursToResolve: 1.5, previous: null });
  });

  it('claims no coverage and no drift where nothing is governed, and no time where nothing was resolved', () => {
    expect(summaryOf(NOTHING)).toMatchObject({ coverage: 0, driftRate: 0, medianHoursToResolve: null });
  });

  it('keeps shares between 0 and 1 whatever was counted', () => {
    assert(
      property(nat(1_000_000), float({ min: 0, max: 1, noNaN: true }), (governed, part) => {
        const some = Math.floor(governed * part);
        const summary = summaryOf({ ...NOTHING, skusGoverned: governed, skusCovered: some, skusDrifted: some });
        expect(summary.coverage).toBeGreaterThanOrEqual(0);
        expect(summary.coverage).toBeLessThanOrEqual(1);
        expect(summary.driftRate).toBeLessThanOrEqual(1000);
      }),
    );
  });
});

describe('a breakdown', () => {
  it('puts most opened first, then goes by key', () => {
    const rows = [
      { key: 'b', opened: 1, resolved: 0, openAtEnd: 1 },
      { key: 'a', opened: 1, resolved: 1, openAtEnd: 0 },
      { key: 'z', opened: 2, resolved: 0, openAtEnd: 2 },
      { key: 'c', opened: 0, resolved: 4, openAtEnd: 0 },
    ];
    expect(breakdownOf(rows).map(({ key, share }) => [key, share])).toEqual([
      ['z', 0.5],
      ['a', 0.25],
      ['b', 0.25],
      ['c', 0],
    ]);
  });

  it('has shares that add up to one, and an order that does not depend on the rows’ own', () => {
    const row = record({ key: string(), opened: nat(1000), resolved: nat(1000), openAtEnd: nat(1000) });
    const rows = uniqueArray(row, { selector: ({ key }) => key, minLength: 1, maxLength: 30 });
    assert(
      property(rows, (given) => {
        const made = breakdownOf(given);
        const total = given.reduce((sum, { opened }) => sum + opened, 0);
        expect(made.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(total === 0 ? 0 : 1, 9);
        expect(breakdownOf(given.toReversed())).toEqual(made);
      }),
    );
  });
});

describe('the report', () => {
  it('has the quarter before beside it only where that one has governed data', () => {
    expect(driftAuditOf(QUARTER, counted({}), NOW).summary.previous).toBeNull();
    const previous = { ...NOTHING, skusGoverned: 3, skusCovered: 3 };
    const { summary } = driftAuditOf(QUARTER, counted({ previous }), NOW);
    expect(summary.previous).toMatchObject({ skusGoverned: 3, coverage: 1, previous: null });
  });

  it('is live, never closed, and says when the quarter has run out', () => {
    expect(driftAuditOf(QUARTER, counted({}), NOW)).toMatchObject({ quarter: '2026-Q4', closed: false, running: true });
    expect(driftAuditOf(QUARTER, counted({}), QUARTER.end).running).toBe(false);
  });

  it('asks for no week that has not begun', () => {
    expect(weeksBegun(QUARTER, NOW).at(-1)?.id).toBe('2026-W48');
    expect(weeksBegun(QUARTER, new Date('2026-11-22T23:59:59.999Z')).at(-1)?.id).toBe('2026-W47');
    expect(weeksBegun(QUARTER, new Date('2027-05-01T00:00:00Z')).at(-1)?.id).toBe('2026-W53');
    expect(weeksBegun(QUARTER, QUARTER.start)).toHaveLength(1);
  });

  it('is fetched by quarter and format', () => {
    expect(driftAuditPath('2026-Q4', 'HTML')).toBe('/reports/drift-audit/2026-Q4.html');
  });
});

describe('gaps', () => {
  it('has none where all was looked at', () => {
    expect(gapsOf([SOUND], ALL_DECIDED, ALL_OWNED, true)).toEqual([]);
    expect(gapsOf([SOUND], { values: 3, skus: 2, products: 1 }, ALL_OWNED, true)).toEqual([
      '3 values of 2 SKUs and 1 product did not hold when imported: they are compared with no system until somebody decides on them.',
    ]);
    expect(gapsOf([SOUND], { values: 1, skus: 1, products: 0 }, ALL_OWNED, true)).toEqual([
      '1 value of 1 SKU did not hold when imported: it is compared with no system until somebody decides on it.',
    ]);
  });

  it('counts SKUs that nobody answers for', () => {
    expect(gapsOf([SOUND], ALL_DECIDED, { skus: 1_300, orphaned: 1_204 }, true)).toEqual([
      '1,204 SKUs of 1,300 have no owner who can answer: what drifts there waits for nobody.',
    ]);
    expect(gapsOf([SOUND], ALL_DECIDED, { skus: 1, orphaned: 1 }, true)).toEqual([
      '1 SKU of 1 has no owner who can answer: what drifts there waits for nobody.',
    ]);
  });

  it('says that there is nothing to compare with', () => {
    expect(gapsOf([], ALL_DECIDED, ALL_OWNED, true)).toEqual([
      'No system is configured: nothing was compared with anything.',
    ]);
  });

  it('names everything that was not looked at, as sentences', () => {
    const broken: AuditedSystem = {
      code: 'shopify-us',
      mode: 'READ_ONLY',
      link: 'UNLINKED',
      fullScansFinished: 0,
      scansFailed: 2,
      lastFailure: `bulk operation\n failed: ${'x'.repeat(400)}`,
      scansHeld: 1,
      skusNotCompared: 1204,
      skusUnpriced: 1,
      deadLetters: 1,
    };
    const gaps = gapsOf([SOUND, broken], ALL_DECIDED, ALL_OWNED, true);
    expect(gaps).toHaveLength(8);
    for (const gap of gaps) expect(gap).toMatch(/^[^\n]*shopify-us [^\n]*[^.\n]\.$/);
    expect(gaps[3]).toMatch(/^2 scans of shopify-us failed; the last with: bulk operation failed: x+…\.$/);
    expect(gaps[5]).toBe('1,204 SKUs were not compared with shopify-us in the quarter.');
    expect(gaps[6]).toMatch(/^1 SKU on sale in shopify-us has no price in the master:/);
    expect(gaps[7]).toMatch(/^1 dead letter of shopify-us is open:/);
  });

  it('says of a quarter that has ended what is of today', () => {
    expect(gapsOf([SOUND], ALL_DECIDED, ALL_OWNED, false)).toHaveLength(1);
  });
});
