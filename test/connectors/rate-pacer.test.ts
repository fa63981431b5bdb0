import { describe, expect, it } from '@jest/globals';
import { RatePacer } from '../../src/connectors/shopify/rate-pacer.js';

const said = (currentlyAvailable: number, requestedQueryCost = 50): object => ({
  requestedQueryCost,
  throttleStatus: { maximumAvailable: 2_000, currentlyAvailable, restoreRate: 100 },
});

describe('the pacer', () => {
  it('holds nothing back before Shopify has said anything', () => {
    const pacer = new RatePacer();
    expect(pacer.reserve('a', 5)).toEqual({ cost: 0, waitSeconds: 0 });
    pacer.settle('a', 0, undefined, 6);
    expect(pacer.reserve('a', 7)).toEqual({ cost: 0, waitSeconds: 0 });
  });

  it('waits until the bucket holds what the call asks', () => {
    const pacer = new RatePacer();
    pacer.settle('a', 0, said(10), 100);
    expect(pacer.reserve('a', 100)).toEqual({ cost: 50, waitSeconds: 0.4 });
    expect(pacer.reserve('a', 100)).toEqual({ cost: 50, waitSeconds: 0.9 });
  });

  it('counts what has flowed back since, up to the brim', () => {
    const pacer = new RatePacer();
    pacer.settle('a', 0, said(0), 100);
    expect(pacer.reserve('a', 101).waitSeconds).toBe(0);
    pacer.settle('a', 50, said(0, 2_500), 200);
    expect(pacer.reserve('a', 9_999).waitSeconds).toBe(5);
  });

  it('counts calls under way as spent', () => {
    const pacer = new RatePacer();
    pacer.settle('a', 0, said(100), 100);
    const first = pacer.reserve('a', 100);
    pacer.reserve('a', 100);
    pacer.settle('a', first.cost, said(60), 100);
    expect(pacer.reserve('a', 100).waitSeconds).toBeCloseTo(0.4);
  });
});
