import { describe, expect, it } from '@jest/globals';
import type { DeliveryState } from '../../src/domain/publishing/delivery-state.js';
import {
  DELIVERY_STATES,
  DELIVERY_TRANSITIONS,
  faultsOfDeliveryStates,
  statesBefore,
} from '../../src/domain/publishing/delivery-state.js';

type Table = Record<DeliveryState, readonly DeliveryState[]>;

describe('the states of a delivery', () => {
  it('are sound as they stand', () => {
    expect(faultsOfDeliveryStates(DELIVERY_TRANSITIONS)).toEqual([]);
  });

  it.each<[string, Partial<Table>, string]>([
    ['a state that is a dead end', { RETRYING: ['SUPERSEDED'] }, 'RETRYING can never be DELIVERED'],
    [
      'a state that nothing leads to',
      { PENDING: ['IN_FLIGHT', 'SUPERSEDED'], DEAD_LETTERED: ['PENDING', 'SUPERSEDED'] },
      'DISCARDED cannot be reached from PENDING',
    ],
    ['an end that is none', { DELIVERED: ['PENDING'] }, 'DELIVERED is not final'],
    ['a discarded one that comes back', { DISCARDED: ['PENDING'] }, 'DISCARDED is not final'],
    [
      'a delivery without a claim',
      { PENDING: ['IN_FLIGHT', 'DELIVERED', 'SUPERSEDED', 'DISCARDED'] },
      'PENDING becomes DELIVERED without a claim',
    ],
    [
      'a death without a claim',
      { RETRYING: ['IN_FLIGHT', 'DEAD_LETTERED', 'SUPERSEDED'] },
      'RETRYING becomes DEAD_LETTERED without a claim',
    ],
    ['a loop', { RETRYING: ['RETRYING', 'IN_FLIGHT', 'SUPERSEDED'] }, 'RETRYING leads to itself'],
  ])('are refused with %s', (_what, change, fault) => {
    expect(faultsOfDeliveryStates({ ...DELIVERY_TRANSITIONS, ...change })).toContain(fault);
  });

  it('are refused where a state is missing, or is none', () => {
    const { RETRYING: _left, ...rest } = DELIVERY_TRANSITIONS;
    expect(faultsOfDeliveryStates(rest as Table)).toContain('RETRYING has no line');
    expect(faultsOfDeliveryStates({ ...DELIVERY_TRANSITIONS, LOST: [] } as Table)).toContain('LOST is no state');
  });

  it('tell which states may become one, read the other way round', () => {
    for (const to of DELIVERY_STATES)
      for (const from of DELIVERY_STATES)
        expect([from, to, statesBefore(to).includes(from)]).toEqual([
          from,
          to,
          DELIVERY_TRANSITIONS[from].includes(to),
        ]);
    expect(statesBefore('DELIVERED')).toEqual(['IN_FLIGHT']);
  });
});
