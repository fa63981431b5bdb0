import { systemActor } from '../../../domain/actor.js';
import { requestNotApplied } from '../../../domain/alerts/occasions.js';
import { endOf } from '../../../domain/settings/freeze-windows-setting.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { applyChangeRequest } from '../apply-change-request.js';
import { planRequest } from '../plan-request.js';
import { holdRequest } from './hold-request.js';

/** Requests that one run looks for; where there are more, another follows. */
const AT_ONCE = 1_000;
const ACTOR = systemActor('schedule');

/**
 * Applies every scheduled request whose time has come, each in a transaction of its own, so that one that fails keeps
 * nobody waiting. Workers may run it side by side: whoever comes second finds nothing left to do.
 * @returns true when there may be more.
 */
export async function applyDue(ports: Ports): Promise<boolean> {
  const due = await ports.work.run(async (stores) => {
    // What a window held that is over, for whatever reason, is due whenever its end was to be.
    const { freezeWindows } = await stores.settings.current();
    const now = await stores.now();
    const left = freezeWindows.filter((window) => endOf(window) > now);
    await stores.requests.releaseBlocked(left.map(({ name }) => name));
    return stores.requests.due(AT_ONCE);
  });
  let failed = 0;
  for (const id of due) {
    try {
      await ports.work.run((stores) => applyOne(ports, stores, id));
    } catch (error) {
      failed += 1;
      ports.log('error', 'a scheduled request could not be looked at', { request: id, error: String(error) });
    }
  }
  // What failed stays due: going on at once would only meet it again.
  return due.length === AT_ONCE && failed === 0;
}

async function applyOne(ports: Ports, stores: Stores, id: string): Promise<void> {
  const request = await stores.requests.lock(id);
  // Another worker, or its author, came first.
  const now = await stores.now();
  if (!request || request.state !== 'SCHEDULED' || !request.dueAt || request.dueAt > now) return;
  // Looked at before its time, because freeze windows have changed: what it waits for is told anew, and nothing is judged
  // that is to be judged then.
  if (request.effectiveAt !== null && request.effectiveAt > now) {
    const { changes, author, editors } = request;
    await holdRequest(stores, request, await planRequest(ports, stores, changes, author, { lock: false, editors }));
    return;
  }
  const result = await applyChangeRequest(ports, stores, request);
  if (result === 'APPLIED' || result === 'SCHEDULED') return;
  // Its author counted on it: the request tells what is wrong, and this line says that somebody has to look.
  const data = { state: result, author: request.author.name, authorPartyId: request.author.partyId };
  await stores.audit([{ actor: ACTOR, type: 'CHANGE_REQUEST_NOT_APPLIED', subject: request.number, data }]);
  await stores.alerts.raise([requestNotApplied(request, request.author.partyId, result)]);
  ports.log('warn', 'a scheduled request was not applied', { request: request.number, ...data });
}
