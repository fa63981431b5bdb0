import { describe, expect, it } from '@jest/globals';
import type { ApprovalRequirement } from '../../src/domain/change/approval.js';
import { givenFor } from '../../src/domain/change/approval.js';
import type { ChangedCommitment, Commitments } from '../../src/domain/change/plan/commitments.js';
import { changedCommitments, CommitmentList } from '../../src/domain/change/plan/commitments.js';
import { standingOf } from '../../src/domain/change/plan/standing.js';
import { writeActionOf } from '../../src/domain/change/plan/write-plan.js';
import { allAtOnce } from '../../src/domain/primitives/sliced.js';
import type { FieldValues, Json } from '../../src/domain/primitives/json.js';

const PLACE = { system: 'erp', entity: 'SKU' as const, target: 'CUP', field: 'price', kind: 'VALUE' as const };

function list(
  ...entries: { because?: string[]; field?: string; kind?: 'VALUE' | 'SUPERSEDES'; system?: string; value: Json }[]
): Commitments {
  const made = new CommitmentList();
  for (const { because = ['CUP'], value, ...place } of entries) made.add(because, { ...PLACE, ...place }, value);
  return made.all;
}

function requirement(partyId: string, targets: string[], more: Partial<ApprovalRequirement> = {}): ApprovalRequirement {
  return { rule: 'owner-approves', partyId, namedId: partyId, count: 1, eligible: [partyId], targets, ...more };
}

function difference(was: Commitments, is: Commitments): ChangedCommitment[] {
  return allAtOnce(changedCommitments(was, is));
}

describe('what an approval commits to', () => {
  it('is changed by a value that is added, taken away, or another one, and by nothing else', () => {
    const was = list({ value: '1.00' }, { field: 'weight', value: { a: 1, b: [2] } });
    const changed = (is: Commitments): string[] =>
      difference(was, is).map(
        ({ field, was: old, is: now }) => `${field} ${JSON.stringify(old)} ${JSON.stringify(now)}`,
      );
    expect(changed(list({ field: 'weight', value: { b: [2], a: 1 } }, { value: '1.00' }))).toEqual([]);
    expect(changed(list({ value: '2.00' }, { field: 'weight', value: { a: 1, b: [2] } }))).toEqual([
      'price "1.00" "2.00"',
    ]);
    expect(changed(list({ field: 'weight', value: { a: 1, b: [2] } }))).toEqual(['price "1.00" null']);
    expect(
      changed(list({ value: '1.00' }, { field: 'weight', value: { a: 1, b: [2] } }, { field: 'cost', value: null })),
    ).toEqual(['cost null null']);
    expect(difference({}, {})).toEqual([]);
  });

  it('is changed by a difference that would be written over, and not by one that has gone', () => {
    const found = (value: Json): Commitments => list({ kind: 'SUPERSEDES', value });
    expect(difference({}, found('7.00'))).toMatchObject([{ kind: 'SUPERSEDES', was: null, is: '7.00' }]);
    expect(difference(found('7.00'), found('8.00'))).toHaveLength(1);
    expect(difference(found('7.00'), {})).toEqual([]);
  });

  it('is not changed by a name for which nothing is left to do, and is by less to do', () => {
    const state = list({ field: 'state', value: 'ACTIVE', system: '' }, { field: 'lifecycle', value: true });
    const price = list({ value: 1 }, { value: 1, system: '' });
    const both = { CUP: { ...state['CUP'], ...price['CUP'] } };
    expect(difference(state, {})).toEqual([]);
    expect(difference({ ...price, TIN: state['CUP'] ?? {} }, price)).toEqual([]);
    expect(difference(both, price).map(({ system, field, is }) => [system, field, is])).toEqual([
      ['', 'state', null],
      ['erp', 'lifecycle', null],
    ]);
  });

  it('knows codes that are called like what every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      const was = list({ because: [name], value: '1.00' });
      expect(Object.keys(was)).toEqual([name]);
      const stored = JSON.parse(JSON.stringify(was)) as Commitments;
      expect(difference(stored, was)).toEqual([]);
      expect(difference(stored, {}).map(({ because }) => because)).toEqual([name]);
    }
  });
});

