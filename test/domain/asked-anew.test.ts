import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ApprovalRequirement, ApprovalWorld } from '../../src/domain/change/approval.js';
import { eligibleFor, giversOf, reask } from '../../src/domain/change/approval.js';
import type { Party } from '../../src/domain/ownership/party.js';
import { runs } from '../support/runs.js';

const AT = new Date('2026-11-26T12:00:00Z');
const PEOPLE = ['ann', 'bob', 'cat', 'dan', 'eva'];
const some = fc.subarray(PEOPLE);

const person = (code: string): fc.Arbitrary<Party> =>
  fc
    .record({ active: fc.boolean(), isAway: fc.boolean(), delegateId: fc.option(fc.constantFrom(...PEOPLE)) })
    .map(({ active, isAway, delegateId }) => ({
      id: code,
      code,
      kind: 'USER' as const,
      name: code,
      email: null,
      active,
      engineering: false,
      memberIds: [],
      delegateId,
      delegateFrom: null,
      delegateUntil: null,
      awayFrom: isAway ? AT : null,
      awayUntil: null,
    }));

/** People as they are at one moment, and a team of some of them. */
const world: fc.Arbitrary<ApprovalWorld> = fc
  .record({
    people: fc.tuple(...PEOPLE.map(person)),
    memberIds: some,
    approvers: some,
    admins: some,
    authorPartyId: fc.constantFrom('mia', ...PEOPLE),
  })
  .map(({ people, memberIds, ...rest }) => {
    const active = people.filter((each) => each.active).map(({ id }) => id);
    const first = people[0] as Party;
    const team: Party = { ...first, id: 'team', code: 'team', kind: 'TEAM', active: true, awayFrom: null, memberIds };
    const able = (ids: readonly string[]): string[] => ids.filter((id) => active.includes(id));
    return {
      ...rest,
      parties: new Map([...people, team].map((party) => [party.id, party])),
      approvers: able(rest.approvers),
      admins: able(rest.admins),
      at: AT,
    };
  });
const named = fc.constantFrom('team', null, ...PEOPLE);

/** What a request asked at one moment, what was said to it, and everybody as they are at another one. */
const cases = fc.record({
  earlier: world,
  now: world,
  namedId: named,
  count: fc.integer({ min: 1, max: 3 }),
  said: some,
});

function askedThen({ earlier, namedId, count, said }: typeof cases extends fc.Arbitrary<infer T> ? T : never): {
  before: ApprovalRequirement;
  approvedBy: string[];
} {
  const found = eligibleFor(namedId, count, earlier);
  fc.pre(found !== null);
  const before = { rule: 'r', partyId: found.ids[0] ?? '', namedId, count, targets: ['A'], eligible: found.ids };
  return { before: { ...before, fell: found.fell }, approvedBy: said };
}

describe('a requirement that is asked anew', () => {
  it('has what was given to it and nothing more, so that nobody has approved unasked, and somebody is left to ask', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { before, approvedBy } = askedThen(each);
        const now = { ...each.now, authorPartyId: each.earlier.authorPartyId };
        const after = reask(before, now, approvedBy, new Map());
        expect(new Set(giversOf(after, approvedBy))).toEqual(new Set(giversOf(before, approvedBy)));
        expect(reask(after, now, approvedBy, new Map())).toEqual(after);
      }),
      { numRuns: runs(2_000) },
    );
  });

  it('falls to nobody else while those named who are there, and those who have approved as such, are enough', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { before, approvedBy } = askedThen(each);
        const { authorPartyId } = each.earlier;
        const parties = new Map(each.now.parties).set('team', each.earlier.parties.get('team') as Party);
        const now = { ...each.now, parties, authorPartyId };
        const after = reask(before, now, approvedBy, new Map());
        const isHere = (id: string): boolean => now.parties.get(id)?.awayFrom === null;
        const own = eligibleFor(each.namedId, 0, now)?.ids ?? [];
        const standing = before.fell === null ? giversOf(before, approvedBy) : [];
        const enough = new Set([...own.filter(isHere), ...standing]).size >= each.count;
        if (enough) expect(after.fell).toBeNull();
      }),
      { numRuns: runs(2_000) },
    );
  });
});
