import type { DriftState } from '../../domain/drift/finding.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import type { LockedFinding } from '../ports/finding-store.js';

/** At most this many findings are resolved in one call. */
const LIMIT = 1_000;

/** Every reason why these findings cannot be worked on now, each under the place of its id. */
export function checkFindings(
  ids: readonly string[],
  locked: readonly LockedFinding[],
  states: readonly DriftState[],
): Problem[] {
  if (ids.length === 0) return [problem('REQUIRED', 'name at least one finding', ['ids'])];
  if (ids.length > LIMIT) return [problem('TOO_MANY', `at most ${LIMIT} findings in one call`, ['ids'])];
  const byId = new Map(locked.map((finding) => [finding.id, finding]));
  return ids.flatMap((id, index) => {
    const finding = byId.get(id);
    const path = ['ids', String(index)];
    if (!finding) return [problem('NOT_FOUND', 'there is no such finding', path)];
    if (states.includes(finding.state)) return [];
    return [problem('WRONG_STATE', `the finding on ${finding.target} is ${standing(finding)}`, path)];
  });
}

/** Records that are missing, of those that findings are on. */
export function missedIn(findings: readonly LockedFinding[]): string[] {
  return findings.flatMap(({ kind, recordId }) => (kind === 'MISSING' && recordId !== null ? [recordId] : []));
}

/** How it stands, and by whom: somebody may have been quicker. */
function standing({ state, resolution, resolvedBy, waivedUntil }: LockedFinding): string {
  if (state === 'WAIVED') return `waived until ${waivedUntil?.toISOString()}: acknowledge it first, which ends that`;
  return state === 'RESOLVED' ? `resolved already: ${resolution} by ${resolvedBy?.name ?? 'nobody'}` : state;
}
