import type { Severity } from '../../domain/drift/source-of-truth.js';

/** Dead letters of one system that died of one thing. */
export interface DeadLetterCause {
  system: string;
  class: string;
  code: string | null;
  /** What the system said, without what differs from record to record. */
  shape: string | null;
  open: number;
  fresh: number;
  overdue: number;
}

/** One thing that waits for somebody, as a line of the digest tells it. */
export interface DigestItem {
  /** Whom it waits for: of a dead letter its assignee where it has one who is active, else the owner; null: nobody. */
  ownerId: string | null;
  kind: 'DEAD_LETTER' | 'FINDING' | 'REQUEST';
  line: string;
  fresh: boolean;
  overdue: boolean;
}

/** Findings that are open, counted. */
export interface FindingCount {
  ownerId: string | null;
  severity: Severity;
  open: number;
  fresh: number;
  overdue: number;
}

export interface DigestFacts {
  causes: DeadLetterCause[];
  findings: FindingCount[];
  /** What waits, the longest overdue first: dead letters and requests all of them up to a limit, findings a few an owner. */
  items: DigestItem[];
  /** Dead letters beyond the limit: they are in `causes`, and told by no owner. */
  beyond: number;
  pausedSystems: string[];
  /** A line for each canary that stopped and that nobody has decided on. */
  stoppedCanaries: string[];
  /** Scans since then that ended without an end, or are held, one line each. */
  scans: string[];
  /** Alerts that people should have been told of by now: those that were given up, had nowhere to go, or failed and are tried again. */
  alertsNotSent: { count: number; lines: string[] };
}

/** What the daily digest is made of; a constant number of statements, whatever there is to tell. */
export interface DigestReader {
  /** @param since what is new: when the digest before was raised. */
  facts(since: Date): Promise<DigestFacts>;
}
