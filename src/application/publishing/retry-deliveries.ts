import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted } from '../../domain/problem.js';
import type { DeadLettersMoved, WhichDeliveries } from '../ports/delivery-store.js';
import type { Ports } from '../ports/ports.js';
import { namingFaults, notDead } from './which-dead-letters.js';

/**
 * Puts dead letters back in line, by id, by group or by filter. They read, compare and write like any delivery. By id it is all of
 * them or none; by filter, what cannot be retried is left, counted and told.
 */
export async function retryDeliveries(
  ports: Ports,
  caller: Caller,
  which: WhichDeliveries,
): Promise<Outcome<DeadLettersMoved>> {
  return ports.work.run(async (stores): Promise<Outcome<DeadLettersMoved>> => {
    const faults = await namingFaults(stores.deliveries, which);
    if (faults.length > 0) return { ok: false, problems: faults };
    const { ids, systems } = await stores.deliveries.retry(which, caller.actor);
    const problems = await notDead(stores.deliveries, which.ids, ids);
    if (problems.length > 0) return { ok: false, problems };
    const skipped = which.ids === null ? await stores.deliveries.skipped(which, ids, true) : [];
    if (ids.length === 0) return accepted({ ids, skipped });
    await stores.wake.deliveriesDue(systems);
    await stores.audit([
      {
        actor: caller.actor,
        type: 'DELIVERY_RETRIED',
        subject: systems.join(', '),
        data: {
          deliveries: ids.length,
          skipped: Object.fromEntries(skipped.map(({ reason, count }) => [reason, count])),
        },
      },
    ]);
    return accepted({ ids, skipped });
  });
}
