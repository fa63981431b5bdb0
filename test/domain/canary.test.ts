import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CanaryCounts, CanaryState } from '../../src/domain/publishing/canary.js';
import { canaryStep, firstProducts, spreadProducts } from '../../src/domain/publishing/canary.js';

const RULE = { above: 500, firstPercent: 1, stopPercent: 5 };
const counts = (waiting: number, delivered: number, dead: number, putOff = 0, told = delivered): CanaryCounts => {
  return { waiting, putOff, delivered, told, dead };
};

describe('which records of a large request go first', () => {
  it('are whole products that make up the share, and no more than that takes', () => {
    const records = fc.array(fc.tuple(fc.uuid(), fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 100 }), (products, firstPercent) => {
        const ids = products.flatMap(([id, size]) => Array.from({ length: size }, () => id));
        const first = firstProducts(ids, { ...RULE, firstPercent });
        const wanted = Math.ceil((ids.length * firstPercent) / 100);
        const taken = ids.filter((id) => first.has(id)).length;
        const largest = Math.max(...[...first].map((one) => ids.filter((id) => id === one).length));
        return taken >= wanted && taken - largest < wanted;
      }),
    );
  });

  it('are the same however the records are ordered, and spread over old products and new ones', () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => String(index).padStart(4, '0'));
    const first = firstProducts(ids, RULE);
    expect(firstProducts(ids.toReversed(), RULE)).toEqual(first);
    expect([...first]).toEqual(['0000', '0100', '0200', '0300', '0400', '0500', '0600', '0700', '0800', '0900']);
  });
});

describe('what is done with a canary', () => {
  it.each<[string, CanaryState, CanaryCounts, CanaryCounts, ReturnType<typeof canaryStep>]>([
    ['nothing has ended', 'FIRST', counts(10, 0, 0), counts(1_000, 0, 0), 'WAIT'],
    ['some have arrived', 'FIRST', counts(1, 9, 0), counts(991, 9, 0), 'WAIT'],
    ['all have arrived', 'FIRST', counts(0, 10, 0), counts(990, 10, 0), 'RELEASE'],
    ['all of the first were superseded', 'FIRST', counts(0, 0, 0), counts(990, 0, 0), 'REDRAW'],
    ['nothing of the first was written', 'FIRST', counts(0, 10, 0, 0, 0), counts(990, 10, 0, 0, 0), 'REDRAW'],
    ['one of the first was written', 'FIRST', counts(0, 10, 0, 0, 1), counts(990, 10, 0, 0, 1), 'RELEASE'],
    ['nothing of all was written', 'FIRST', counts(0, 10, 0, 0, 0), counts(0, 10, 0, 0, 0), 'FINISH'],
    ['all of it was superseded', 'FIRST', counts(0, 0, 0), counts(0, 0, 0), 'FINISH'],
    ['all of the first were superseded, and the rest is gone', 'FIRST', counts(0, 0, 0), counts(0, 0, 0, 9), 'WAIT'],
    ['none of it can be tried', 'FIRST', counts(0, 0, 0, 10), counts(990, 0, 0, 10), 'REDRAW'],
    ['none of it can be tried, nor of the rest', 'FIRST', counts(0, 0, 0, 10), counts(0, 0, 0, 1_000), 'WAIT'],
    ['what could be tried of it has arrived', 'FIRST', counts(0, 9, 0, 1), counts(990, 9, 0, 1), 'RELEASE'],
    ['what can be tried of it is under way', 'FIRST', counts(1, 0, 0, 9), counts(991, 0, 0, 9), 'WAIT'],
    ['all that could be tried has ended', 'REST', counts(0, 10, 0), counts(0, 980, 0, 10), 'FINISH'],
    ['a death that all that is left cannot outweigh', 'FIRST', counts(5, 4, 1), counts(995, 4, 1), 'STOP'],
    ['a death among many', 'FIRST', counts(20, 20, 1), counts(900, 20, 1), 'WAIT'],
    ['too few deaths', 'FIRST', counts(0, 40, 2), counts(900, 40, 2), 'RELEASE'],
    ['just as many deaths as stop it', 'FIRST', counts(0, 38, 2), counts(900, 38, 2), 'STOP'],
    ['the rest is under way', 'REST', counts(0, 10, 0), counts(500, 490, 10), 'WAIT'],
    ['the rest dies', 'REST', counts(0, 10, 0), counts(500, 475, 25), 'STOP'],
    ['the rest has ended', 'REST', counts(0, 10, 0), counts(0, 990, 10), 'FINISH'],
    ['the rest dies after an operator said go on', 'CONTINUED', counts(0, 10, 0), counts(500, 0, 500), 'WAIT'],
    ['it has ended after an operator said go on', 'CONTINUED', counts(0, 10, 0), counts(0, 0, 1_000), 'FINISH'],
    ['it waits for an operator', 'STOPPED', counts(0, 0, 10), counts(990, 0, 10), 'WAIT'],
    [
      'it waits for an operator, and what is held for its records',
      'STOPPED',
      counts(0, 0, 9),
      counts(0, 0, 9, 9),
      'WAIT',
    ],
    ['it stopped, and nothing is held', 'STOPPED', counts(0, 0, 10), counts(0, 0, 10), 'FINISH'],
    ['it was given up', 'GIVEN_UP', counts(0, 0, 10), counts(0, 0, 10), 'WAIT'],
  ])('%s', (_what, state, first, all, step) => {
    expect(canaryStep(state, first, all, RULE)).toBe(step);
  });

  it('draws as many as went first before, whatever is left', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 200 }), fc.nat(199), (ids, at) => {
        const wanted = (at % ids.length) + 1;
        expect(spreadProducts(ids, wanted).size).toBe(wanted);
      }),
    );
  });

  it('never stops without an error, even where none is allowed', () => {
    expect(canaryStep('FIRST', counts(0, 10, 0), counts(990, 10, 0), { stopPercent: 0 })).toBe('RELEASE');
    expect(canaryStep('FIRST', counts(0, 10, 1), counts(990, 10, 1), { stopPercent: 0 })).toBe('STOP');
  });
});
