import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Actor } from '../../src/domain/actor.js';
import type { FieldRule } from '../../src/domain/drift/source-of-truth.js';
import { DEFAULT_RULES, ruleOf } from '../../src/domain/drift/source-of-truth.js';
import type { Json } from '../../src/domain/primitives/json.js';
import { settingFaults } from '../../src/domain/settings/setting.js';
import { sourceOfTruthSetting } from '../../src/domain/settings/source-of-truth-setting.js';
import { FIELD_PLACES, wholeMatrix, withRules } from '../../src/domain/truth/matrix.js';
import { REVIEW_DAYS, rulesActing, standingOf } from '../../src/domain/truth/standing.js';

const rule = (field: string, over: Partial<FieldRule> = {}): FieldRule => {
  return { field, owner: 'MASTER', onDrift: 'FLAG', severity: 'LOW', tolerance: null, ...over };
};
const person = (id: string, partyId: string | null): Actor => ({ kind: 'API_KEY', id, name: id, partyId });
const day = (days: number): Date => new Date(Date.UTC(2026, 0, 1) + days * 86_400_000);

describe('the matrix', () => {
  it('names every field of the design once, and where it lives', () => {
    expect(DEFAULT_RULES.map(({ field }) => field).toSorted()).toEqual(Object.keys(FIELD_PLACES).toSorted());
    expect(new Set(DEFAULT_RULES.map(({ field }) => field)).size).toBe(DEFAULT_RULES.length);
  });

  it('gives the cost to the only ERP, and to the master where there is none or more than one', () => {
    const owner = (erps: string[]): unknown => ruleOf(wholeMatrix([], erps), 'cost')?.owner;
    expect([owner(['erp']), owner([]), owner(['a', 'b'])]).toEqual(['erp', 'MASTER', 'MASTER']);
    expect(ruleOf(wholeMatrix([rule('cost')], ['erp']), 'cost')?.owner).toBe('MASTER');
  });

  it('puts rules in the place of those for their fields, and leaves the others as they are', () => {
    const names = Object.keys(FIELD_PLACES);
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...names, 'attributes.material')), (fields) => {
        const before = wholeMatrix([], ['erp']);
        const after = withRules(
          before,
          fields.map((field) => rule(field, { severity: 'CRITICAL' })),
        );
        for (const each of after) {
          const own = before.find(({ field }) => field === each.field);
          expect(each).toEqual(fields.includes(each.field) ? rule(each.field, { severity: 'CRITICAL' }) : own);
        }
        expect(after.map(({ field }) => field)).toEqual(
          expect.arrayContaining([...before.map(({ field }) => field), ...fields]),
        );
      }),
    );
  });
});

describe('what a rule may say', () => {
  const faults = (...rules: FieldRule[]): string[] =>
    settingFaults(sourceOfTruthSetting, rules as unknown as Json).map(({ field }) => (field ?? []).join('.'));

  it.each<[string, FieldRule[], string[]]>([
    ['a system that owns a field', [rule('cost', { owner: 'erp' })], []],
    ['an attribute of its own', [rule('attributes.material', { onDrift: 'AUTO_ADOPT' })], []],
    ['a tolerance', [rule('price', { tolerance: '0.05' })], []],
    ['a field that nobody has', [rule('colour')], ['0.field']],
    ['a field twice', [rule('price'), rule('gtin'), rule('price')], ['2.field']],
    ['a lifecycle that a system owns', [rule('lifecycle', { owner: 'erp' })], ['0.owner']],
    ['tags that go into the master', [rule('product.tags', { onDrift: 'AUTO_ADOPT' })], ['0.onDrift']],
    ['healing of what nobody governs', [rule('gtin', { owner: 'NONE', onDrift: 'AUTO_REVERT' })], ['0.onDrift']],
    ['a tolerance of a text', [rule('title', { tolerance: '1' })], ['0.tolerance']],
    ['a tolerance below zero', [rule('price', { tolerance: '-1' })], ['0.tolerance']],
    ['an exponent', [rule('price', { tolerance: '1e3' })], ['0.tolerance']],
    ['a control character', [rule('price', { owner: 'e\u0000rp' })], ['0.owner']],
  ])('judges %s', (_name, rules, expected) => {
    expect(faults(...rules)).toEqual(expected);
  });
});

describe('what a version is worth', () => {
  const alex = person('alex', 'p1');
  const alexAgain = person('alex-2', 'p1');
  const bo = person('bo', 'p2');
  const signed = (actor: Actor, at: Date): { actor: Actor; at: Date; comment: null } => ({ actor, at, comment: null });

  it('does not stand by its author, whichever key they use', () => {
    const of = { effectiveFrom: day(0), setBy: alex, signOffs: [signed(alex, day(1)), signed(alexAgain, day(2))] };
    expect(standingOf(of, day(3))).toEqual({ isSigned: false, isOverdue: true, nextReviewDue: day(0) });
  });

  it('stands from another one on, until 92 days after the last who signed', () => {
    const of = { effectiveFrom: day(0), setBy: alex, signOffs: [signed(bo, day(1)), signed(alex, day(50))] };
    const due = day(50 + REVIEW_DAYS);
    expect(standingOf(of, new Date(due.getTime() - 1))).toEqual({
      isSigned: true,
      isOverdue: false,
      nextReviewDue: due,
    });
    expect(standingOf(of, due).isOverdue).toBe(true);
  });

  it('lets nothing heal by itself while it does not stand', () => {
    const rules = [
      rule('price', { onDrift: 'AUTO_REVERT' }),
      rule('gtin', { onDrift: 'AUTO_ADOPT' }),
      rule('title', { onDrift: 'IGNORE' }),
    ];
    const of = { version: 1, effectiveFrom: day(0), setBy: alex, reason: 'r', rules, signOffs: [signed(bo, day(1))] };
    expect(rulesActing(of, day(2)).map(({ onDrift }) => onDrift)).toEqual(['AUTO_REVERT', 'AUTO_ADOPT', 'IGNORE']);
    expect(rulesActing(of, day(1 + REVIEW_DAYS)).map(({ onDrift }) => onDrift)).toEqual(['FLAG', 'FLAG', 'IGNORE']);
    expect(rulesActing({ ...of, signOffs: [] }, day(0)).map(({ onDrift }) => onDrift)).toEqual([
      'FLAG',
      'FLAG',
      'IGNORE',
    ]);
  });
});
