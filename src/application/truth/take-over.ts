import { systemActor } from '../../domain/actor.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { ChangeSet } from '../../domain/change/draft.js';
import { planChanges } from '../../domain/change/plan-changes.js';
import type { FindingDraft, ObservationSource } from '../../domain/drift/finding.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { sameJson } from '../../domain/primitives/json.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { refused } from '../../domain/problem.js';
import { withBases } from '../change/plan-request.js';
import { writeChangeSet } from '../change/write-change-set.js';
import { adoptedPatch, adoptingOperation } from '../drift/adopted-patch.js';
import { ownPrices } from '../drift/resolve/adoption.js';
import type { Ports } from '../ports/ports.js';
import type { TakenValue } from '../ports/truth-store.js';
import type { Stores } from '../ports/unit-of-work.js';
import { holdMasses } from './hold-masses.js';

/** Who takes over what systems own: nobody has decided it, a rule has (design 4.6). */
export const OWNER_ACTOR = systemActor('source-of-truth');

/** Values of one request; there are more where a whole catalogue is read for the first time. */
const AT_ONCE = 500;

/** Where the values were seen, and how. */
interface Seen {
  system: string;
  source: ObservationSource;
}

/** A value that goes into the master; of a finding, or of what was just seen. */
export interface Taking {
  value: Pick<FindingDraft, 'kind' | 'skuId' | 'target' | 'field' | 'found' | 'recordId' | 'attribution'>;
  patch: FieldValues;
}

/**
 * Takes into the master what a system says of fields that it owns: one request by the SYSTEM actor for what was seen
 * together, approved by the version of the matrix that says so, applied at once and owed to the other systems. What the
 * master refuses (a GTIN that another SKU bears, an amount that is none, a price of the system's own or in another currency)
 * becomes a finding, and keeps nothing else back; so does what comes in such numbers that a person should look first.
 * @param compared SKU records of this look, where it is one of the whole system.
 * @returns how many findings opened.
 */
export async function takeOver(
  ports: Ports,
  seen: Seen,
  values: readonly FindingDraft[],
  compared: number | null = null,
): Promise<number> {
  const { believed, opened } = await ports.work.run((stores) => holdMasses(stores, seen, values, compared));
  let refused = 0;
  for (let from = 0; from < believed.length; from += AT_ONCE) {
    const some = believed.slice(from, from + AT_ONCE);
    refused += await ports.work.run((stores) => takeOverSome(ports, stores, seen, some));
  }
  return opened + refused;
}

/** Answers how many findings opened of what the master refuses. */
async function takeOverSome(
  ports: Ports,
  stores: Stores,
  { system, source }: Seen,
  values: readonly FindingDraft[],
): Promise<number> {
  const { version } = await stores.truth.acting();
  const own = await ownPrices(
    ports,
    values.map((value) => ({ ...value, system })),
  );
  const notOurs = new Map(own.map(({ finding, fault }) => [finding.identity, fault]));
  const patches = values.map((value) => {
    const fault = notOurs.get(value.identity);
    const patch: Outcome<FieldValues> = fault ? refused(fault) : adoptedPatch(value.field ?? '', value.found);
    return { value, patch };
  });
  const left = patches.flatMap(({ value, patch }) => (patch.ok ? [] : [refusedFor(system, value, patch.problems)]));
  let takings = patches.flatMap(({ value, patch }): Taking[] => (patch.ok ? [{ value, patch: patch.value }] : []));
  let [changes, set] = await plannedTakeOver(ports, stores, takings);
  // Of what does not fit, the rest goes in all the same; twice at most, because without it something else may not fit.
  for (let round = 0; set.problems.length + set.conflicts.length > 0; round += 1) {
    const unfit = round < 2 ? misfits(set, changes) : null;
    const isOut = ({ value }: Taking): boolean => unfit === null || unfit.has(targetOf(value));
    const out = values.filter((value) => takings.some((each) => each.value === value && isOut(each)));
    left.push(...out.map((value) => refusedFor(system, value, unfit?.get(targetOf(value)) ?? set.problems)));
    takings = takings.filter((each) => !isOut(each));
    [changes, set] = await plannedTakeOver(ports, stores, takings);
  }
  // Locked by now: what was seen since is the news, and whoever saw it takes it over.
  const latest = await stores.records.published(values.flatMap(({ recordId }) => recordId ?? []));
  const isLatest = ({ recordId, field, found }: Taking['value']): boolean =>
    sameJson(latest.get(recordId ?? '')?.[field ?? ''] ?? null, found);
  const opened = await stores.findings.record(system, left.filter(isLatest), source);
  const stale = takings.filter(({ value }) => !isLatest(value));
  if (stale.length > 0) {
    takings = takings.filter(({ value }) => isLatest(value));
    [changes, set] = await plannedTakeOver(ports, stores, takings);
    if (set.problems.length + set.conflicts.length > 0) return opened;
  }
  if (set.skus.length + set.products.length === 0) return opened;
  const taken = takings.flatMap(({ value }) => takenValue({ ...value, source, findingId: null }));
  await writeTakeOver(ports, stores, { system, version, changes, set, values: taken });
  return opened;
}

