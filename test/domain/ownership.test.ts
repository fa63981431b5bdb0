import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import { LIFECYCLE_STATES } from '../../src/domain/catalog/lifecycle.js';
import type { ApprovalWorld } from '../../src/domain/change/approval.js';
import { DEFAULT_POLICY } from '../../src/domain/approvals/approval-rule.js';
import { requirementsOf } from '../../src/domain/approvals/requirements.js';
import { reask } from '../../src/domain/change/approval.js';
import { IN_OFFICE, touch } from './approvals-kit.js';
import type { OwnershipCount } from '../../src/domain/ownership/coverage.js';
import { coverageOf } from '../../src/domain/ownership/coverage.js';
import type { Party } from '../../src/domain/ownership/party.js';
import { canAnswer, isEngineering, silencedBy } from '../../src/domain/ownership/party.js';
import type { OwnershipScope } from '../../src/domain/ownership/resolve-owner.js';
import { OWNERSHIP_SCOPES } from '../../src/domain/ownership/resolve-owner.js';

const NOW = new Date('2026-11-25T12:00:00Z');
const LATER = new Date(NOW.getTime() + 1);
const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];

function person(id: string, over: Partial<Party> = {}): Party {
  const base = { id, code: id, kind: 'USER' as const, name: id, email: null, active: true, engineering: false };
  return { ...base, memberIds: [], delegateId: null, ...IN_OFFICE, ...over };
}
const byId = (parties: readonly Party[]): Map<string, Party> => new Map(parties.map((party) => [party.id, party]));

/** Parties of which the first three are people and the others teams. */
const someParties = fc
  .tuple(
    ...IDS.map((id, index) =>
      fc
        .record({ active: fc.boolean(), engineering: fc.boolean(), memberIds: fc.subarray(['a', 'b', 'c']) })
        .map((drawn) => person(id, index < 3 ? { ...drawn, memberIds: [] } : { ...drawn, kind: 'TEAM' })),
    ),
  )
  .map(byId);

const aSku = fc.record({
  state: fc.constantFrom<LifecycleState>(...LIFECYCLE_STATES),
  rule: fc.option(
    fc.record({ scope: fc.constantFrom<OwnershipScope>(...OWNERSHIP_SCOPES), ownerId: fc.constantFrom(...IDS) }),
    { nil: null },
  ),
});

describe('the coverage of a catalogue', () => {
  it('counts every SKU once in each breakdown, and as owned just those for which somebody can answer', () => {
    fc.assert(
      fc.property(fc.array(aSku, { maxLength: 60 }), someParties, (skus, parties) => {
        const counts: OwnershipCount[] = skus.map(({ state, rule }) => {
          return { state, scope: rule?.scope ?? null, ownerId: rule?.ownerId ?? null, skus: 1 };
        });
        const told = coverageOf(counts, parties, LIFECYCLE_STATES, OWNERSHIP_SCOPES);
        const owner = (index: number): Party | undefined => parties.get(skus[index]?.rule?.ownerId ?? '');
        const answered = skus.filter((_, index) => {
          const party = owner(index);
          return party !== undefined && canAnswer(party, parties);
        }).length;
        expect([told.skus, told.owned, told.orphaned]).toEqual([skus.length, answered, skus.length - answered]);
        expect(told.share).toBe(skus.length === 0 ? 1 : answered / skus.length);
        const sum = (parts: readonly { skus: number }[]): number => parts.reduce((all, part) => all + part.skus, 0);
        expect(sum(told.byCause)).toBe(told.orphaned);
        expect(sum(told.byState)).toBe(told.skus);
        expect(told.byState.reduce((all, part) => all + part.owned, 0)).toBe(told.owned);
        const ruled = skus.filter(({ rule }) => rule !== null).length;
        expect([sum(told.byScope), sum(told.byOwner)]).toEqual([ruled, ruled]);
        expect(told.byCause[0]).toEqual({ cause: 'NO_RULE', skus: skus.length - ruled });
        const engineers = skus.filter((_, index) => {
          const party = owner(index);
          return party !== undefined && canAnswer(party, parties) && isEngineering(party, parties);
        });
        expect(told.engineering).toBe(engineers.length);
        const warned = told.warnings.filter(({ code }) => code === 'ENGINEERING_OWNER');
        expect(sum(warned)).toBe(engineers.length);
        expect(told.warnings.some(({ code }) => code === 'ORPHANED_SKUS')).toBe(answered < skus.length);
      }),
    );
  });

  it('takes a team for engineering when it is flagged, or when everybody active in it is', () => {
    const parties = byId([
      person('a', { engineering: true }),
      person('b', { active: false }),
      person('c'),
      person('d', { kind: 'TEAM', memberIds: ['a', 'b'] }),
      person('e', { kind: 'TEAM', memberIds: ['a', 'c'] }),
      person('f', { kind: 'TEAM', memberIds: [] }),
    ]);
    const told = [...parties.values()].map((party) => isEngineering(party, parties));
    expect(told).toEqual([true, false, false, true, false, false]);
  });
});

