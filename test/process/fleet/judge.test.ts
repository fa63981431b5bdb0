import { describe, expect, it } from '@jest/globals';
import type { Facts, RecordFact } from './facts.js';
import type { Evidence, Verdict } from './judge.js';
import { judge } from './judge.js';

const BEFORE = new Date('2026-01-01T11:00:00Z');

const record = (id: string, system: string): RecordFact => ({
  id,
  system,
  entity: 'SKU',
  target: 'CUP',
  match: 'MATCHED',
  in_sync: true,
  state: 'ACTIVE',
  price: '102.0000',
  title: 'Cup',
});

const delivery = (id: string, system: string, state: Facts['deliveries'][number]['state'] = 'DELIVERED') => ({
  id,
  system,
  target: 'CUP',
  state,
  request: 'r1',
});

/** One SKU in two systems, changed once from 100 over 101 to 102, and all in order. */
function evidence(): Evidence {
  return {
    facts: {
      records: [record('a', 'shopify'), record('b', 'erp')],
      findings: [],
      held: [],
      deliveries: [delivery('1', 'shopify'), delivery('2', 'erp')],
      steps: [
        { delivery_id: '1', was: null, became: 'PENDING' },
        { delivery_id: '1', was: 'PENDING', became: 'IN_FLIGHT' },
        { delivery_id: '1', was: 'IN_FLIGHT', became: 'DELIVERED' },
      ],
      revisions: ['100.00', '101.00', '102'].map((price) => ({ target: 'CUP', price, title: 'Cup', entity: 'SKU' })),
      attempts: [
        { record_id: 'a', price: '102.00', title: null, sent_at: new Date(BEFORE.getTime() + 60_000) },
        { record_id: 'b', price: '102.00', title: null, sent_at: new Date(BEFORE.getTime() + 60_000) },
      ],
      feed: { unnumbered: 0, holes: 0 },
    },
    history: {
      cells: new Map([
        ['shopify price CUP', ['100.00', '101.00', '102.00']],
        ['erp price CUP', ['100.00', '102.00']],
        ['erp title CUP', ['Cup']],
      ]),
      present: ['shopify CUP', 'erp CUP'],
    },
    edits: [],
    applied: [{ id: 'ChangeRequest_r1', owes: ['shopify CUP', 'erp CUP'] }],
  };
}

function verdictAfter(spoil: (seen: Evidence) => void): Verdict {
  const seen = evidence();
  spoil(seen);
  return judge(seen);
}

/** Somebody typed 5000.50 in a system, and it was written over. */
function edited(system: 'shopify' | 'erp', secondsBeforeSending: number): (seen: Evidence) => void {
  return (seen) => {
    const cell = `${system} price CUP`;
    seen.history.cells.set(cell, ['100.00', '5000.50', '102.00']);
    const at = BEFORE.getTime() + 60_000 - secondsBeforeSending * 1_000;
    Object.assign(seen, { edits: [{ cell, system, value: '5000.50', at }] });
  };
}

describe('the judge of a killed fleet', () => {
  it('finds nothing where all is in order', () => {
    expect(judge(evidence())).toEqual({ broken: [], lostInWindow: 0, overwritten: 0 });
  });

  const spoiled: [string, RegExp, (seen: Evidence) => void][] = [
    [
      'an older revision over a newer',
      /^an older revision replaced a newer/,
      ({ history }) => history.cells.set('shopify price CUP', ['100.00', '102.00', '101.00', '102.00']),
    ],
    ['an edit that was overwritten unseen', /^an edit was overwritten unseen: erp price CUP/, edited('erp', 0)],
    ['the same in a store, long before it was sent', /^an edit was overwritten unseen: shopify/, edited('shopify', 6)],
    [
      'something that is there twice',
      /^shopify CUP is there 2 times/,
      ({ history }) => history.present.push('shopify CUP'),
    ],
    [
      'a value that nobody knows of',
      /^erp CUP shows 101\.00 in price instead of 102\.0000, and nobody knows/,
      ({ history }) => history.cells.get('erp price CUP')?.push('101.00', '5.00', '101.00'),
    ],
    ['what is gone unseen', /^erp CUP is not there, and nobody knows/, ({ history }) => history.present.pop()],
    [
      'what is not in sync, without a finding',
      /^shopify CUP is not in sync/,
      ({ facts }) => Object.assign(facts.records[0] ?? {}, { in_sync: false }),
    ],
    ['a delivery that was never made', /1 deliveries, and 2 were owed/, ({ facts }) => facts.deliveries.pop()],
    [
      'one that was made twice',
      /3 deliveries, and 2 were owed/,
      ({ facts }) => facts.deliveries.push(delivery('3', 'erp')),
    ],
    [
      'one that never ended',
      /^a delivery of CUP to erp is still RETRYING/,
      ({ facts }) => Object.assign(facts.deliveries[1] ?? {}, { state: 'RETRYING' }),
    ],
    [
      'one that counted as delivered and was not there',
      /^CUP counted as delivered to erp, and was not there/,
      ({ facts }) => facts.deliveries.push({ ...delivery('3', 'erp'), request: null }),
    ],
    [
      'one that ended twice',
      /^delivery 1 went from DELIVERED to IN_FLIGHT/,
      ({ facts }) => facts.steps.push({ delivery_id: '1', was: 'DELIVERED', became: 'IN_FLIGHT' }),
    ],
    [
      'a hole in the feed',
      /^feed: 0 entries without a number, 1 holes/,
      ({ facts }) => Object.assign(facts.feed, { holes: 1 }),
    ],
  ];
  it.each(spoiled)('finds %s', (_, rule, spoil) => {
    expect(verdictAfter(spoil).broken).toEqual(expect.arrayContaining([expect.stringMatching(rule)]));
  });

  it('excuses what a finding holds, what came in the window of a store, what a dead letter stands for', () => {
    const held = verdictAfter((seen) => {
      edited('erp', 0)(seen);
      seen.facts.held.push({ record_id: 'b', field: 'price', found: '5000.50' });
    });
    expect(held).toEqual({ broken: [], lostInWindow: 0, overwritten: 1 });
    expect(verdictAfter(edited('shopify', 4))).toEqual({ broken: [], lostInWindow: 1, overwritten: 0 });
    const dead = verdictAfter(({ facts, history }) => {
      history.cells.set('erp price CUP', ['100.00']);
      Object.assign(facts.deliveries[1] ?? {}, { state: 'DEAD_LETTERED' });
    });
    expect(dead.broken).toEqual([]);
    const open = verdictAfter(({ facts, history }) => {
      history.cells.set('erp price CUP', ['100.00', '5.00']);
      facts.findings.push({ record_id: 'b', kind: 'FIELD', field: 'price', state: 'OPEN', found: '5.00' });
    });
    expect(open.broken).toEqual([]);
  });
});
