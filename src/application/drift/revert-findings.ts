import type { Caller } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import type { FieldRule } from '../../domain/drift/source-of-truth.js';
import { ruleOf } from '../../domain/drift/source-of-truth.js';
import type { Json } from '../../domain/primitives/json.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { LockedFinding } from '../ports/finding-store.js';
import type { SystemView } from '../ports/operations-reader.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { checkFindings } from './check-findings.js';

/**
 * Pushes the canonical value again: what each finding found may be overwritten now, and only that. The finding ends as
 * REVERTED when the system itself shows the master's value; if somebody edits once more before, it stays open. What is
 * missing is created again, a code is written back, and what the master does not know is taken off sale. All of them or
 * none; asked once more, it is asked for once. Who asked first stays who asked; that somebody else did as well is on record.
 */
export async function revertFindings(
  ports: Ports,
  caller: Caller,
  { ids: named, note, confirm }: { ids: string[]; note: string | null; confirm: boolean },
): Promise<Outcome<{ ids: string[] }>> {
  const fault = note === null ? null : textFault(note);
  if (fault) return refused(problem(fault.code, fault.message, ['note']));
  const systems = new Map((await ports.operations.systems()).map((system) => [system.code, system]));
  const ids = [...new Set(named)];
  return ports.work.run(async (stores) => {
    const locked = await stores.findings.lock(ids);
    const problems = checkFindings(named, locked, ['OPEN', 'ACKNOWLEDGED']);
    const { rules } = await stores.truth.acting();
    for (const finding of locked) {
      const system = systems.get(finding.system);
      const objection =
        objectionTo(finding, system, rules) ?? recoding(ports, finding) ?? confirmation(finding, confirm);
      if (objection) problems.push({ ...objection, field: ['ids', String(named.indexOf(finding.id))] });
    }
    if (problems.length > 0) return { ok: false, problems };
    const fresh = locked.filter(({ revertRequestedBy: by }) => by?.id !== caller.actor.id);
    await ask(
      stores,
      caller,
      fresh.map(({ id }) => id),
      note,
    );
    await bringAbout(stores, locked);
    await stores.audit(
      fresh.map(({ target, field, found, system }) => ({
        actor: caller.actor,
        type: 'DRIFT_REVERT',
        subject: target,
        data: { system, field, found },
      })),
    );
    return accepted({ ids });
  });
}

async function ask(stores: Stores, caller: Caller, ids: readonly string[], note: string | null): Promise<void> {
  if (ids.length > 0) await stores.findings.requestRevert(ids, caller.actor, note);
}

/** Deliveries of what is governed; what the master does not know is nobody's delivery, and is looked after by itself. */
async function bringAbout(stores: Stores, locked: readonly LockedFinding[]): Promise<void> {
  const missing = locked.filter(({ kind }) => kind === 'MISSING');
  for (const [system, of] of Map.groupBy(missing, (each) => each.system))
    await stores.records.allowCreation(
      system,
      of.flatMap(({ recordId }) => recordId ?? []),
    );
  const recordIds = [...new Set(locked.flatMap(({ recordId }) => recordId ?? []))];
  if (recordIds.length > 0) await stores.wake.deliveriesDue(await stores.deliveries.enqueueRecords(recordIds));
  if (locked.some(({ kind }) => kind === 'UNEXPECTED')) await stores.wake.findingsDue();
}

function objectionTo(
  finding: LockedFinding,
  system: SystemView | undefined,
  rules: readonly FieldRule[],
): Problem | null {
  const { kind, target, field, notOurs, changeRequestId } = finding;
  const not = (message: string): Problem => problem('NOT_RESOLVABLE_HERE', message);
  const name = finding.system;
  if (system?.mode === 'READ_ONLY') return not(`${name} is read-only: nothing is written to it`);
  if (notOurs !== null) return not(`not ours to correct: ${notOurs}`);
  if (kind === 'DUPLICATE')
    return not(`two records of ${name} bear ${target}: which of them is meant is decided there`);
  if (kind === 'UNEXPECTED' && system?.link !== 'LINKED')
    return not(`${name} is not in service: nothing is sent to it yet`);
  if (kind === 'UNEXPECTED' && finding.root === null)
    return not(`it is not known where ${target} is in ${name}: start a full scan first`);
  if (field !== null && ruleOf(rules, field)?.owner === name)
    return not(`${name} says what ${field} is, by the source-of-truth matrix: correct it there`);
  if (changeRequestId !== null)
    return problem('ALREADY_DECIDED', `${target} is proposed for adoption: reject or withdraw that request first`);
  return null;
}

/** Not every system takes another code for a record that is there. */
function recoding(ports: Ports, { kind, system, target }: LockedFinding): Problem | null {
  if (kind !== 'RECODED' || ports.connectors.of(system).capabilities.recodes === true) return null;
  return problem('NOT_RESOLVABLE_HERE', `${system} takes no code from us: name it ${target} again there`);
}

/** What takes something off sale is said twice. */
function confirmation({ kind, expected, target, system }: LockedFinding, confirm: boolean): Problem | null {
  if (confirm || (kind !== 'UNEXPECTED' && (kind !== 'LIFECYCLE' || !takesOffSale(expected)))) return null;
  return problem('CONFIRMATION_REQUIRED', `this takes ${target} off sale in ${system}: say confirm`);
}

function takesOffSale(expected: Json): boolean {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) return false;
  const { published, salable, active, status } = expected;
  return published === false || salable === false || active === false || status === 'DRAFT' || status === 'ARCHIVED';
}
