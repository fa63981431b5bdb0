import type { Actor } from '../../domain/actor.js';
import type { BulkWeight } from '../../domain/drift/bulk-safety.js';
import type { ObservedRecord, RecordEntity, RootRef } from '../../domain/publishing/system.js';
import type { ScanPhase, ScanView } from './operations-reader.js';

/** A scan that this process runs, as long as its lease lasts. */
export interface ScanHold {
  id: string;
  token: string;
}

export interface ScanRun extends ScanHold {
  system: string;
  mode: ScanView['mode'];
  phase: ScanPhase;
  /** The system's own id of the work that an earlier run of this scan began, and when the reading began then. */
  operation: string | null;
  readAt: Date | null;
  /** Once it has been read: records that were linked, and of these, those that were staged. */
  linked: number | null;
  staged: number | null;
}

/** The scan is somebody else's now, or has been ended: whatever this process still wants to say of it counts for nothing. */
export class ScanGone extends Error {
  constructor() {
    super('the scan was given up while it ran');
    this.name = 'ScanGone';
  }
}

/** One piece of a scan, looked into. */
export interface SeenPiece {
  fingerprint: string;
  records: readonly ObservedRecord[];
}

/** What a judgement in the course of a full scan leaves behind beside its verdicts. */
export interface ScanMark {
  hold: ScanHold;
  /** By what it is judged: a piece that was judged by anything else is judged again. */
  basis: string;
  /** Pieces that are judged as a whole hereby. */
  pieces: readonly string[];
  /** Piece of each record, by `entity:externalId`. */
  pieceOf: ReadonlyMap<string, string>;
}

/** A record whose verdict would move something, kept until it is known how many there are. */
export interface StagedRecord {
  entity: RecordEntity;
  externalId: string;
  root: RootRef;
  pieceId: string | null;
  /** Null: the scan did not see it. */
  observed: ObservedRecord | null;
  readAt: Date | null;
  /** What moves is a finding that is not there yet. */
  opens: boolean;
}

/** A record that was matched with ours by this scan, as the scan saw it. */
export interface PairedRecord extends Omit<StagedRecord, 'opens'> {
  observed: ObservedRecord;
  readAt: Date;
}

export interface ScanCounts {
  recordsRead?: number;
  /** Of these, told just as they had been compared before. */
  unchanged?: number;
  skusCompared?: number;
  opened?: number;
  closed?: number;
  /** Values that could not be read. */
  notCovered?: number;
}

/** A page of a list that empties: where it goes on. */
export interface PlaceInScan {
  entity: RecordEntity;
  externalId: string;
}

/** What a scan keeps of itself, so that any process can go on with it; each method is a transaction of its own. */
export interface ScanStore {
  /** Null when a scan of this system runs already. */
  beginScan(id: string, system: string, mode: ScanView['mode'], by: Actor): Promise<ScanView | null>;
  scan(id: string): Promise<ScanView | null>;
  /** Takes a RUNNING scan that nobody holds. Null: there is none such; one that lost its process too often is FAILED. */
  claimScan(id: string, token: string): Promise<ScanRun | null>;
  /** Shows that the scan is at work, for another minute and a half. @throws ScanGone */
  holdScan(hold: ScanHold): Promise<void>;
  /** Gives a scan back, so that another process goes on with it at once. */
  releaseScan(hold: ScanHold): Promise<void>;
  /** RUNNING scans that nobody holds: what a sweep wakes. */
  unheldScans(): Promise<string[]>;
  /** Frees the scans of a process that is known to be dead (the embedded database has one process). */
  releaseScans(): Promise<void>;
  /** The system began work of its own for the scan. @throws ScanGone */
  scanBegan(hold: ScanHold, operation: string | null, readAt: Date): Promise<void>;
  scanProgress(scanId: string, add: ScanCounts): Promise<void>;

