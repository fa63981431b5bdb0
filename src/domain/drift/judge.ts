import type { Actor } from '../actor.js';
import { policyActor, systemActor } from '../actor.js';
import type { FieldValues, Json } from '../primitives/json.js';
import { sameJson } from '../primitives/json.js';
import type { Authorship } from '../publishing/system.js';
import { authorOf } from '../publishing/system.js';
import type { FieldComparison } from './compare.js';
import type { DriftResolution, FindingDraft, FindingPolicy, KnownRecord, OpenFinding } from './finding.js';
import { identityOf, kindOfField, severityOf } from './finding.js';
import { isOwnedElsewhere } from '../truth/matrix.js';
import { lawOf } from './normalise.js';
import type { FieldRule } from './source-of-truth.js';
import { ruleOf } from './source-of-truth.js';

export interface Closing {
  findingId: string;
  resolution: DriftResolution;
  by: Actor;
}

/** What one look at one record means: what we now know, what to put on record, and what to write. */
export interface Judgement {
  /** B after this look. */
  base: FieldValues;
  findings: FindingDraft[];
  closings: Closing[];
  /** Values to send so that the record shows what the master wants. */
  writes: FieldValues;
  /** C of the fields in `writes`: what the record will show once they have arrived (W). */
  expected: FieldValues;
  /** How the open finding of a field in `writes` ends when the write has arrived. */
  endings: Record<string, Closing>;
  /** What the system shows of fields that it owns, where the master has something else: to be taken into the master. */
  taken: FindingDraft[];
  /** Fields that are left alone because a finding is open on them. */
  held: string[];
  /** Fields that are neither flagged nor written: their finding is waived. */
  waived: string[];
  /** Fields that are never written, because a rule says that an edit of them there is ignored. */
  ignored: string[];
  notCovered: string[];
  /** Of these the fields that could be read once, and that the master has moved since: they are owed, and cannot be brought. */
  unseen: string[];
  /** Everything governed is as the master wants it. */
  inSync: boolean;
}

export interface JudgeContext extends Authorship {
  /** Where it was seen: of what this system owns, it says what is right. */
  system: string;
  /** Fields that a request changed, with the instant: such a request wins over a finding that opened before it (design section 3, rule 5). */
  changedAt: ReadonlyMap<string, Date>;
  /** Nothing is ever sent to the system, so what the master moved differs there for good and is a finding (design 4.13). */
  readOnly: boolean;
  /** What the system shows for fields that the master has not decided on: it counts as published. */
  undecided: FieldValues;
  /** Version of the matrix that the rules are of. */
  policyVersion: number;
}

/**
 * Turns verdicts into consequences. No out-of-band edit is ever overwritten unseen: a field that differs is first a
 * finding, and is written only when a person asked for the revert of just this value, or a later request changed it.
 */
export function judgeRecord(
  record: KnownRecord,
  comparisons: readonly FieldComparison[],
  context: JudgeContext,
): Judgement {
  const out: Judgement = {
    base: { ...record.published, ...context.undecided },
    findings: [],
    closings: [],
    writes: {},
    expected: {},
    endings: {},
    taken: [],
    held: [],
    waived: [],
    ignored: [],
    notCovered: [],
    unseen: [],
    inSync: true,
  };
  for (const each of comparisons) {
    const open = record.openFindings.find(
      (finding) => finding.field === each.field && finding.kind === kindOfField(each.field),
    );
    if (open?.state === 'WAIVED') judgeWaived(record, each, open, context, out);
    else if (isOwnedElsewhere(each.rule) && each.rule.owner === context.system)
      judgeOwned(record, each, open, context, out);
    else judgeField(record, each, open, context, out);
  }
  return out;
}

/** What is found there is kept up to date for when the waiver ends; else nothing is done about it until then (design 4.8). */
function judgeWaived(
  record: KnownRecord,
  each: FieldComparison,
  open: OpenFinding,
  context: JudgeContext,
  out: Judgement,
): void {
  const { verdict } = each.result;
  if (verdict === 'NOT_COVERED') out.notCovered.push(each.field);
  else if (verdict === 'IN_SYNC') {
    out.base[each.field] = each.canonical;
    out.closings.push(endingOf(open));
  } else {
    if (verdict === 'ECHO' || verdict === 'NEVER_AGREED') out.base[each.field] = each.result.published;
    out.waived.push(each.field);
    out.findings.push(findingOf(record, each, context));
  }
}

