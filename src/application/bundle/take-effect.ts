import { linesJson } from '../../domain/bundle/composition.js';
import { BUNDLE_FIELD, SCHEDULED_FIELD } from '../../domain/bundle/timeline.js';
import type { ProposedChange } from '../../domain/change/change.js';
import { planChanges } from '../../domain/change/plan-changes.js';
import { windowsOn } from '../../domain/settings/freeze-windows-setting.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import { lockReached } from '../change/plan/lock-reached.js';
import { freezeOver } from '../change/run/hold-request.js';
import { writeChangeSet } from '../change/write-change-set.js';
import type { DuePlace, DueVersion } from '../ports/bundle-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { BUNDLE_ACTOR, versionFailed } from './version-failed.js';

/** Versions that one run looks for; where there are more, another follows. */
const AT_ONCE = 1_000;
/** What an operator is told of a fault; the log has all of it. */
const ERROR_LIMIT = 300;

/** A version that could not take effect, and why. */
interface Refusal {
  version: DueVersion;
  problems: Problem[];
}

interface Effect {
  refused: Refusal[];
  /** A freeze window is on over what it would reach: it is due still. */
  isHeld: boolean;
}

/**
 * Puts every version whose time has come into effect, each in a transaction of its own, so that one that fails keeps no other
 * bundle waiting. What failed, or waits for the end of a freeze, stays due, and is passed by: it hides nothing behind it.
 * @param after where the call before left off; null begins with whatever has been due for longest.
 * @param atOnce versions that are looked at in one call.
 * @returns where to go on; null when all that is due has been looked at.
 */
export async function takeEffect(
  ports: Ports,
  after: DuePlace | null = null,
  atOnce: number = AT_ONCE,
): Promise<DuePlace | null> {
  const { due, held } = await ports.work.run((stores) => lookedAt(stores, after, atOnce));
  const free = due.filter(({ bundleId }) => !held.has(bundleId));
  for (const versions of Map.groupBy(free, ({ bundleId }) => bundleId).values()) await inTurn(ports, versions);
  return due.length === atOnce ? (due.at(-1) ?? null) : null;
}

/**
 * What is due, and ids of bundles that a freeze window is on over for certain: they are passed by without being planned, or each
 * sweep of a long freeze would lock and plan every one of them anew. The rest is judged when it is planned.
 */
async function lookedAt(
  stores: Stores,
  after: DuePlace | null,
  atOnce: number,
): Promise<{ due: DueVersion[]; held: ReadonlySet<string> }> {
  const { freezeWindows } = await stores.settings.current();
  const on = windowsOn(freezeWindows, await stores.now());
  if (on.some(({ systems }) => systems === undefined)) return { due: [], held: new Set() };
  const due = await stores.bundles.due(null, atOnce, after);
  const frozen = on.flatMap(({ systems = [] }) => systems);
  const ids = [...new Set(due.map(({ bundleId }) => bundleId))];
  const isNone = frozen.length === 0 || ids.length === 0;
  return { due, held: new Set(isNone ? [] : await stores.deliveries.composedFor(ids, frozen)) };
}

/**
 * Versions of one bundle, each in a transaction of its own and in the order of time: where one is held or fails, those after
 * it wait behind it, because they were proposed as what follows it; those before it are in effect.
 */
async function inTurn(ports: Ports, versions: readonly DueVersion[]): Promise<void> {
  for (const [index, version] of versions.entries()) {
    try {
      const { code, at: only } = version;
      const { refused, isHeld } = await ports.work.run((stores) => {
        const locked = (due: readonly ProposedChange[]): Promise<void> => lockAll(stores, due);
        return takeEffectOf(ports, stores, [code], { only, locked });
      });
      for (const each of refused) logRefusal(ports, each.version, each.problems);
      if (isHeld) return;
    } catch (error) {
      await couldNotLook(ports, version, error, versions.length - index - 1);
      return;
    }
  }
}

/** Catalogue rows, and then the records that are reached, before anything is written: as whoever applies a request does. */
async function lockAll(stores: Stores, due: readonly ProposedChange[]): Promise<void> {
  await lockReached(stores, null, due, await stores.catalog.world(due, { lock: true }));
}

/**
 * A fault of ours, or of the database: the version stays due, and operators are told, because nobody else would be.
 * @param behind later versions of the bundle that are due as well, and wait for it.
 */
async function couldNotLook(ports: Ports, version: DueVersion, fault: unknown, behind: number): Promise<void> {
  ports.log('error', 'a bundle could not be looked at', { bundle: version.code, error: String(fault), behind });
  const waiting = behind === 0 ? '' : `; later versions that wait behind it: ${behind}`;
  const error = `${String(fault).slice(0, ERROR_LIMIT)}${waiting}`;
  const failure = { version, kind: 'FAILED' as const, problems: [], error };
  try {
    await ports.work.run((stores) => versionFailed(ports, stores, failure));
  } catch (again) {
    // The database itself is in trouble, which is told elsewhere; the next sweep comes by here.
    ports.log('error', 'the failure of a version could not be kept', { bundle: version.code, error: String(again) });
  }
}

