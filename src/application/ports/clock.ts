/**
 * The time of day, as a port: tests and the simulated world turn it by hand.
 * Instants that are compared with each other across machines come from the database instead.
 */
export interface Clock {
  now(): Date;
  /** Resolves when so many milliseconds have passed. */
  wait(milliseconds: number): Promise<void>;
  /** Aborts when so many milliseconds have passed. */
  deadline(milliseconds: number): AbortSignal;
}

/** The machine's own clock. */
export const machineClock: Clock = {
  now: () => new Date(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
};
