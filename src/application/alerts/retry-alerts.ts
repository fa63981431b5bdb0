import type { Caller } from '../../domain/actor.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem } from '../../domain/problem.js';
import type { AlertQuery } from '../ports/alert-store.js';
import type { Ports } from '../ports/ports.js';

/** What a name in a filter is the name of. */
const NAMED: Readonly<Record<string, string>> = { system: 'system', owner: 'party' };

/**
 * Sends alerts now that were given up, had nowhere to go, or wait to be tried again: by id all of them or none, or all that a filter
 * names. Where there is none, nothing was done, and nothing is on record.
 * @returns `more`: how many the filter names beyond what one call takes.
 */
export async function retryAlerts(
  ports: Ports,
  caller: Caller,
  which: { ids: string[] | null; filter: AlertQuery | null },
): Promise<Outcome<{ ids: string[]; more: number }>> {
  const faults = await namingFaults(ports, which);
  if (faults.length > 0) return { ok: false, problems: faults };
  return ports.work
    .run(async (stores) => {
      const { ids, more } = await stores.alerts.retry(which);
      const known = new Set(ids);
      // Thrown away with the transaction: either all that were named, or none.
      if ((which.ids ?? []).some((id) => !known.has(id))) throw new NotRetriable();
      if (ids.length > 0) {
        await stores.audit([
          { actor: caller.actor, type: 'ALERT_RETRIED', subject: `${ids.length}`, data: { alerts: ids.length } },
        ]);
      }
      return accepted({ ids, more });
    })
    .catch(async (error: unknown) => {
      if (!(error instanceof NotRetriable)) throw error;
      return { ok: false as const, problems: await whyNot(ports, which.ids ?? []) };
    });
}

async function namingFaults(
  ports: Ports,
  { ids, filter }: { ids: string[] | null; filter: AlertQuery | null },
): Promise<Problem[]> {
  if ((ids === null || ids.length === 0) && filter === null)
    return [problem('REQUIRED', 'name alerts by id or by filter', ['ids'])];
  const unknown = filter === null ? [] : await ports.alerts.unknownNames(filter);
  const problems = unknown.map((name) =>
    problem('NOT_FOUND', `there is no such ${NAMED[name] ?? name}`, ['filter', name]),
  );
  if (filter?.states?.every((state) => state === 'SENT') === true)
    problems.push(problem('WRONG_STATE', 'what was sent is not sent again', ['filter', 'states']));
  return problems;
}

/** Of alerts that were named, why those cannot be sent again that cannot. */
async function whyNot(ports: Ports, ids: readonly string[]): Promise<Problem[]> {
  const states = new Map((await ports.alerts.alertsByIds(ids)).map(({ id, state }) => [id, state]));
  const problems = ids.flatMap((id, index) => {
    const at = ['ids', String(index)];
    const state = states.get(id);
    if (state === undefined) return [problem('NOT_FOUND', 'there is no such alert', at)];
    return state === 'SENT' ? [problem('WRONG_STATE', 'it was sent, and is not sent again', at)] : [];
  });
  // None of them is wrong by itself: the filter beside them does not mean some.
  return problems.length > 0 ? problems : [problem('WRONG_STATE', 'the filter does not mean all of them', ['ids'])];
}

class NotRetriable extends Error {
  constructor() {
    super('some of the alerts cannot be retried');
    this.name = 'NotRetriable';
  }
}
