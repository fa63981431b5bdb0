import type { Caller } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import { checkFindings } from './check-findings.js';

/**
 * Says on record that somebody has seen the findings. They stay open, and their fields stay held; what the matrix would do
 * about them by itself is theirs now, and a waiver ends with it. What is acknowledged already stays so.
 */
export async function acknowledgeFindings(
  ports: Ports,
  caller: Caller,
  { ids: named, note }: { ids: string[]; note: string | null },
): Promise<Outcome<{ ids: string[] }>> {
  const fault = note === null ? null : textFault(note);
  if (fault) return refused(problem(fault.code, fault.message, ['note']));
  const ids = [...new Set(named)];
  return ports.work.run(async (stores) => {
    const locked = await stores.findings.lock(ids);
    const problems = checkFindings(named, locked, ['OPEN', 'ACKNOWLEDGED', 'WAIVED']);
    if (problems.length > 0) return { ok: false, problems };
    const fresh = locked.filter((each) => each.state !== 'ACKNOWLEDGED' || (note !== null && each.note !== note));
    if (fresh.length > 0)
      await stores.findings.acknowledge(
        fresh.map(({ id }) => id),
        caller.actor,
        note,
      );
    return accepted({ ids });
  });
}
