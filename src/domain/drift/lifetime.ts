import type { Actor } from '../actor.js';
import { isPolicy, policyActor } from '../actor.js';
import type { Json } from '../primitives/json.js';
import { sameJson } from '../primitives/json.js';
import type { DriftResolution, DriftState, FindingDraft, Healing } from './finding.js';
import { SEVERITIES, type Severity } from './source-of-truth.js';

/** Seen again after it was resolved so often within so many days, two writers are at it (design 4.7). */
export const FIGHT_RECURRENCES = 3;
export const FIGHT_DAYS = 14;
/** So many reverts by the matrix in a row that somebody undid. */
const FIGHT_UNDONE = 2;

/** A finding as it stands when its difference is seen once more. */
export interface FindingBefore {
  state: DriftState;
  severity: Severity;
  found: Json;
  resolution: DriftResolution | null;
  resolvedBy: Actor | null;
  recurrences: number;
  healing: Healing | null;
  /** How often in a row a revert by the matrix was undone. */
  autoUndone: number;
  fight: string | null;
  note: string | null;
  /** How often it was opened again within the last `FIGHT_DAYS`, this time left out. */
  recentRecurrences: number;
}

/** SAME: seen as it was. IGNORED: put on record as resolved, because a rule says so. */
export type FindingStep = 'NEW' | 'REOPENED' | 'REFRESHED' | 'SAME' | 'IGNORED' | 'IGNORED_AGAIN';

/** How a finding stands once its difference was seen. */
export interface FindingNext {
  step: FindingStep;
  state: DriftState;
  resolution: DriftResolution | null;
  resolvedBy: Actor | null;
  severity: Severity;
  recurrences: number;
  healing: Healing | null;
  autoUndone: number;
  fight: string | null;
  note: string | null;
  /** When it is due: anew from now, no later than from now, as it was, or never. */
  due: 'ANEW' | 'SOONER' | 'KEPT' | 'NEVER';
}

/**
 * What becomes of a finding when its difference is seen, whichever way: pure, and the one place that knows. A finding is
 * one for ever; seen again after it was resolved it opens again; a waived one stays waived; where a rule says IGNORE it is
 * on record as resolved; and where two writers fight, nothing heals it by itself any more (design 4.7 and 4.8).
 */
export function seenAgain(before: FindingBefore | null, draft: FindingDraft): FindingNext {
  if (before?.state === 'WAIVED') return waived(before, draft);
  if (draft.policy?.action === 'IGNORE') return ignored(before, draft, draft.policy.version);
  if (before === null) return { ...opened(draft), step: 'NEW' };
  if (before.state !== 'RESOLVED') return refreshed(before, draft);
  if (isStillAsResolved(before, draft)) return asResolved(before, draft);
  const recurrences = before.recurrences + 1;
  const wasUndone = before.resolution === 'REVERTED' && isPolicy(before.resolvedBy);
  const autoUndone = wasUndone ? before.autoUndone + 1 : 0;
  const isFight = before.recentRecurrences + 1 >= FIGHT_RECURRENCES || autoUndone >= FIGHT_UNDONE;
  const anew = { ...opened(draft), step: 'REOPENED' as const, recurrences, autoUndone };
  if (!isFight) return anew;
  const severity = graver(anew.severity, 'HIGH');
  return { ...anew, severity, healing: null, fight: fightOf(before, draft, recurrences) };
}

function opened(draft: FindingDraft): Omit<FindingNext, 'step'> {
  return {
    state: 'OPEN',
    resolution: null,
    resolvedBy: null,
    severity: draft.severity,
    recurrences: 0,
    healing: healingOf(draft),
    autoUndone: 0,
    fight: null,
    note: draft.note ?? null,
    due: 'ANEW',
  };
}

function healingOf({ policy }: FindingDraft): Healing | null {
  return policy === undefined || policy.action === 'IGNORE' ? null : policy.action;
}

