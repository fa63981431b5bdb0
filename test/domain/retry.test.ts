import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeliveryHistory, NextStep } from '../../src/domain/publishing/retry.js';
import { abandoned, countedIn, stepAfter } from '../../src/domain/publishing/retry.js';
import type { DeliveryFault, ErrorClass } from '../../src/domain/publishing/system.js';
import { ERROR_CLASSES } from '../../src/domain/publishing/system.js';

const YOUNG: DeliveryHistory = { attempts: 1, conflicts: 0, notFounds: 0, unknowns: 0, unpausedHours: 0 };
const fault = (of: ErrorClass, retryAfterSeconds: number | null = null): DeliveryFault => ({
  class: of,
  code: null,
  message: 'no',
  retryAfterSeconds,
  ambiguous: false,
  raw: null,
});
const DEAD: NextStep = { step: 'DEAD' };
const after = (delaySeconds: number): NextStep => ({ step: 'RETRY', delaySeconds });

describe('what becomes of a delivery that failed', () => {
  it.each<[string, ErrorClass, Partial<DeliveryHistory>, number, number | null, NextStep]>([
    // first failure: between 2 s and 4 s
    ['TRANSIENT at once at the earliest after 2 s', 'TRANSIENT', {}, 0, null, after(2)],
    ['TRANSIENT half-way', 'TRANSIENT', {}, 0.5, null, after(3)],
    ['TRANSIENT, the ceiling doubles', 'TRANSIENT', { attempts: 3 }, 0.5, null, after(9)],
    ['TRANSIENT, the ceiling is 15 min', 'TRANSIENT', { attempts: 40 }, 0.5, null, after(451)],
    ['TRANSIENT, Retry-After obeyed', 'TRANSIENT', {}, 0, 77, after(77)],
    ['TRANSIENT, Retry-After shorter than the back-off', 'TRANSIENT', { attempts: 40 }, 0.5, 5, after(451)],
    ['TRANSIENT, Retry-After of a year', 'TRANSIENT', {}, 0, 31_536_000, after(86_400)],
    ['TRANSIENT, Retry-After beyond all numbers', 'TRANSIENT', {}, 0, Number.POSITIVE_INFINITY, after(86_400)],
    ['TRANSIENT just before a day', 'TRANSIENT', { unpausedHours: 23.99 }, 0, null, after(2)],
    ['TRANSIENT after a day', 'TRANSIENT', { unpausedHours: 24 }, 0, null, DEAD],
    ['RATE_LIMITED', 'RATE_LIMITED', {}, 0, 12, after(12)],
    ['RATE_LIMITED after a day', 'RATE_LIMITED', { unpausedHours: 24 }, 0, null, DEAD],
    ['AUTH', 'AUTH', {}, 0.7, null, after(300)],
    ['AUTH after a day that was no pause', 'AUTH', { unpausedHours: 24 }, 0.7, null, after(300)],
    ['CONFLICT, first', 'CONFLICT', { conflicts: 1 }, 0.9, null, after(0)],
    ['CONFLICT, third', 'CONFLICT', { conflicts: 3 }, 0.9, null, after(0)],
    ['CONFLICT, fourth', 'CONFLICT', { conflicts: 4 }, 0.9, null, DEAD],
    ['NOT_FOUND, first: read again', 'NOT_FOUND', { notFounds: 1 }, 0.9, null, after(0)],
    ['NOT_FOUND, second', 'NOT_FOUND', { notFounds: 2 }, 0.9, null, DEAD],
    ['UNKNOWN, third', 'UNKNOWN', { unknowns: 3 }, 0, null, after(2)],
    ['UNKNOWN, fourth', 'UNKNOWN', { unknowns: 4 }, 0, null, DEAD],
    ['UNKNOWN, first after many other failures', 'UNKNOWN', { attempts: 50, unknowns: 1 }, 0, null, after(2)],
    ['VALIDATION', 'VALIDATION', {}, 0, null, DEAD],
  ])('%s', (_what, of, history, random, asked, expected) => {
    expect(stepAfter(fault(of, asked), { ...YOUNG, ...history }, random)).toEqual(expected);
  });

  it('never waits longer than a day, and backs off between 2 s and 15 min', () => {
    const any = fc.record({
      of: fc.constantFrom(...ERROR_CLASSES),
      attempts: fc.integer({ min: 1, max: 100_000 }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      asked: fc.option(fc.double({ min: 0, noNaN: true })),
    });
    fc.assert(
      fc.property(any, ({ of, attempts, random, asked }) => {
        const step = stepAfter(fault(of, asked), { ...YOUNG, attempts }, random);
        if (step.step === 'DEAD') return of === 'VALIDATION';
        if (of === 'CONFLICT' || of === 'NOT_FOUND') return step.delaySeconds === 0;
        if (of === 'AUTH') return step.delaySeconds === 300;
        const least = Math.max(2, Math.min(asked ?? 0, 86_400));
        return step.delaySeconds >= least && step.delaySeconds <= Math.max(900, least);
      }),
    );
  });

  it.each<[ErrorClass, Partial<DeliveryHistory>]>([
    ['CONFLICT', { conflicts: 1 }],
    ['NOT_FOUND', { notFounds: 1 }],
    ['UNKNOWN', { unknowns: 1 }],
    ['TRANSIENT', {}],
    ['VALIDATION', {}],
  ])('counts %s where it has a count of its own', (of, counted) => {
    expect(countedIn(YOUNG, of)).toEqual({ ...YOUNG, ...counted });
  });

  it('gives up what ten workers took and never settled', () => {
    expect(abandoned(9)).toBeNull();
    expect(abandoned(10)).toMatchObject({ class: 'UNKNOWN', code: 'ABANDONED' });
  });
});