function logRefusal(ports: Ports, { code, at, changeRequestId }: DueVersion, problems: readonly Problem[]): void {
  const detail = { bundle: code, at, changeRequestId, problems: problems.map(({ message }) => message) };
  ports.log('warn', 'a version of a bundle could not take effect', detail);
}

/**
 * Puts versions of these bundles whose time has come into effect, in the caller's transaction and in the order of time.
 * Everything is judged anew, against the world as it is now. What does not stand leaves the timeline: the version before
 * stays in force, and the audit log and the request that proposed it say why. What a freeze window is on over waits for
 * its end.
 * @param how evenIfFrozen: for what is done by force, which the version has to come before; only: the version of this
 *   moment, and nothing where an earlier one stands before it: it is held then; locked: called before anything is written,
 *   where anything is due, to lock first what the caller's transaction locks besides.
 */
export async function takeEffectOf(
  ports: Pick<Ports, 'newId'>,
  stores: Stores,
  codes: readonly string[],
  how: {
    evenIfFrozen?: boolean;
    only?: string | null;
    locked?: (due: readonly ProposedChange[]) => Promise<void>;
  } = {},
): Promise<Effect> {
  const { evenIfFrozen = false, only = null } = how;
  const refused: Refusal[] = [];
  const due = await stores.bundles.due(codes, only === null ? AT_ONCE : 1);
  if (due.length > 0) await how.locked?.(due.map((version) => bundleSet(version, inForce(version))));
  for (const version of due) {
    if (only !== null && version.at !== only) return { refused, isHeld: version.at < only };
    const lines = linesJson(version.lines);
    const patch = inForce(version);
    const problems = await write(ports, stores, version, patch, { judged: true, evenIfFrozen });
    // Those after it wait as well: versions take effect in the order of time.
    if (problems === 'HELD') return { refused, isHeld: true };
    const { code, at, changeRequestId } = version;
    if (problems.length === 0) {
      await stores.bundles.recovered(version, BUNDLE_ACTOR);
      const data = { at, changeRequestId, lines, problems };
      await stores.audit([{ actor: BUNDLE_ACTOR, type: 'BUNDLE_VERSION_IN_EFFECT', subject: code, data }]);
      continue;
    }
    refused.push({ version, problems });
    await write(ports, stores, version, withdrawn(version), { judged: false, evenIfFrozen: true });
    if (changeRequestId) {
      const told = problems.map((each) => afterwards(version, each));
      await stores.requests.addProblems(changeRequestId, told);
    }
    await versionFailed(ports, stores, { version, kind: 'REFUSED', problems, error: null });
  }
  return { refused, isHeld: false };
}

/** A problem as the request tells it: it is about no field of its input any more, but about what became of it. */
function afterwards({ code, at }: DueVersion, { code: which, message }: Problem): Problem {
  return problem(which, `${code} could not change at ${at}, and stays as it was: ${message}`);
}

/** What it makes of its bundle. */
function inForce(version: DueVersion): FieldValues {
  return { [BUNDLE_FIELD]: linesJson(version.lines), ...withdrawn(version) };
}

function bundleSet({ code }: DueVersion, patch: FieldValues): ProposedChange {
  return { operation: 'BUNDLE_SET', target: code, baseRevision: null, patch };
}

/** The version leaves the list of those that are to come, whether it takes effect or not. */
function withdrawn({ at }: DueVersion): FieldValues {
  return { [SCHEDULED_FIELD]: { [at]: null } };
}

/**
 * Writes a revision of the bundle, unless it is refused.
 * @param judged false to write it whatever is wrong: a version that goes may leave a later one without its footing, and
 *   that is for the later one to be told when its time comes.
 */
async function write(
  ports: Pick<Ports, 'newId'>,
  stores: Stores,
  version: DueVersion,
  patch: FieldValues,
  { judged, evenIfFrozen }: { judged: boolean; evenIfFrozen: boolean },
): Promise<Problem[] | 'HELD'> {
  const { reason, changeRequestId } = version;
  const changes = [bundleSet(version, patch)];
  const world = await stores.catalog.world(changes, { lock: true });
  const set = planChanges(world, changes, () => ports.newId());
  if (judged && set.problems.length > 0) return set.problems;
  if (!evenIfFrozen && (await freezeOver(stores, { set, world }))) return 'HELD';
  await writeChangeSet(stores, set, { actor: BUNDLE_ACTOR, reason, changeRequestId }, 'DELIVER');
  return [];
}
