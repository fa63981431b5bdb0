import type { DeliveryFault, ErrorClass } from './system.js';

/** Full-jitter back-off between these, in seconds (design 4.9). */
const SHORTEST = 2;
export const LONGEST_BACK_OFF_SECONDS = 900;
/** No system may put us off for longer, whatever its Retry-After says. */
export const LONGEST_WAIT_SECONDS = 86_400;
/** A transient trouble is given up after this many hours in which it could have been tried. */
const PATIENCE_HOURS = 24;
/** A lost race is read and tried again at once this many times; an unknown fault is retried as often. */
const FEW = 3;
/** A record that a write did not find is read again by its id once: that tells whether it is gone. */
const READ_AGAIN = 1;
/** A system that refuses our key is asked again every five minutes. */
export const AUTH_SECONDS = 300;
/** Workers that took a delivery and were never heard of again; more than kills and restarts explain. */
const LOST_LEASES = 10;
/** How long a dead letter may lie before it is overdue. */
export const DEAD_LETTER_DUE_HOURS = 24;

export interface DeliveryHistory {
  /** Attempts made, the failed one included. */
  attempts: number;
  /** Answers of these classes so far, this one included. */
  conflicts: number;
  notFounds: number;
  unknowns: number;
  /** Its age, without the time in a pause, behind an open breaker, or waiting for the rate limit. */
  unpausedHours: number;
}

export type NextStep = { step: 'RETRY'; delaySeconds: number } | { step: 'DEAD' };

/** The history with this fault counted in. */
export function countedIn<T extends Pick<DeliveryHistory, 'conflicts' | 'notFounds' | 'unknowns'>>(
  history: T,
  errorClass: ErrorClass,
): T {
  const one = (of: ErrorClass): number => (errorClass === of ? 1 : 0);
  return {
    ...history,
    conflicts: history.conflicts + one('CONFLICT'),
    notFounds: history.notFounds + one('NOT_FOUND'),
    unknowns: history.unknowns + one('UNKNOWN'),
  };
}

/** What becomes of a delivery that failed. `random` is uniform in [0, 1). */
export function stepAfter(fault: DeliveryFault, history: DeliveryHistory, random: number): NextStep {
  const again = (delaySeconds: number): NextStep => ({ step: 'RETRY', delaySeconds });
  const asked = Math.min(fault.retryAfterSeconds ?? 0, LONGEST_WAIT_SECONDS);
  const later = Math.max(backOff(history.attempts, random), asked);
  switch (fault.class) {
    case 'RATE_LIMITED':
    case 'TRANSIENT':
      return history.unpausedHours >= PATIENCE_HOURS ? { step: 'DEAD' } : again(later);
    case 'AUTH':
      // It pauses the whole system, and time in a pause makes no delivery older.
      return again(AUTH_SECONDS);
    case 'CONFLICT':
      return history.conflicts > FEW ? { step: 'DEAD' } : again(0);
    case 'NOT_FOUND':
      return history.notFounds > READ_AGAIN ? { step: 'DEAD' } : again(0);
    case 'UNKNOWN':
      return history.unknowns > FEW ? { step: 'DEAD' } : again(later);
    case 'VALIDATION':
      return { step: 'DEAD' };
  }
}

/** Seconds, uniform between the shortest and a ceiling that doubles with every attempt up to the longest. */
function backOff(attempts: number, random: number): number {
  const ceiling = Math.min(LONGEST_BACK_OFF_SECONDS, SHORTEST * 2 ** Math.min(attempts, 20));
  return SHORTEST + random * (ceiling - SHORTEST);
}

/** Why a delivery is given up although no system ever refused it: whoever takes it dies, or cannot write down what came of it. */
export function abandoned(lostLeases: number): DeliveryFault | null {
  if (lostLeases < LOST_LEASES) return null;
  const message = `${lostLeases} workers took it and never said what became of it; see the service's own log`;
  return { class: 'UNKNOWN', code: 'ABANDONED', message, retryAfterSeconds: null, ambiguous: false, raw: null };
}
