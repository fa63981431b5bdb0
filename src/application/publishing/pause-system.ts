import type { Caller } from '../../domain/actor.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import { reasonFaults } from '../../domain/given-reason.js';

/** As long as a finding may be waived: whoever means longer says so again, and why. */
const LONGEST_DAYS = 92;

/**
 * Sends nothing to a system until a date, and goes on by itself then. What was claimed and is not sent yet stays unsent;
 * the system is still observed. A pause that is on is replaced.
 */
export async function pauseSystem(
  ports: Ports,
  caller: Caller,
  { system, reason, until }: { system: string; reason: string; until: Date },
): Promise<Outcome<{ system: string }>> {
  return ports.work.run(async (stores) => {
    const problems = reasonFaults(reason);
    const now = await stores.now();
    if (until <= now) {
      const message = `${until.toISOString()} is past: it is ${now.toISOString()}`;
      problems.push(problem('EFFECTIVE_IN_PAST', message, ['until']));
    } else if (until.getTime() > now.getTime() + LONGEST_DAYS * 86_400_000) {
      problems.push(problem('INVALID_FORMAT', `a pause ends within ${LONGEST_DAYS} days`, ['until']));
    }
    if (!(await stores.gates.exists(system))) problems.push(noSystem(system));
    if (problems.length > 0) return { ok: false, problems };
    await stores.gates.pause(system, reason.trim(), until, caller.actor);
    return accepted({ system });
  });
}

export function noSystem(system: string): Problem {
  return problem('NOT_FOUND', `there is no system ${system.slice(0, 64)}`, ['system']);
}
