import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import { noSystem } from './pause-system.js';

/**
 * Goes on with a system: ends its pause, and tries at once what waits for a key to be taken again or a breaker to close, and
 * what was put off because of either.
 */
export async function resumeSystem(ports: Ports, caller: Caller, system: string): Promise<Outcome<{ system: string }>> {
  const outcome = await ports.work.run(async (stores): Promise<Outcome<{ system: string }>> => {
    if (!(await stores.gates.exists(system))) return { ok: false, problems: [noSystem(system)] };
    const ended = await stores.gates.resume(system, caller.actor);
    if (ended.length > 0) return accepted({ system });
    const message = `${system} is neither paused nor behind a breaker, and its key is not refused`;
    return { ok: false, problems: [problem('WRONG_STATE', message, ['system'])] };
  });
  // Deliveries are taken before the system in everybody's order, so that they come in a transaction of their own.
  if (outcome.ok) await ports.queue.releaseRefused();
  return outcome;
}
