import { describe, expect, it } from '@jest/globals';
import type { ApprovalRequirement } from '../../src/domain/change/approval.js';
import { givenFor } from '../../src/domain/change/approval.js';
import {
  approvedAnew,
  askedAgain,
  isAskedStill,
  newlyVoided,
  withVoids,
} from '../../src/domain/change/void-approvals.js';

const asks = (namedId: string, targets: string[], over: Partial<ApprovalRequirement> = {}): ApprovalRequirement => ({
  rule: 'owner-approves',
  partyId: namedId,
  namedId,
  count: 1,
  eligible: [namedId],
  targets,
  ...over,
});
const given = (all: readonly ApprovalRequirement[], approvedBy: string[]): number[] =>
  all.map((each) => givenFor(each, approvedBy));
const BOTH = ['ada', 'pia'];

describe('approvals after an edit', () => {
  const before = [asks('ada', ['A1', 'A2']), asks('pia', ['P1'])];

  it('fall where the edit touches what they cover, before or after it, and only there', () => {
    expect(given(askedAgain(before, before, BOTH, ['a2'], []), BOTH)).toEqual([0, 1]);
    const without = [asks('ada', ['A1']), asks('pia', ['P1'])];
    expect(given(askedAgain(without, before, BOTH, ['a2'], []), BOTH)).toEqual([0, 1]);
    expect(given(askedAgain(without, before, BOTH, [], []), BOTH)).toEqual([1, 1]);
    const more = [asks('ada', ['A1', 'A2']), asks('pia', ['P1', 'P2'])];
    expect(given(askedAgain(more, before, BOTH, ['p2'], []), BOTH)).toEqual([1, 0]);
  });

  it('are told apart where one rule asks one party for one SKU at a time', () => {
    const single = [asks('ada', ['A1']), asks('ada', ['A2'])];
    expect(given(askedAgain(single, single, BOTH, ['A2'], []), BOTH)).toEqual([1, 0]);
  });

  it('count again once they are given again, each for itself', () => {
    const shared = [asks('ada', ['A1'], { eligible: BOTH, count: 2 }), asks('pia', ['P1'])];
    const edited = askedAgain(shared, shared, BOTH, ['A1'], []);
    expect(newlyVoided(edited, shared)).toEqual(BOTH);
    expect(isAskedStill(edited, BOTH, 'pia')).toBe(true);
    const anew = approvedAnew(edited, 'pia');
    expect(given(anew, BOTH)).toEqual([1, 1]);
    expect([isAskedStill(anew, BOTH, 'pia'), isAskedStill(anew, BOTH, 'ada')]).toEqual([false, true]);
  });

  it('stay fallen when everything is worked out anew, under another rule as well', () => {
    const edited = askedAgain(before, before, BOTH, ['A1'], []);
    expect(given(withVoids(before, edited), BOTH)).toEqual([0, 1]);
    const other = [asks('ada', ['A1'], { rule: 'price' }), asks('pia', ['P1'], { rule: 'price' })];
    expect(given(withVoids(other, edited), BOTH)).toEqual([0, 1]);
  });

  it('stay given where their giver is not asked any more, unless the request has become theirs', () => {
    const fresh = [asks('ada', ['A1', 'A2'], { eligible: ['eva'], partyId: 'eva' }), asks('pia', ['P1'])];
    expect(given(askedAgain(fresh, before, BOTH, [], []), BOTH)).toEqual([1, 1]);
    expect(given(askedAgain(fresh, before, BOTH, [], ['ada']), BOTH)).toEqual([0, 1]);
    expect(given(askedAgain(fresh, before, BOTH, ['A1'], []), BOTH)).toEqual([0, 1]);
  });
});
