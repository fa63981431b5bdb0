/** How many times as many cases the nightly run draws as every other run does. */
const FACTOR = Number(process.env['SKUWARD_TEST_RUNS'] ?? '1');

/**
 * Cases that a property is tried on.
 * @param everyDay as many as fit into a run that somebody waits for.
 */
export function runs(everyDay: number): number {
  if (!Number.isInteger(FACTOR) || FACTOR < 1) throw new Error('SKUWARD_TEST_RUNS is a whole number of at least 1');
  return everyDay * FACTOR;
}