describe('how approvals stand', () => {
  it('lets fall what covers a changed part, and that alone', () => {
    const asked = [requirement('ada', ['CUP', 'POT']), requirement('pia', ['TIN'])];
    const { requirements, missing } = standingOf(asked, asked, ['ada', 'pia'], [{ because: 'POT' }]);
    expect(missing.map(({ partyId }) => partyId)).toEqual(['ada']);
    expect(requirements.map((each) => givenFor(each, ['ada', 'pia']))).toEqual([0, 1]);
    expect(standingOf(asked, asked, ['ada', 'pia'], []).missing).toEqual([]);
    expect(standingOf(asked, asked, ['ada', 'pia'], [{ because: 'OTHER' }]).missing).toEqual([]);
  });

  it('remembers that an approval fell, until it is given again', () => {
    const asked = [requirement('ada', ['CUP'])];
    const first = standingOf(asked, asked, ['ada'], [{ because: 'CUP' }]);
    const second = standingOf(asked, first.requirements, ['ada'], []);
    expect(second.missing).toHaveLength(1);
    const anew = first.requirements.map((each) => ({ ...each, voided: [] }));
    expect(standingOf(asked, anew, ['ada'], []).missing).toEqual([]);
  });

  it('asks who has become the owner, and keeps what was given in the name that is asked still', () => {
    const before = [requirement('ada', ['CUP', 'TIN'], { eligible: ['ada', 'bob'] })];
    const asked = [requirement('ada', ['CUP'], { eligible: ['ada'] }), requirement('pia', ['TIN'])];
    expect(standingOf(asked, before, ['bob'], []).missing.map(({ partyId }) => partyId)).toEqual(['pia']);
    expect(standingOf(asked, before, ['bob'], [{ because: 'CUP' }]).missing.map(({ partyId }) => partyId)).toEqual([
      'ada',
      'pia',
    ]);
  });
});

describe('what a write comes to', () => {
  const cases: [string, 'SHOPIFY' | 'ERP', 'CREATE' | 'UPDATE', FieldValues, string][] = [
    ['a new record', 'ERP', 'CREATE', { lifecycle: { active: true, salable: true } }, 'CREATE'],
    ['a price', 'SHOPIFY', 'UPDATE', { price: '1.00' }, 'UPDATE'],
    ['a variant on sale', 'SHOPIFY', 'UPDATE', { lifecycle: { published: true } }, 'PUBLISH'],
    ['a variant off sale', 'SHOPIFY', 'UPDATE', { lifecycle: { published: false } }, 'UNPUBLISH'],
    ['a product on sale', 'SHOPIFY', 'UPDATE', { lifecycle: { status: 'ACTIVE' } }, 'PUBLISH'],
    ['a product off sale', 'SHOPIFY', 'UPDATE', { lifecycle: { status: 'DRAFT' } }, 'UNPUBLISH'],
    ['a product that ends', 'SHOPIFY', 'UPDATE', { lifecycle: { status: 'ARCHIVED' } }, 'ARCHIVE'],
    ['sell-through', 'SHOPIFY', 'UPDATE', { lifecycle: { inventoryPolicy: 'DENY' } }, 'UPDATE'],
    ['an item on sale', 'ERP', 'UPDATE', { lifecycle: { salable: true } }, 'PUBLISH'],
    ['an item off sale', 'ERP', 'UPDATE', { lifecycle: { salable: false } }, 'UNPUBLISH'],
    ['an item that ends', 'ERP', 'UPDATE', { lifecycle: { active: false } }, 'ARCHIVE'],
    ['an item no longer bought', 'ERP', 'UPDATE', { lifecycle: { purchasable: false } }, 'UPDATE'],
  ];
  it.each(cases)('%s', (_, kind, action, values, told) => {
    expect(writeActionOf(kind, action, values)).toBe(told);
  });
});
