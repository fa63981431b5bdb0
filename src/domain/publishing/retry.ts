import type { DeliveryFault } from './system.js';

/** Full-jitter back-off between these, in seconds (design 4.9). */
const SHORTEST = 2;
const LONGEST = 900;
/** A transient trouble is given up after this many hours. */
const PATIENCE_HOURS = 24;
/** A lost race is tried again at once this many times; an unknown fault is retried as often. */
const FEW = 3;
/** A system that refuses our key is asked again every five minutes. */
const AUTH_SECONDS = 300;
/** How long a dead letter may lie before it is overdue. */
export const DEAD_LETTER_DUE_HOURS = 24;

export interface DeliveryHistory {
  /** Attempts made, the failed one included. */
  attempts: number;
  /** CONFLICT answers so far, this one included. */
  conflicts: number;
  ageHours: number;
}

export type NextStep = { step: 'RETRY'; delaySeconds: number } | { step: 'DEAD' };

/** What becomes of a delivery that failed. `random` is uniform in [0, 1). */
export function stepAfter(fault: DeliveryFault, history: DeliveryHistory, random: number): NextStep {
  const backOff = random * Math.min(LONGEST, SHORTEST * 2 ** Math.min(history.attempts, 20));
  const delay = Math.max(backOff, fault.retryAfterSeconds ?? 0);
  switch (fault.class) {
    case 'RATE_LIMITED':
    case 'TRANSIENT':
      return history.ageHours >= PATIENCE_HOURS ? { step: 'DEAD' } : { step: 'RETRY', delaySeconds: delay };
    case 'AUTH':
      return history.ageHours >= PATIENCE_HOURS ? { step: 'DEAD' } : { step: 'RETRY', delaySeconds: AUTH_SECONDS };
    case 'CONFLICT':
      return history.conflicts > FEW ? { step: 'DEAD' } : { step: 'RETRY', delaySeconds: 0 };
    case 'UNKNOWN':
      return history.attempts > FEW ? { step: 'DEAD' } : { step: 'RETRY', delaySeconds: delay };
    case 'VALIDATION':
    case 'NOT_FOUND':
      return { step: 'DEAD' };
  }
}
