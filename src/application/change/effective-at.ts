import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';

/** The last moment that four digits of a year can name. */
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Why a request cannot be applied at the moment that it asks for; path `["effectiveAt"]`. */
export function effectiveFaults(effectiveAt: Date | null, now: Date): Problem[] {
  if (effectiveAt === null) return [];
  if (effectiveAt.getTime() > LAST_MOMENT) {
    return [problem('INVALID_FORMAT', 'a request takes effect before the year 10000', ['effectiveAt'])];
  }
  if (effectiveAt > now) return [];
  const message = `${effectiveAt.toISOString()} is past: it is ${now.toISOString()}; leave it out to apply at once`;
  return [problem('EFFECTIVE_IN_PAST', message, ['effectiveAt'])];
}
