import { compareRecord } from '../../domain/drift/compare.js';
import type { FindingDraft, ObservationSource } from '../../domain/drift/finding.js';
import { heals, identityOf } from '../../domain/drift/finding.js';
import { baseOfUngoverned, endingOf, findingOf, judgeRecord, ungoverned } from '../../domain/drift/judge.js';
import { normaliseAll } from '../../domain/drift/normalise.js';
import { readable } from '../../domain/drift/readable.js';
import type { FieldRule } from '../../domain/drift/source-of-truth.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { GovernedSystem, ObservedRecord, RootRef } from '../../domain/publishing/system.js';
import { authorOf } from '../../domain/publishing/system.js';
import type { NotCovered, ObservableRecord, Verdicts } from '../ports/observation-store.js';
import type { PublishingPorts } from '../ports/ports.js';
import type { ScanMark } from '../ports/scan-store.js';
import { projectRecord, undecidedValues } from '../publishing/project-record.js';
import { publishedOf } from '../publishing/work-under-way.js';
import { withoutMoves } from './without-moves.js';

/** What was read, and when the reading began by the database's clock. */
export interface Observation {
  records: readonly ObservedRecord[];
  /** Roots that a strong read says are gone. */
  goneRoots: readonly RootRef[];
  readAt: Date;
  /** Every record of the roots that were read was asked for: one that is not among them is gone. */
  wholeRoots?: boolean;
}

/** How a look is taken in the course of a scan. */
export interface ScanLook {
  mark?: ScanMark;
  /** What would move something is kept for later. */
  stage?: boolean;
  /** Nothing is healed by itself, whatever the rules say. */
  flagOnly?: boolean;
  /** Of how many records what is looked at is all that moves; left out: of those that are looked at. */
  compared?: number;
}

export interface ObservationCounts {
  opened: number;
  closed: number;
  /** Records whose verdict must wait: a delivery was at work on them. */
  busy: number;
  /** SKU records that were judged. */
  compared: number;
  /** Values of those that could not be read. */
  notCovered: number;
}

/**
 * The one place where something seen in a system becomes a verdict, whichever way it was seen: by webhook, by scan.
 * Records that no master record is matched with are not judged here; a complete scan tells what they are.
 */
export async function observe(
  ports: PublishingPorts,
  system: GovernedSystem,
  source: ObservationSource,
  observation: Observation,
  { mark, stage = false, flagOnly = false, compared }: ScanLook = {},
): Promise<ObservationCounts> {
  const externalIds = observation.records.map(({ entity, externalId }) => `${entity}:${externalId}`);
  const rootIds = observation.goneRoots.map(({ externalId }) => externalId);
  // Every record of a root that was read belongs into the verdict, so that a deleted variant is noticed.
  const isWhole = source === 'WEBHOOK' || observation.wholeRoots === true;
  const readRoots = isWhole ? observation.records.map(({ root }) => root.externalId) : [];
  const lookFor = { externalIds, rootIds: [...new Set([...rootIds, ...readRoots])] };
  const seen = new Map(observation.records.map((each) => [`${each.entity}:${each.externalId}`, readable(each)]));
  const acting = await ports.truth.acting();
  const rules = flagOnly ? acting.rules.map(withoutHealing) : acting.rules;
  const taken: FindingDraft[] = [];
  const looking: Looking = { ports, system, rules, policyVersion: acting.version, taken, heals: false };
  let notCovered = 0;
  const counts = await ports.observations.judge(
    system,
    lookFor,
    observation.readAt,
    (records) => {
      const all = judgeAll(looking, records, seen);
      const verdicts = stage ? withoutMoves(records, all, taken, { seen, mark, readAt: observation.readAt }) : all;
      notCovered = unreadableIn(verdicts.records);
      return verdicts;
    },
    source,
    mark,
  );
  const lookedAt = source === 'FULL_SCAN' ? (compared ?? counts.compared) : null;
  const opened = taken.length > 0 ? await ports.owned.takeOver(system.code, taken, source, lookedAt) : 0;
  if (looking.heals && !stage) await ports.healing.heal(system.code);
  return { ...counts, opened: counts.opened + opened, notCovered };
}

/** Whoever lets a held scan go on has not taken back that an edit of a field is nobody's business. */
function withoutHealing(rule: FieldRule): FieldRule {
  return rule.onDrift === 'IGNORE' ? rule : { ...rule, onDrift: 'FLAG' };
}

/** Where something was seen, and by which rules it is judged. */
interface Looking {
  ports: PublishingPorts;
  system: GovernedSystem;
  rules: readonly FieldRule[];
  policyVersion: number;
  /** What the system says of fields that it owns; judging may be begun anew, and then so is this. */
  taken: FindingDraft[];
  /** The matrix does something by itself about what is found. */
  heals: boolean;
}

function judgeAll(
  looking: Looking,
  records: readonly ObservableRecord[],
  seen: ReadonlyMap<string, ObservedRecord>,
): Omit<Verdicts, 'system' | 'source'> {
  const out: Omit<Verdicts, 'system' | 'source'> = { records: [], findings: [], closings: [], owed: [], gone: [] };
  looking.taken.length = 0;
  for (const each of records) {
    if (each.busy) continue;
    const { record } = each;
    const shown = seen.get(`${record.entity}:${record.externalId ?? ''}`);
    if (!shown) out.gone.push({ recordId: record.id, externalId: record.externalId });
    else judgeOne(looking, each, shown, out);
  }
  return out;
}