describe('a change of parties', () => {
  it('silences just those who could answer before and cannot after', () => {
    fc.assert(
      fc.property(someParties, someParties, (before, after) => {
        const silenced = silencedBy(before, after);
        for (const id of IDS) {
          const [was, is] = [before.get(id), after.get(id)];
          if (!was || !is) throw new Error('all are there');
          expect(silenced.includes(id)).toBe(canAnswer(was, before) && !canAnswer(is, after));
        }
      }),
    );
  });
});

describe('who is asked to approve', () => {
  const world = (over: Partial<ApprovalWorld> & Pick<ApprovalWorld, 'parties'>): ApprovalWorld => {
    return { approvers: ['eve', 'ann', 'dan'], admins: [], authorPartyId: 'mia', at: NOW, ...over };
  };
  const eligible = (parties: Party[], over: Partial<ApprovalWorld> = {}): string[] | undefined => {
    const touched = [touch('A', { owners: ['ann'], fields: ['price'] })];
    const people = [person('eve'), person('mia'), person('bob'), ...parties];
    return requirementsOf(touched, DEFAULT_POLICY, world({ parties: byId(people), ...over })).requirements[0]?.eligible;
  };

  it.each<[string, Partial<Party>, string, string[]]>([
    ['the owner and the delegate', { delegateId: 'dan' }, 'mia', ['ann', 'dan']],
    ['the delegate, where the owner is the author', { delegateId: 'dan' }, 'ann', ['dan']],
    ['the delegate, where the owner is inactive', { delegateId: 'dan', active: false }, 'mia', ['dan']],
    ['nobody but the owner once the delegation has ended', { delegateId: 'dan', delegateUntil: NOW }, 'mia', ['ann']],
    [
      'the delegate until the very end',
      { delegateId: 'dan', delegateUntil: new Date(NOW.getTime() + 1) },
      'mia',
      ['ann', 'dan'],
    ],
    ['nobody but the owner before the delegation begins', { delegateId: 'dan', delegateFrom: LATER }, 'mia', ['ann']],
    ['the owner and the delegate once it has begun', { delegateId: 'dan', delegateFrom: NOW }, 'mia', ['ann', 'dan']],
    ['every approver besides, while the owner is away', { awayFrom: NOW }, 'mia', ['ann', 'eve', 'dan']],
    ['the owner, who is not away yet', { awayFrom: LATER }, 'mia', ['ann']],
    ['the owner, who is back', { awayFrom: new Date(0), awayUntil: NOW }, 'mia', ['ann']],
    ['the owner and the delegate, who is there', { awayFrom: NOW, delegateId: 'dan' }, 'mia', ['ann', 'dan']],
    ['the owner, where the delegate is the author', { delegateId: 'dan' }, 'dan', ['ann']],
    ['no delegate who may not approve at all', { delegateId: 'bob' }, 'mia', ['ann']],
    ['any approver where neither can', { delegateId: 'bob', active: false }, 'mia', ['eve', 'ann', 'dan']],
  ])('is %s', (_, over, authorPartyId, expected) => {
    expect(eligible([person('ann', over), person('dan')], { authorPartyId })).toEqual(expected);
  });

  it('is no delegate who is inactive', () => {
    expect(eligible([person('ann', { delegateId: 'dan' }), person('dan', { active: false })])).toEqual(['ann']);
  });

  it('is, asked anew, who took the place of whom the rule named; an approval that was given still counts', () => {
    const parties = byId([person('ann', { active: false }), person('dan'), person('eve'), person('mia')]);
    const asked = {
      rule: 'owner-approves',
      partyId: 'ann',
      namedId: 'ann',
      count: 1,
      eligible: ['ann'],
      targets: ['A'],
    };
    const successors = new Map([['ann', 'dan']]);
    expect(reask(asked, world({ parties }), [], successors)).toEqual({
      ...asked,
      partyId: 'dan',
      namedId: 'dan',
      fell: null,
      eligible: ['dan'],
    });
    expect(reask(asked, world({ parties }), ['ann'], successors).eligible).toEqual(['dan', 'ann']);
    expect(reask(asked, world({ parties }), [], new Map()).eligible).toEqual(['eve', 'ann', 'dan']);
    // Older requests say only who is asked.
    const { namedId: _namedId, ...older } = asked;
    expect(reask(older, world({ parties }), [], successors).eligible).toEqual(['dan']);
    // Nobody left: as it was, so that it can still be seen whom it waits for.
    expect(reask(asked, world({ parties, approvers: [] }), [], new Map())).toEqual(asked);
  });
});
