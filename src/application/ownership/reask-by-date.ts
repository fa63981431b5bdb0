import { systemActor } from '../../domain/actor.js';
import { turnsBetween } from '../../domain/ownership/party.js';
import type { Ports } from '../ports/ports.js';
import { concerned, reaskReviews } from './hand-over.js';

/**
 * Asks anew for approvals where a delegation or an absence has begun or ended since an instant: nobody sends word of
 * that. Doing it twice changes nothing.
 * @returns the instant up to which it has looked: where the next call begins.
 */
export async function reaskByDate(ports: Ports, since: Date): Promise<Date> {
  return ports.work.run(async (stores) => {
    const now = await stores.now();
    const parties = await stores.parties.parties();
    const turned = parties.filter((party) => turnsBetween(party, since, now)).map(({ id }) => id);
    if (turned.length > 0) await reaskReviews(stores, systemActor('calendar'), concerned(parties, turned), new Map());
    return now;
  });
}
