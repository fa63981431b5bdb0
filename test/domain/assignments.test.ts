import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { doubledLines, planAssignments } from '../../src/domain/ownership/plan-assignments.js';
import type { Assignment } from '../../src/domain/ownership/read-assignments.js';
import { AssignmentReader } from '../../src/domain/ownership/read-assignments.js';
import type { OwnershipRule } from '../../src/domain/ownership/resolve-owner.js';
import { ruleOf, rulesInForce } from '../../src/domain/ownership/resolve-owner.js';

type Owned = Assignment & { ownerId: string };

const DAY = 86_400_000;
const day = (number: number): Date => new Date(Date.parse('2026-01-01T00:00:00Z') + number * DAY);
const aPeriod = fc
  .tuple(fc.nat(9), fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }))
  .map(([from, days]) => ({ effectiveFrom: day(from), effectiveTo: days === null ? null : day(from + days) }));
const anOwner = fc.constantFrom('ann', 'bob', 'cy');
const someRules = fc
  .array(fc.record({ key: fc.constantFrom('a', 'b'), ownerId: anOwner, period: aPeriod }), { maxLength: 6 })
  .map((drawn) =>
    drawn.map(({ key, ownerId, period }, index): OwnershipRule => {
      return {
        id: `r${index}`,
        scope: 'SKU',
        match: key,
        written: key,
        ownerId,
        ...period,
        createdAt: new Date(index),
      };
    }),
  );
/** Rows of a file that says of nothing two things at once. */
const aFile = fc
  .array(fc.record({ key: fc.constantFrom('a', 'b'), ownerId: anOwner, period: aPeriod }), { maxLength: 4 })
  .map((drawn) =>
    drawn.map(({ key, ownerId, period }, index): Owned => {
      return { line: index + 2, scope: 'SKU', match: key, key, owner: ownerId, ownerId, ...period };
    }),
  )
  .filter((rows) => doubledLines(rows).length === 0);

/** The rules as they are once a plan is carried out. */
function after(rules: readonly OwnershipRule[], rows: readonly Owned[], round: number): OwnershipRule[] {
  const plan = planAssignments(rows, rules);
  const ends = new Map(plan.end.map(({ id, at }) => [id, at]));
  const kept = rules.map((rule) => {
    const at = ends.get(rule.id);
    return at ? { ...rule, effectiveTo: at > rule.effectiveFrom ? at : rule.effectiveFrom } : rule;
  });
  const added = plan.add.map(({ scope, key, ownerId, effectiveFrom, effectiveTo }, index): OwnershipRule => {
    const createdAt = new Date(1_000 * round + index);
    return {
      id: `n${round}-${index}`,
      scope,
      match: key,
      written: key,
      ownerId,
      effectiveFrom,
      effectiveTo,
      createdAt,
    };
  });
  return [...kept, ...added];
}

const ownerAt = (rules: readonly OwnershipRule[], code: string, at: Date): string | null =>
  ruleOf(rulesInForce(rules, at), { code, handle: 'x', productType: null, vendor: null })?.ownerId ?? null;