  /**
   * Fingerprints of pieces that need no second look. `settled`: all that they hold was in sync and has not moved since, on
   * either side. `done`: this very scan has judged them before it was interrupted.
   */
  knownPieces(hold: ScanHold, basis: string): Promise<{ settled: Set<string>; done: Set<string> }>;
  /** These were told again just as they were. @throws ScanGone */
  piecesUnchanged(hold: ScanHold, fingerprints: readonly string[]): Promise<void>;
  /** Keeps what was seen, before it is judged. Answers the ids of the pieces, by fingerprint. @throws ScanGone */
  scanSaw(hold: ScanHold, pieces: readonly SeenPiece[]): Promise<Map<string, string>>;

  /** How many findings the scan would open, of how many records. */
  weigh(scanId: string): Promise<BulkWeight>;
  /** What was staged is judged from now on. @throws ScanGone */
  settleScan(hold: ScanHold, weight: BulkWeight): Promise<void>;
  /** HELD, with an alert: what it saw, and what it did not see, waits for a person. @throws ScanGone */
  stopScan(hold: ScanHold, weight: BulkWeight): Promise<void>;
  staged(scanId: string, limit: number): Promise<StagedRecord[]>;
  unstage(hold: ScanHold, records: readonly PlaceInScan[]): Promise<void>;
  /** Roots whose verdicts were put off while a delivery was at work. */
  postponed(scanId: string, limit: number): Promise<RootRef[]>;
  /** They have been read again; or, with `toInbox`, they are looked at from the inbox as soon as that can be. */
  pursued(hold: ScanHold, rootIds: readonly string[], toInbox: readonly string[]): Promise<void>;

  /** Pairs waiting records with what the scan saw, one to one by folded code; then products by their SKUs. Answers how many. */
  pair(hold: ScanHold): Promise<number>;
  /** Of what was paired, what has not been judged since, by key; `next` is null after the last page. A page may be short. */
  paired(
    scanId: string,
    after: PlaceInScan | null,
    limit: number,
  ): Promise<{ records: PairedRecord[]; next: PlaceInScan | null }>;
  pairedJudged(hold: ScanHold, records: readonly PlaceInScan[]): Promise<void>;
  /** Records that were matched before the scan began and that it did not see. */
  unseen(
    scanId: string,
    after: string | null,
    limit: number,
  ): Promise<{ recordId: string; externalId: string; root: RootRef }[]>;
  /** MISSING, UNEXPECTED and DUPLICATE findings of a complete scan; closes those that no longer hold. @throws ScanGone */
  judgeAbsences(hold: ScanHold): Promise<{ opened: number; closed: number }>;
  /** Has no other full scan of the system begun since? Else nobody knows any more what this one did not see. */
  isLatest(scanId: string): Promise<boolean>;
  endScan(hold: ScanHold, state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void>;
  /** Did records begin to wait for a match after this scan began? It may have read past theirs. */
  waitSince(scanId: string): Promise<boolean>;
  /** LINKED when every pair is one to one and nothing is missing. */
  linkIfClean(system: string): Promise<boolean>;

  /** How far incremental scans have come; null: nothing is known of changes yet. */
  cursor(system: string): Promise<string | null>;
  /** All before this place has been compared. @throws ScanGone */
  moveCursor(hold: ScanHold, cursor: string): Promise<void>;
  /** Has no incremental scan of this system begun for so long, and could one begin now? */
  incrementalDue(system: string, minutes: number): Promise<boolean>;
}

/** What people decide about a scan, in one transaction with its audit entry. */
export interface ScanDesk {
  /** The scan, locked. */
  lock(id: string): Promise<{ system: string; state: ScanView['state'] } | null>;
  isAnyRunning(system: string): Promise<boolean>;
  /**
   * Systems of which bulk safety stopped a scan that nobody has decided on, or that goes on as somebody decided; but for those
   * where a later complete scan has found no such number.
   */
  systemsHeld(): Promise<string[]>;
  /** A HELD scan goes on, in phase CONFIRMING. */
  confirm(id: string, by: Actor, reason: string): Promise<void>;
  /** RUNNING or HELD: CANCELLED, and what it had staged is dropped. */
  cancel(id: string, by: Actor): Promise<void>;
}