function judgeOne(
  looking: Looking,
  each: ObservableRecord,
  shown: ObservedRecord,
  out: Omit<Verdicts, 'system' | 'source'>,
): void {
  const { ports, system, rules, policyVersion, taken } = looking;
  const { record, product, states } = each;
  const values = normaliseAll(shown.fields);
  const canonical = projectRecord(record, product, states, system, ports.masterCurrency);
  const { root } = shown;
  out.closings.push(...ungoverned(record, canonical, rules));
  if (!canonical) {
    const base = baseOfUngoverned(values);
    out.records.push({ recordId: record.id, base, observed: values, inSync: true, root, revision: each.revision });
    return;
  }
  const expected = record.unsettled.map((attempt) => attempt.expected);
  const input = {
    canonical,
    base: publishedOf(record, values, ports.connectors.of(system.code)),
    observed: values,
    unreadable: shown.unreadable,
    expected,
    rules,
  };
  const comparisons = compareRecord(input);
  const judgement = judgeRecord(record, comparisons, {
    system: system.code,
    attribution: shown.attribution,
    authors: shown.authors,
    changedAt: record.changedAt,
    readOnly: system.mode === 'READ_ONLY',
    undecided: undecidedValues(record, system, values, canonical),
    policyVersion,
  });
  const recoded = recodedOf(record, shown);
  if (recoded) out.findings.push(recoded);
  else closeRecoded(record, out);
  taken.push(...judgement.taken);
  if (judgement.findings.some(heals)) looking.heals = true;
  out.findings.push(...judgement.findings);
  out.closings.push(...judgement.closings);
  out.records.push({
    recordId: record.id,
    base: judgement.base,
    observed: values,
    inSync: judgement.inSync && !recoded,
    root,
    revision: each.revision,
    notCovered: notCoveredOf(judgement.notCovered, record.undecided),
  });
  const lags = Object.keys(judgement.writes).length > 0;
  if (!lags || each.hasDelivery || system.mode !== 'WRITE') return;
  // What differed at linking is a finding and waits for a person; what somebody gave up is one from now on; any other lag is owed.
  if (each.discarded === null) out.owed.push(record.id);
  else {
    const note = `given up by ${each.discarded.by}: ${each.discarded.reason}`;
    const lagging = comparisons.filter(({ field }) => field in judgement.writes);
    for (const comparison of lagging) out.findings.push({ ...findingOf(record, comparison, shown), note });
  }
}

/** A value that the connector could not make sense of is one that could not be read, and never a difference. */
function notCoveredOf(unreadable: readonly string[], undecided: ReadonlySet<string>): NotCovered[] {
  return [
    ...unreadable.map((field): NotCovered => ({ field, reason: 'UNREADABLE' })),
    ...[...undecided].map((field): NotCovered => ({ field, reason: 'UNDECIDED' })),
  ];
}

function unreadableIn(records: Verdicts['records']): number {
  const all = records.flatMap(({ notCovered = [] }) => notCovered);
  return all.filter(({ reason }) => reason === 'UNREADABLE').length;
}

/** The record is the one we know by its id, but it bears another code now. */
function recodedOf(record: ObservableRecord['record'], shown: ObservedRecord): FindingDraft | null {
  if (record.entity !== 'SKU' || (shown.code !== null && foldCode(shown.code) === foldCode(record.target))) return null;
  return {
    identity: identityOf(record.id, 'RECODED', null),
    kind: 'RECODED',
    recordId: record.id,
    productId: record.productId,
    skuId: record.skuId,
    target: record.target,
    field: null,
    expected: record.target,
    found: shown.code,
    lastPublished: record.target,
    severity: 'HIGH',
    attribution: authorOf(shown, 'code'),
  };
}

function closeRecoded(record: ObservableRecord['record'], out: Omit<Verdicts, 'system' | 'source'>): void {
  for (const open of record.openFindings.filter(({ kind }) => kind === 'RECODED')) {
    out.closings.push(endingOf(open));
  }
}

/** Roots as strong reads show them now. */
export async function readingOf(
  ports: PublishingPorts,
  system: GovernedSystem,
  roots: readonly RootRef[],
): Promise<Observation> {
  const readAt = await ports.observations.now();
  const readings = await ports.connectors.of(system.code, 'SCAN').readRoots([...roots]);
  const records = readings.flatMap((reading) => reading.records ?? []);
  const goneRoots = readings.filter((reading) => reading.records === null).map(({ root }) => root);
  return { records, goneRoots, readAt };
}

/** Reads roots by id and judges them; every record in them belongs into the verdict where `wholeRoots` says so. */
export async function observeRoots(
  ports: PublishingPorts,
  system: GovernedSystem,
  roots: readonly RootRef[],
  source: ObservationSource,
  look: ScanLook & { wholeRoots?: boolean } = {},
): Promise<ObservationCounts> {
  const { wholeRoots = false, ...rest } = look;
  return observe(ports, system, source, { ...(await readingOf(ports, system, roots)), wholeRoots }, rest);
}
