/**
 * The time of day, as a port: tests and the simulated world turn it by hand.
 * Instants that are compared with each other across machines come from the database instead.
 */
export interface Clock {
  now(): Date;
}

/** The machine's own clock. */
export const machineClock: Clock = {
  now: () => new Date(),
};
