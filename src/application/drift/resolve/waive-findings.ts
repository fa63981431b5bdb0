import type { Caller } from '../../../domain/actor.js';
import type { Outcome, Problem } from '../../../domain/problem.js';
import { accepted, problem } from '../../../domain/problem.js';
import type { Ports } from '../../ports/ports.js';
import { reasonFaults } from '../../../domain/given-reason.js';
import { checkFindings, missedIn } from '../check-findings.js';

/** As long as a waiver may last: whoever means longer says so again, and why (design 4.8). */
const LONGEST_WAIVER_DAYS = 92;
const DAY = 86_400_000;

/**
 * Lets differences be until a moment: their fields are neither flagged nor written while it lasts, and the findings are open
 * again when it ends. What is waived already gets the new end and reason. All of them or none.
 */
export async function waiveFindings(
  ports: Ports,
  caller: Caller,
  { ids: named, until, reason }: { ids: string[]; until: Date; reason: string },
): Promise<Outcome<{ ids: string[] }>> {
  const ids = [...new Set(named)];
  return ports.work.run(async (stores) => {
    const locked = await stores.findings.lock(ids);
    const problems = [
      ...checkFindings(named, locked, ['OPEN', 'ACKNOWLEDGED', 'WAIVED']),
      ...untilFaults(until, await stores.now()),
      ...reasonFaults(reason),
    ];
    for (const { id, target, changeRequestId } of locked) {
      if (changeRequestId === null) continue;
      const message = `${target} is proposed for adoption: reject or withdraw that request first`;
      problems.push(problem('ALREADY_DECIDED', message, ['ids', String(named.indexOf(id))]));
    }
    if (problems.length > 0) return { ok: false, problems };
    const text = reason.trim();
    const fresh = locked.filter(({ state, waivedUntil, note }) => {
      return state !== 'WAIVED' || waivedUntil?.getTime() !== until.getTime() || note !== text;
    });
    if (fresh.length === 0) return accepted({ ids });
    await stores.findings.waive(
      fresh.map(({ id }) => id),
      caller.actor,
      until,
      text,
    );
    await stores.records.takeBackCreation(missedIn(fresh));
    await stores.wake.findingsDue(until);
    await stores.audit(
      fresh.map(({ target, field, found, system }) => ({
        actor: caller.actor,
        type: 'DRIFT_WAIVE',
        subject: target,
        data: { system, field, found, until: until.toISOString(), reason: text },
      })),
    );
    return accepted({ ids });
  });
}

function untilFaults(until: Date, now: Date): Problem[] {
  if (until <= now)
    return [problem('EFFECTIVE_IN_PAST', `${until.toISOString()} is past: it is ${now.toISOString()}`, ['until'])];
  if (until.getTime() <= now.getTime() + LONGEST_WAIVER_DAYS * DAY) return [];
  return [
    problem('INVALID_FORMAT', `a waiver lasts at most ${LONGEST_WAIVER_DAYS} days: say so again then`, ['until']),
  ];
}