function judgeField(
  record: KnownRecord,
  each: FieldComparison,
  open: OpenFinding | undefined,
  context: JudgeContext,
  out: Judgement,
): void {
  switch (each.result.verdict) {
    case 'NOT_COVERED':
      out.notCovered.push(each.field);
      if (hasMoved(each)) out.unseen.push(each.field);
      return;
    case 'IN_SYNC':
      // B becomes C rather than O: they agree, and C knows which tags are ours.
      out.base[each.field] = each.canonical;
      if (open) out.closings.push(endingOf(open));
      return;
    case 'ECHO': {
      const echoed = { ...each, base: each.result.published };
      out.base[each.field] = each.result.published;
      out.inSync = false;
      if (open) settleOpen(record, echoed, open, context, out);
      else if (!context.readOnly) want(echoed, out);
      return;
    }
    case 'LAG':
      out.inSync = false;
      if (open) settleOpen(record, each, open, context, out);
      else if (context.readOnly) hold(record, each, undefined, context, out);
      else want(each, out);
      return;
    case 'NEVER_AGREED':
    case 'DRIFT':
      if (each.result.verdict === 'NEVER_AGREED') out.base[each.field] = each.result.published;
      if (policyOf(each, open, context)?.action === 'IGNORE' && !isReverted(each, open)) {
        out.ignored.push(each.field);
        out.findings.push(draftOf(record, each, open, context));
        return;
      }
      out.inSync = false;
      if (open) settleOpen(record, each, open, context, out);
      else hold(record, each, undefined, context, out);
  }
}

/** The master wants something else than was last published. */
function hasMoved({ field, rule, canonical, base }: FieldComparison): boolean {
  return base !== undefined && !lawOf(field).agrees(canonical, base, base, rule.tolerance);
}

/** A person asked for just this value to be written over. */
function isReverted(each: FieldComparison, open: OpenFinding | undefined): boolean {
  return open?.revertRequestedBy != null && sameJson(open.found, each.observed);
}

/**
 * A field that the system itself owns: what it shows is right, is never written there, and goes into the master. Where it
 * has never shown a value, the master's first one holds (design 4.6).
 */
function judgeOwned(
  record: KnownRecord,
  each: FieldComparison,
  open: OpenFinding | undefined,
  context: JudgeContext,
  out: Judgement,
): void {
  if (each.result.verdict === 'NOT_COVERED') {
    out.notCovered.push(each.field);
    return;
  }
  const found = each.observed ?? null;
  const hasReported = !isEmpty(found) || (each.base !== undefined && !isEmpty(each.base));
  out.base[each.field] = found;
  if (each.result.verdict === 'IN_SYNC' || !hasReported) {
    if (open) out.closings.push(endingOfOwned(open, each.canonical, context.policyVersion));
    return;
  }
  out.inSync = false;
  // They came in such numbers that a person looks at them first.
  if (open?.healing === 'HELD') {
    out.held.push(each.field);
    out.findings.push({
      ...findingOf(record, each, context),
      policy: { action: 'HELD', version: context.policyVersion },
    });
  } else out.taken.push(findingOf(record, each, context));
}

/** Nothing is reverted where a system says what is right, whoever had asked for that before it did: the matrix took it, or it went. */
function endingOfOwned({ id: findingId, found }: OpenFinding, canonical: Json, version: number): Closing {
  if (sameJson(found, canonical)) return { findingId, resolution: 'ADOPTED', by: policyActor(version) };
  return { findingId, resolution: 'SELF_HEALED', by: systemActor('observer') };
}

