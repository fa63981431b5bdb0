import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OwnershipRule, OwnershipScope } from '../../src/domain/ownership/resolve-owner.js';
import { ruleOf, rulesInForce } from '../../src/domain/ownership/resolve-owner.js';
import { Instant } from '../../src/domain/primitives/instant.js';
import { runs } from '../support/runs.js';

const anInstant = fc.nat(5).map((micros) => new Instant(1_790_000_000_000, micros));
const aRule: fc.Arbitrary<OwnershipRule> = fc
  .record({
    scope: fc.constantFrom<OwnershipScope>('SKU', 'PRODUCT', 'PRODUCT_TYPE', 'VENDOR', 'DEFAULT'),
    match: fc.constantFrom('a', 'b'),
    effectiveFrom: anInstant,
    effectiveTo: fc.option(anInstant, { nil: null }),
    createdAt: anInstant,
  })
  .map((rule) => ({ ...rule, id: '', ownerId: 'x', match: rule.scope === 'DEFAULT' ? null : rule.match }))
  .map((rule) => ({ ...rule, written: rule.match }));

/** The promise in words: most specific scope first; of a scope, in force, the last created; of two created at once, the later in the list. */
function byTheBook(rules: readonly OwnershipRule[], keys: [OwnershipScope, string | null][], at: Date): string | null {
  for (const [scope, key] of keys) {
    const hits = rules.filter(
      (rule) =>
        rule.scope === scope &&
        (scope === 'DEFAULT' || rule.match === key) &&
        Number(rule.effectiveFrom) <= Number(at) &&
        (rule.effectiveTo === null || Number(rule.effectiveTo) > Number(at)),
    );
    const last = hits.toSorted((a, b) => Number(a.createdAt) - Number(b.createdAt)).at(-1);
    if (last) return last.id;
  }
  return null;
}

describe('the owner of a SKU', () => {
  it('is by the most specific rule in force, the later-created of two, to the microsecond', () => {
    const aKey = fc.constantFrom('A', ' b', null);
    fc.assert(
      fc.property(fc.array(aRule, { maxLength: 8 }), aKey, aKey, aKey, anInstant, (drawn, code, type, vendor, at) => {
        const rules = drawn.map((rule, index) => ({ ...rule, id: String(index) }));
        const found = ruleOf(rulesInForce(rules, at), { code, handle: 'a', productType: type, vendor });
        const fold = (key: string | null): string | null => key?.trim().toLowerCase() ?? null;
        const keys: [OwnershipScope, string | null][] = [
          ['SKU', fold(code)],
          ['PRODUCT', 'a'],
          ['PRODUCT_TYPE', fold(type)],
          ['VENDOR', fold(vendor)],
          ['DEFAULT', null],
        ];
        expect(found?.id ?? null).toBe(byTheBook(rules, keys, at));
      }),
      { numRuns: runs(1_000) },
    );
  });
});
