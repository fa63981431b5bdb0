import type { Skipped } from '../change/forced.js';
import type { DriftKind, DriftState } from '../drift/finding.js';
import type { Severity } from '../drift/source-of-truth.js';
import type { Json } from '../primitives/json.js';
import type { Attribution } from '../publishing/system.js';
import type { AuditedSystem, OwnedSkus, UndecidedValues } from './audit-gaps.js';
import { gapsOf } from './audit-gaps.js';
import type { IsoWeek, Quarter } from './quarter.js';
import { weeksOf } from './quarter.js';

/** Formats that the report can be had in; other ones are refused, not approximated. */
export const DRIFT_AUDIT_FORMATS = ['HTML', 'JSON'] as const;
export type DriftAuditFormat = (typeof DRIFT_AUDIT_FORMATS)[number];

/** What the report can be broken down by. */
export const DIMENSIONS = ['system', 'field', 'owner', 'attribution', 'severity'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The quarterly drift audit, named as the API names it. Instants are UTC. */
export interface DriftAudit {
  id: string;
  quarter: string;
  /** First instant of the quarter, and the first after it. */
  from: Date;
  until: Date;
  /** False while nobody has frozen the quarter: its figures are live. */
  closed: boolean;
  /** True while the quarter itself still runs. */
  running: boolean;
  generatedAt: Date;
  summary: DriftAuditSummary;
  bySystem: DriftBreakdown[];
  byField: DriftBreakdown[];
  byOwner: DriftBreakdown[];
  byAttribution: DriftBreakdown[];
  bySeverity: DriftBreakdown[];
  weekly: WeeklyDrift[];
  /** Findings that were opened again in the quarter, most often first; at most `FINDINGS_LISTED` of `recurringCount`. */
  recurring: AuditFinding[];
  recurringCount: number;
  /** Open at the quarter's end, or now; most severe first; at most `FINDINGS_LISTED` of `summary.openAtEnd`. */
  unresolved: AuditFinding[];
  /** Requests that were applied by force in the quarter, in their order; at most `FINDINGS_LISTED` of `forcedCount`. */
  forced: AuditedForce[];
  forcedCount: number;
  /** What the audit cannot vouch for, one sentence each. */
  gaps: string[];
}

/** A request that somebody applied by force: design 4.3 has each named here. */
export interface AuditedForce {
  /** "CR-1042". */
  number: string;
  title: string;
  /** Who forced it, by name. */
  by: string;
  at: Date;
  reason: string;
  /** What was skipped; null where that was not kept yet. */
  skipped: Skipped | null;
}

export interface DriftAuditSummary {
  skusGoverned: number;
  /** Share of governed SKUs compared with every system that they are in or are to be in, 0 to 1; 0 where none is governed. */
  coverage: number;
  opened: number;
  resolved: number;
  openAtEnd: number;
  waived: number;
  /** Median hours from being seen (again) to being resolved; null where nothing was resolved. */
  medianHoursToResolve: number | null;
  /** Governed SKUs with any finding opened, per 1,000 governed. */
  driftRate: number;
  /** The quarter before, whose own `previous` is null; null where that one has no governed data. */
  previous: DriftAuditSummary | null;
}

export interface DriftBreakdown {
  key: string;
  opened: number;
  resolved: number;
  openAtEnd: number;
  /** Share of all findings opened in the quarter, 0 to 1. */
  share: number;
}

export interface WeeklyDrift {
  week: string;
  opened: number;
  resolved: number;
  /** Open at the end of the week, or of the quarter, or now. */
  open: number;
}

export interface AuditFinding {
  id: string;
  system: string;
  kind: DriftKind;
  target: string;
  field: string | null;
  expected: Json;
  found: Json;
  severity: Severity;
  state: DriftState;
  attribution: Attribution | null;
  /** Party code; null where nobody is accountable. */
  owner: string | null;
  firstSeenAt: Date;
  openedAt: Date;
  recurrences: number;
  dueAt: Date | null;
}

/** A report lists no more findings than a person reads; the counts are always of all. */
export const FINDINGS_LISTED = 250;

/** Findings of one period, as counted. */
export interface DriftCount {
  opened: number;
  resolved: number;
  openAtEnd: number;
}

/** One quarter as counted, before anything is worked out from it. */
export interface CountedQuarter extends DriftCount {
  skusGoverned: number;
  /** Of those, compared with every system that they are in or are to be in. */
  skusCovered: number;
  /** Of those governed, with any finding opened in the quarter. */
  skusDrifted: number;
  waived: number;
  medianSecondsToResolve: number | null;
}

/** Everything that the report of one quarter is made from. */
export interface CountedAudit {
  current: CountedQuarter;
  previous: CountedQuarter;
  breakdowns: Record<Dimension, (DriftCount & { key: string })[]>;
  /** In order, one for each week asked for. */
  weekly: WeeklyDrift[];
  recurring: AuditFinding[];
  recurringCount: number;
  unresolved: AuditFinding[];
  systems: AuditedSystem[];
  undecided: UndecidedValues;
  owned: OwnedSkus;
  forced: AuditedForce[];
  forcedCount: number;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

export function summaryOf(counted: CountedQuarter, previous: DriftAuditSummary | null = null): DriftAuditSummary {
  const { medianSecondsToResolve: seconds } = counted;
  return {
    skusGoverned: counted.skusGoverned,
    coverage: share(counted.skusCovered, counted.skusGoverned),
    opened: counted.opened,
    resolved: counted.resolved,
    openAtEnd: counted.openAtEnd,
    waived: counted.waived,
    medianHoursToResolve: seconds === null ? null : seconds / 3600,
    driftRate: share(counted.skusDrifted, counted.skusGoverned) * 1000,
    previous,
  };
}

/** Nothing was governed and nothing was found: there is nothing to compare with. */
function isBlank(counted: CountedQuarter): boolean {
  return counted.skusGoverned === 0 && counted.opened === 0 && counted.resolved === 0 && counted.openAtEnd === 0;
}

/** Most opened first, then by key, so that two runs over the same rows read alike; shares are of all that were opened. */
export function breakdownOf(rows: readonly (DriftCount & { key: string })[]): DriftBreakdown[] {
  const total = rows.reduce((sum, row) => sum + row.opened, 0);
  return rows
    .map(({ key, opened, resolved, openAtEnd }) => ({ key, opened, resolved, openAtEnd, share: share(opened, total) }))
    .toSorted((a, b) => b.opened - a.opened || (a.key < b.key ? -1 : Number(a.key > b.key)));
}

/** The weeks that have begun: weeks to come have no figures, and zeros would read as "no drift". */
export function weeksBegun(quarter: Quarter, now: Date): IsoWeek[] {
  return weeksOf(quarter).filter((week) => week.start <= now);
}

/** Where the report of a quarter is fetched from, below the service's own address. */
export function driftAuditPath(quarter: string, format: DriftAuditFormat): string {
  return `/reports/drift-audit/${quarter}.${format.toLowerCase()}`;
}

/** The report of a quarter out of counted rows. Pure: same counts and same instant, same report. */
export function driftAuditOf(quarter: Quarter, counted: CountedAudit, generatedAt: Date): DriftAudit {
  const previous = isBlank(counted.previous) ? null : summaryOf(counted.previous);
  const running = generatedAt < quarter.end;
  return {
    id: `drift-audit:${quarter.id}`,
    quarter: quarter.id,
    from: quarter.start,
    until: quarter.end,
    closed: false,
    running,
    generatedAt,
    summary: summaryOf(counted.current, previous),
    bySystem: breakdownOf(counted.breakdowns.system),
    byField: breakdownOf(counted.breakdowns.field),
    byOwner: breakdownOf(counted.breakdowns.owner),
    byAttribution: breakdownOf(counted.breakdowns.attribution),
    bySeverity: breakdownOf(counted.breakdowns.severity),
    weekly: counted.weekly,
    recurring: counted.recurring,
    recurringCount: counted.recurringCount,
    unresolved: counted.unresolved,
    forced: counted.forced,
    forcedCount: counted.forcedCount,
    gaps: gapsOf(counted.systems, counted.undecided, counted.owned, running),
  };
}
