import { it } from '@jest/globals';

/** Variable with which the nightly run asks for more cases. */
const VARIABLE = 'SKUWARD_TEST_RUNS';

/** How many times as many cases the nightly run draws as every other run does. */
const FACTOR = Number(process.env[VARIABLE] ?? '1');

/**
 * Cases that a property is tried on.
 * @param everyDay as many as fit into a run that somebody waits for.
 * @throws Error where the variable is no number: a night of a single case would prove nothing.
 */
export function runs(everyDay: number): number {
  if (!Number.isInteger(FACTOR) || FACTOR < 1) throw new Error(`${VARIABLE} is a whole number of at least 1`);
  return everyDay * FACTOR;
}

/** Whether this is the nightly run. */
const IS_NIGHT = FACTOR > 1;

/** What the nightly run tries at length, and every other run in short. */
export function nightly<T>(atLength: T, everyDay: T): T {
  return IS_NIGHT ? atLength : everyDay;
}

/**
 * A test that only the nightly run has time for. Every other run reports it as skipped, and tries the same promise in a
 * shorter one beside it.
 */
export function itNightly(name: string, test: () => Promise<void>, timeout: number): void {
  const declare = nightly(it, it.skip);
  declare(name, test, timeout);
}
