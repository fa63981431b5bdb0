import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { WhichDeliveries } from '../ports/delivery-store.js';
import type { Ports } from '../ports/ports.js';
import { unnamed } from './which-dead-letters.js';

/** Puts dead letters back in line, by id, by group or by filter. They read, compare and write like any delivery. */
export async function retryDeliveries(
  ports: Ports,
  caller: Caller,
  which: WhichDeliveries,
): Promise<Outcome<{ ids: string[] }>> {
  const problems = unnamed(which);
  if (problems.length > 0) return { ok: false, problems };
  return ports.work.run(async (stores) => {
    const { ids, systems } = await stores.deliveries.retry(which, caller.actor);
    const unknown = (which.ids ?? []).filter((id) => !ids.includes(id));
    if (unknown.length > 0) {
      return refused(
        ...unknown.map((id) =>
          problem(
            'WRONG_STATE',
            'only a dead letter can be retried, and none of a record that is missing: resolve its finding',
            ['ids', String(which.ids?.indexOf(id) ?? 0)],
          ),
        ),
      );
    }
    await stores.wake.deliveriesDue(systems);
    await stores.audit([
      {
        actor: caller.actor,
        type: 'DELIVERY_RETRIED',
        subject: systems.join(', ') || 'none',
        data: { deliveries: ids.length },
      },
    ]);
    return accepted({ ids });
  });
}
