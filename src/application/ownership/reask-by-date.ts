import type { Ports } from '../ports/ports.js';
import { CALENDAR } from '../change/review/reask-requests.js';
import { concerned, reaskReviews } from './hand-over.js';

/**
 * Asks anew for approvals where a delegation or an absence has begun or ended since an instant: nobody sends word of
 * that. Doing it twice changes nothing. Where nothing turned, which is nearly always, that is one look at dates.
 * @returns the instant up to which it has looked: where the next call begins.
 */
export async function reaskByDate(ports: Ports, since: Date): Promise<Date> {
  return ports.work.run(async (stores) => {
    const now = await stores.now();
    const turned = await stores.parties.turnedBetween(since, now);
    if (turned.length > 0) {
      await reaskReviews(stores, CALENDAR, concerned(await stores.parties.parties(), turned), new Map());
    }
    return now;
  });
}