/** People read why an owner's value waits for them: it is mended there. */
function refusedFor(system: string, value: FindingDraft, problems: readonly Problem[]): FindingDraft {
  const why = problems.map(({ message }) => message).join('; ') || 'the master was changed meanwhile';
  return { ...value, note: `${system} owns it, and the master refuses what it says: ${why}` };
}

/** The changes that take values over, and what they make of the master, whose rows are locked. */
export async function plannedTakeOver(
  ports: Ports,
  stores: Stores,
  takings: readonly Taking[],
): Promise<[ProposedChange[], ChangeSet]> {
  const changes = await withBases(stores, changesOf(takings));
  const world = await stores.catalog.world(changes, { lock: true });
  return [changes, planChanges(world, changes, () => ports.newId(), { baseline: false, takesOver: true })];
}

/** One change a record, so that values of one SKU go in together. */
function changesOf(takings: readonly Taking[]): ProposedChange[] {
  const byTarget = new Map<string, ProposedChange>();
  for (const { value, patch } of takings) {
    const key = targetOf(value);
    const operation = adoptingOperation(value);
    const change = byTarget.get(key) ?? { operation, target: value.target, baseRevision: null, patch: {} };
    Object.assign(change.patch, patch);
    byTarget.set(key, change);
  }
  return [...byTarget.values()];
}

/** Which change a value goes in with: `SKU_UPDATE:A-1`. */
export function targetOf(value: Pick<FindingDraft, 'kind' | 'skuId' | 'target'>): string {
  return `${adoptingOperation(value)}:${value.target}`;
}

/** Targets of the changes that do not fit, with what is wrong; null where nobody can tell which. */
export function misfits(
  { problems, conflicts }: ChangeSet,
  changes: readonly ProposedChange[],
): Map<string, Problem[]> | null {
  const at = ({ field }: Problem): string | null => {
    const change = field?.[0] === 'changes' && field[1] !== undefined ? changes[Number(field[1])] : undefined;
    return change ? `${change.operation}:${change.target}` : null;
  };
  const unfit = Map.groupBy(problems, at);
  if (conflicts.length > 0 || unfit.has(null)) return null;
  return new Map([...unfit].flatMap(([target, of]) => (target === null ? [] : [[target, of] as const])));
}

/** As it is kept; nothing of what is in no record or field, which no system can own. */
export function takenValue(
  value: Pick<FindingDraft, 'recordId' | 'field' | 'found' | 'attribution'> & Pick<TakenValue, 'source' | 'findingId'>,
): TakenValue[] {
  const { recordId, field, found, attribution, source, findingId } = value;
  return recordId === null || field === null ? [] : [{ recordId, field, found, attribution, source, findingId }];
}

/** Keeps the request, applies it, and owes it to the other systems. Answers its id. */
export async function writeTakeOver(
  ports: Ports,
  stores: Stores,
  taking: {
    system: string;
    version: number;
    changes: readonly ProposedChange[];
    set: ChangeSet;
    values: readonly TakenValue[];
    besides?: string;
  },
): Promise<string> {
  const { system, version, changes, set, values, besides = '' } = taking;
  const reason = `Approved by the source-of-truth matrix, version ${version}${besides}`;
  const id = ports.newId();
  const count = changes.reduce((sum, { patch }) => sum + Object.keys(patch).length, 0);
  const number = await stores.requests.add({
    id,
    title: `Take over ${count} value${count === 1 ? '' : 's'} that ${system} owns`,
    reason,
    origin: 'TAKE_OVER',
    author: OWNER_ACTOR,
    effectiveAt: null,
    changes: changes.map((change) => ({ ...change, id: ports.newId() })),
  });
  const { warnings } = set;
  await stores.requests.update(id, { state: 'APPLIED', requirements: [], warnings, submitted: true, applied: true });
  const written = await writeChangeSet(stores, set, { actor: OWNER_ACTOR, reason, changeRequestId: id }, 'DELIVER');
  await stores.truth.keepTaken(id, version, values);
  const data = { system, policyVersion: version, revisions: written.length };
  await stores.audit([{ actor: OWNER_ACTOR, type: 'OWNED_VALUES_TAKEN', subject: number, data }]);
  return id;
}