/** Open, and seen once more. What a person looks at already stays with people, whatever the rules say by now. */
function refreshed(before: FindingBefore, draft: FindingDraft): FindingNext {
  const isSame = sameJson(before.found, draft.found);
  const severity = before.fight === null ? draft.severity : graver(draft.severity, 'HIGH');
  const healing = isSame || before.healing === null ? before.healing : healingOf(draft);
  return {
    ...kept(before),
    step: isSame ? 'SAME' : 'REFRESHED',
    severity,
    healing,
    note: draft.note ?? before.note,
    due: rankOf(severity) > rankOf(before.severity) ? 'SOONER' : 'KEPT',
  };
}

/** Neither flagged nor due: what is found there is kept up to date for when the waiver ends. */
function waived(before: FindingBefore, draft: FindingDraft): FindingNext {
  const step = sameJson(before.found, draft.found) ? 'SAME' : 'REFRESHED';
  return { ...kept(before), step, severity: draft.severity, due: 'NEVER' };
}

/** Born resolved, or resolved now: it is on record, and nobody is asked (design 4.8). */
function ignored(before: FindingBefore | null, draft: FindingDraft, version: number): FindingNext {
  const wasIgnored = before?.state === 'RESOLVED' && before.resolution === 'SUPERSEDED' && isPolicy(before.resolvedBy);
  const isAgain = before !== null && before.state === 'RESOLVED' && !wasIgnored;
  return {
    ...opened(draft),
    step: wasIgnored
      ? sameJson(before.found, draft.found)
        ? 'SAME'
        : 'REFRESHED'
      : isAgain
        ? 'IGNORED_AGAIN'
        : 'IGNORED',
    state: 'RESOLVED',
    resolution: 'SUPERSEDED',
    resolvedBy: policyActor(version),
    recurrences: (before?.recurrences ?? 0) + (isAgain ? 1 : 0),
    healing: null,
    note: `ignored: version ${version} of the source-of-truth matrix says so`,
    due: 'NEVER',
  };
}

/** A stranger that was taken off sale is still there, off sale: that is how it was resolved, and no news. */
function isStillAsResolved(before: FindingBefore, { kind, found }: FindingDraft): boolean {
  return kind === 'UNEXPECTED' && before.resolution === 'REVERTED' && !isOnSale(found);
}

function asResolved(before: FindingBefore, draft: FindingDraft): FindingNext {
  return { ...kept(before), step: 'SAME', severity: draft.severity, due: 'NEVER' };
}

function kept(before: FindingBefore): Omit<FindingNext, 'step' | 'severity' | 'due'> {
  const { state, resolution, resolvedBy, recurrences, healing, autoUndone, fight, note } = before;
  return { state, resolution, resolvedBy, recurrences, healing, autoUndone, fight, note };
}

/** Can it be bought or sold, by what a system shows of its lifecycle? What does not say counts as on sale. */
export function isOnSale(found: Json): boolean {
  const lifecycle = partOf(found, 'lifecycle');
  if (lifecycle === undefined) return true;
  const status = partOf(partOf(found, 'product.lifecycle') ?? null, 'status');
  if (status !== undefined && status !== 'ACTIVE') return false;
  const flags = ['published', 'salable'].map((flag) => partOf(lifecycle, flag)).filter((flag) => flag !== undefined);
  if (partOf(lifecycle, 'active') === false) return false;
  return flags.length === 0 || flags.includes(true);
}

function partOf(value: Json, key: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[key] : undefined;
}

/** Who writes in turns: the side of the master, by what ended it last, and the other, as far as the system tells. */
function fightOf({ resolution, resolvedBy }: FindingBefore, draft: FindingDraft, recurrences: number): string {
  const { actor = null, app = null } = draft.attribution ?? {};
  const there = app ?? actor ?? 'somebody whom the system does not name';
  const ours = resolution === 'SELF_HEALED' || resolvedBy === null ? 'somebody else there' : resolvedBy.name;
  const what = draft.field ?? draft.kind;
  return `two writers change ${what} of ${draft.target} in turns: ${there}, and ${ours}; it came back ${recurrences} times, so nothing heals it by itself`;
}

function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function graver(a: Severity, b: Severity): Severity {
  return rankOf(a) >= rankOf(b) ? a : b;
}
