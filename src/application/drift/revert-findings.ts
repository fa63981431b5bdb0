import type { Caller } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import type { Json } from '../../domain/primitives/json.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { LockedFinding } from '../ports/finding-store.js';
import type { Ports } from '../ports/ports.js';
import { checkFindings } from './check-findings.js';

/**
 * Pushes the canonical value again: what each finding found may be overwritten now, and only that. The finding ends as
 * REVERTED when the system itself shows the master's value; if somebody edits once more before, it stays open.
 */
export async function revertFindings(
  ports: Ports,
  caller: Caller,
  input: { ids: string[]; note: string | null; confirm: boolean },
): Promise<Outcome<{ ids: string[] }>> {
  const fault = input.note === null ? null : textFault(input.note);
  if (fault) return refused(problem(fault.code, fault.message, ['note']));
  const systems = new Map((await ports.operations.systems()).map((system) => [system.code, system]));
  return ports.work.run(async (stores) => {
    const locked = await stores.findings.lock(input.ids);
    const problems = checkFindings(input.ids, locked, ['OPEN', 'ACKNOWLEDGED']);
    const objections = locked.flatMap((finding) => {
      const path = ['ids', String(input.ids.indexOf(finding.id))];
      const readOnly = systems.get(finding.system)?.mode === 'READ_ONLY';
      const objection = objectionTo(finding, input.confirm, readOnly, path);
      return objection ? [objection] : [];
    });
    if (problems.length + objections.length > 0) return { ok: false, problems: [...problems, ...objections] };
    await stores.findings.requestRevert(input.ids, caller.actor, input.note);
    for (const finding of locked.filter(({ kind }) => kind === 'MISSING')) {
      if (finding.recordId) await stores.records.allowCreation(finding.system, [finding.recordId]);
    }
    const recordIds = [...new Set(locked.flatMap(({ recordId }) => (recordId ? [recordId] : [])))];
    const due = await stores.deliveries.enqueueRecords(recordIds);
    await stores.wake.deliveriesDue(due);
    await stores.audit(
      locked.map(({ target, field, found, system }) => ({
        actor: caller.actor,
        type: 'DRIFT_REVERT',
        subject: target,
        data: { system, field, found },
      })),
    );
    return accepted({ ids: input.ids });
  });
}

function objectionTo(finding: LockedFinding, confirm: boolean, readOnly: boolean, path: string[]): Problem | null {
  if (readOnly) return problem('NOT_RESOLVABLE_HERE', `${finding.system} is read-only: nothing is written to it`, path);
  if (finding.notOurs !== null) return problem('NOT_RESOLVABLE_HERE', `not ours to correct: ${finding.notOurs}`, path);
  if (finding.kind === 'UNEXPECTED' || finding.kind === 'DUPLICATE' || finding.kind === 'RECODED') {
    return problem('NOT_RESOLVABLE_HERE', `a ${finding.kind} finding is resolved in ${finding.system} itself`, path);
  }
  if (finding.kind === 'LIFECYCLE' && !confirm && takesOffSale(finding.expected)) {
    return problem(
      'CONFIRMATION_REQUIRED',
      `this takes ${finding.target} off sale in ${finding.system}: say confirm`,
      path,
    );
  }
  return null;
}

function takesOffSale(expected: Json): boolean {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) return false;
  const { published, salable, active, status } = expected;
  return published === false || salable === false || active === false || status === 'DRAFT' || status === 'ARCHIVED';
}
