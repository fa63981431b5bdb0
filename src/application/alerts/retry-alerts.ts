import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { AlertQuery } from '../ports/alert-store.js';
import type { Ports } from '../ports/ports.js';

/** Puts alerts that were given up, or had nowhere to go, back into the outbox: by id, or all that a filter names. */
export async function retryAlerts(
  ports: Ports,
  caller: Caller,
  which: { ids: string[] | null; filter: AlertQuery | null },
): Promise<Outcome<{ ids: string[] }>> {
  if ((which.ids === null || which.ids.length === 0) && which.filter === null) {
    return refused(problem('REQUIRED', 'name alerts by id or by filter', ['ids']));
  }
  return ports.work
    .run(async (stores) => {
      const ids = await stores.alerts.retry(which);
      const known = new Set(ids);
      const wrong = (which.ids ?? []).flatMap((id, index) => (known.has(id) ? [] : [index]));
      if (wrong.length > 0) {
        const message = 'only an alert that is NOT_SENT or NOWHERE can be sent again';
        // Thrown away with the transaction: either all that were named, or none.
        throw new NotRetriable(wrong.map((index) => problem('WRONG_STATE', message, ['ids', String(index)])));
      }
      await stores.audit([
        { actor: caller.actor, type: 'ALERT_RETRIED', subject: `${ids.length}`, data: { alerts: ids.length } },
      ]);
      return accepted({ ids });
    })
    .catch((error: unknown) => {
      if (error instanceof NotRetriable) return { ok: false as const, problems: error.problems };
      throw error;
    });
}

class NotRetriable extends Error {
  constructor(readonly problems: ReturnType<typeof problem>[]) {
    super('some of the alerts cannot be retried');
    this.name = 'NotRetriable';
  }
}
