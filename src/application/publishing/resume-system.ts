import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import { noSystem } from './pause-system.js';

/** Goes on with a system: ends its pause, and tries at once what waits for a key to be taken again or a breaker to close. */
export async function resumeSystem(ports: Ports, caller: Caller, system: string): Promise<Outcome<{ system: string }>> {
  return ports.work.run(async (stores) => {
    if (!(await stores.gates.exists(system))) return { ok: false, problems: [noSystem(system)] };
    const ended = await stores.gates.resume(system, caller.actor);
    if (ended.length > 0) return accepted({ system });
    const message = `${system} is neither paused nor behind a breaker`;
    return { ok: false, problems: [problem('WRONG_STATE', message, ['system'])] };
  });
}