describe('a file of assignments', () => {
  it('makes just its owners the owners for just its time; the second time it changes nothing', () => {
    fc.assert(
      fc.property(someRules, aFile, (rules, rows) => {
        const made = after(rules, rows, 1);
        for (let number = 0; number < 20; number += 1) {
          const at = day(number);
          for (const key of ['a', 'b']) {
            const said = rows.find(
              (row) => row.key === key && row.effectiveFrom <= at && (row.effectiveTo === null || row.effectiveTo > at),
            );
            expect(ownerAt(made, key, at)).toBe(said ? said.ownerId : ownerAt(rules, key, at));
          }
        }
        const again = planAssignments(rows, made);
        expect(again).toEqual({ add: [], end: [], unchanged: rows.length });
      }),
      { numRuns: 1_000 },
    );
  });

  it('names every line that says something else of the same for the same time', () => {
    const row = (line: number, key: string, from: number, to: number | null): Owned => {
      const period = { effectiveFrom: day(from), effectiveTo: to === null ? null : day(to) };
      return { line, scope: 'SKU', match: key, key, owner: 'ann', ownerId: 'ann', ...period };
    };
    expect(doubledLines([row(2, 'a', 0, 5), row(3, 'a', 5, null), row(4, 'b', 0, null)])).toEqual([]);
    expect(doubledLines([row(2, 'a', 0, null), row(3, 'a', 3, 4), row(4, 'a', 6, 7)])).toEqual([
      { line: 3, other: 2 },
      { line: 4, other: 2 },
    ]);
  });

  const read = (...lines: string[][]): AssignmentReader => {
    const reader = new AssignmentReader(day(0));
    reader.take(lines.map((cells, index) => ({ line: index + 1, cells })));
    return reader;
  };
  const told = ({ faults }: AssignmentReader): unknown[] =>
    faults.map(({ line, column, code }) => [line, column, code]);

  it('is read with or without scopes, columns in any order, cells unguarded', () => {
    const reader = read(
      ['Owner', ' SCOPE ', 'Match', 'Effective To'],
      ['ann', 'product type', ' Shirts ', ''],
      ['bob', 'Default', '', '2026-06-01'],
      ['', 'SKU', 'A-1', ''],
    );
    expect([told(reader), reader.rows, reader.blank]).toEqual([[], 3, 1]);
    expect(reader.assignments).toEqual([
      {
        line: 2,
        scope: 'PRODUCT_TYPE',
        match: 'Shirts',
        key: 'shirts',
        owner: 'ann',
        effectiveFrom: day(0),
        effectiveTo: null,
      },
      {
        line: 3,
        scope: 'DEFAULT',
        match: null,
        key: '',
        owner: 'bob',
        effectiveFrom: day(0),
        effectiveTo: new Date('2026-06-01T00:00:00Z'),
      },
    ]);
    const bySku = read(['SKU', 'Owner', 'Present Owner', 'Title'], ["'-A1", 'ann', 'eve', 'Shirt']);
    expect(bySku.assignments.map(({ scope, match }) => [scope, match])).toEqual([['SKU', '-A1']]);
  });

  it.each<[string, string[][], unknown[]]>([
    ['a column that there is not', [['SKU', 'Owner', 'Ownr']], [[1, 'Ownr', 'COLUMN_UNKNOWN']]],
    ['two columns alike', [['SKU', 'Match', 'Owner']], [[1, null, 'COLUMN_DUPLICATE']]],
    ['no owners', [['SKU'], ['A']], [[1, null, 'REQUIRED']]],
    [
      'no names',
      [
        ['Scope', 'Owner'],
        ['SKU', 'ann'],
      ],
      [[1, null, 'REQUIRED']],
    ],
    [
      'a scope that there is not, and a moment that is none',
      [
        ['Scope', 'Match', 'Owner', 'Effective From'],
        ['BRAND', 'x', 'ann', '1 May'],
      ],
      [
        [2, 'Scope', 'INVALID_FORMAT'],
        [2, 'Effective From', 'INVALID_FORMAT'],
      ],
    ],
    [
      'a name that is missing',
      [
        ['Scope', 'Match', 'Owner'],
        ['VENDOR', '', 'ann'],
      ],
      [[2, 'Match', 'REQUIRED']],
    ],
    [
      'a default that names something',
      [
        ['Scope', 'Match', 'Owner'],
        ['DEFAULT', 'x', 'ann'],
      ],
      [[2, 'Match', 'INVALID_FORMAT']],
    ],
    [
      'an end before the beginning',
      [
        ['SKU', 'Owner', 'Effective From', 'Effective To'],
        ['A', 'ann', '2026-03-02', '2026-03-01'],
      ],
      [[2, 'Effective To', 'INVALID_FORMAT']],
    ],
    [
      'cells without a column',
      [
        ['SKU', 'Owner'],
        ['A', 'ann', 'x'],
      ],
      [[2, null, 'CSV_INVALID']],
    ],
    [
      'a control character',
      [
        ['SKU', 'Owner'],
        ['A\u0007', 'ann'],
      ],
      [[2, 'SKU', 'INVALID_FORMAT']],
    ],
  ])('is refused for %s', (_, lines, expected) => {
    expect(told(read(...lines))).toEqual(expected);
  });
});
