import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted } from '../../domain/problem.js';
import type { DeadLettersMoved } from '../ports/delivery-store.js';
import type { Ports } from '../ports/ports.js';
import { reasonFaults } from '../../domain/given-reason.js';
import { namingFaults, notDead } from './which-dead-letters.js';

/**
 * Gives dead letters up: nobody tries them again, and the next look at their records puts on record, field by field, what
 * the system lacks, who gave it up and why (design 4.7).
 */
export async function discardDeliveries(
  ports: Ports,
  caller: Caller,
  ids: string[],
  reason: string,
): Promise<Outcome<DeadLettersMoved>> {
  const which = { ids: [...new Set(ids)], filter: null };
  return ports.work.run(async (stores): Promise<Outcome<DeadLettersMoved>> => {
    const problems = [...(await namingFaults(stores.deliveries, which)), ...reasonFaults(reason)];
    const dead = await stores.deliveries.lockDead(which);
    const locked = dead.map(({ id }) => id);
    problems.push(...(await notDead(stores.deliveries, ids, locked)));
    if (problems.length > 0) return { ok: false, problems };
    await stores.deliveries.discard(which.ids, reason.trim(), caller.actor);
    await stores.audit(
      [...Map.groupBy(dead, ({ system }) => system)].map(([system, of]) => ({
        actor: caller.actor,
        type: 'DELIVERY_DISCARDED',
        subject: system,
        data: { reason: reason.trim(), deliveries: of.map(({ id, target }) => ({ id, target })) },
      })),
    );
    return accepted({ ids: which.ids, skipped: [] });
  });
}