function isEmpty(value: Json): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** An open finding on a field that still differs: revert it, let a later request win, or keep holding it. */
function settleOpen(
  record: KnownRecord,
  each: FieldComparison,
  open: OpenFinding,
  context: JudgeContext,
  out: Judgement,
): void {
  const changedAt = context.changedAt.get(each.field);
  const asFound = sameJson(open.found, each.observed);
  if (context.readOnly) hold(record, each, open, context, out);
  else if (changedAt && changedAt > open.openedAt) {
    if (!asFound) out.findings.push(findingOf(record, each, context));
    out.endings[each.field] = { findingId: open.id, resolution: 'SUPERSEDED', by: systemActor('publisher') };
    want(each, out);
  } else if (open.revertRequestedBy && asFound) {
    out.endings[each.field] = endingOf(open);
    want(each, out);
  } else hold(record, each, open, context, out);
}

function want(each: FieldComparison, out: Judgement): void {
  out.writes[each.field] = lawOf(each.field).target(each.canonical, each.observed, each.base);
  out.expected[each.field] = each.canonical;
}

function hold(
  record: KnownRecord,
  each: FieldComparison,
  open: OpenFinding | undefined,
  context: JudgeContext,
  out: Judgement,
): void {
  out.held.push(each.field);
  out.findings.push(draftOf(record, each, open, context));
}

function draftOf(
  record: KnownRecord,
  each: FieldComparison,
  open: OpenFinding | undefined,
  context: JudgeContext,
): FindingDraft {
  const draft = findingOf(record, each, context);
  const policy = policyOf(each, open, context);
  return policy ? { ...draft, policy } : draft;
}

/**
 * What the rule of a field does by itself about an edit that was made there. Nothing where nobody can say who moved (B
 * absent), where nothing can be written, and where the value is a third system's to say (design 4.7).
 */
function policyOf(
  { rule, result }: FieldComparison,
  open: OpenFinding | undefined,
  { readOnly, policyVersion: version }: JudgeContext,
): FindingPolicy | null {
  const { onDrift: action } = rule;
  // What is being healed and was moved once more, back to what was there before perhaps, is still to be healed.
  const isHealing = open?.healing != null && (result.verdict === 'LAG' || result.verdict === 'ECHO');
  if (action === 'FLAG' || (result.verdict !== 'DRIFT' && !isHealing)) return null;
  if (action === 'AUTO_REVERT' && readOnly) return null;
  if (action === 'AUTO_ADOPT' && isOwnedElsewhere(rule)) return null;
  return { action, version };
}

/**
 * B of a record that is there but that nobody governs yet: what it shows now. When its SKU enters service, the approved
 * change is then news to bring there, and not a difference that somebody made. Tags stay out: B of tags is what is ours.
 */
export function baseOfUngoverned(observed: FieldValues): FieldValues {
  return Object.fromEntries(Object.entries(observed).filter(([field]) => field !== 'product.tags'));
}

/** Findings on fields that nobody governs there any more: the SKU left the system, went back to DRAFT, or a rule says NONE. */
export function ungoverned(record: KnownRecord, canonical: FieldValues | null, rules: readonly FieldRule[]): Closing[] {
  const isGoverned = (field: string): boolean =>
    canonical !== null && field in canonical && ruleOf(rules, field) !== null;
  return record.openFindings
    .filter(({ field }) => field !== null && !isGoverned(field))
    .map(({ id }) => ({ findingId: id, resolution: 'SUPERSEDED', by: systemActor('observer') }));
}

/** How a finding ends whose difference is no longer there: as what somebody asked for, or by itself. */
export function endingOf(open: OpenFinding): Closing {
  return open.revertRequestedBy
    ? { findingId: open.id, resolution: 'REVERTED', by: open.revertRequestedBy }
    : { findingId: open.id, resolution: 'SELF_HEALED', by: systemActor('observer') };
}

/** The finding that a field which differs is put on record as. */
export function findingOf(record: KnownRecord, each: FieldComparison, shownBy: Authorship): FindingDraft {
  const kind = kindOfField(each.field);
  const found = each.observed ?? null;
  return {
    identity: identityOf(record.id, kind, each.field),
    kind,
    recordId: record.id,
    productId: record.productId,
    skuId: record.skuId,
    target: record.target,
    field: each.field,
    expected: each.canonical,
    found,
    lastPublished: each.result.verdict === 'NEVER_AGREED' ? null : (each.base ?? null),
    severity: severityOf(each.rule.severity, each.field, record.skuState, found),
    attribution: authorOf(shownBy, each.field),
  };
}
