/** Full-jitter back-off between these, in seconds, as deliveries have it (design 4.9). */
const SHORTEST = 2;
const LONGEST = 900;

/** Who asks for more than an hour is asked again all the same: a wrong header must not silence us for a year. */
const LONGEST_ASKED = 3_600;

/** A channel that takes no messages is tried again this often: only people can mend it. */
export const CLOSED_SECONDS = LONGEST;

/** How long an alert waits after so many attempts; never shorter than asked. `random` is uniform in [0, 1). */
export function alertBackOff(attempts: number, askedSeconds: number | null, random: number): number {
  const backOff = SHORTEST + random * Math.min(LONGEST - SHORTEST, SHORTEST * 2 ** Math.min(attempts, 20));
  return Math.max(backOff, Math.min(askedSeconds ?? 0, LONGEST_ASKED));
}
