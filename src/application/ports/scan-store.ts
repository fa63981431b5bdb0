import type { Actor } from '../../domain/actor.js';
import type { ObservedRecord, RootRef } from '../../domain/publishing/system.js';
import type { GoneRecord } from './observation-store.js';
import type { ScanView } from './operations-reader.js';

/** What a full scan keeps of itself, and what it says once it was complete; each method is a transaction of its own. */
export interface ScanStore {
  /** Null when a scan of this system runs already. */
  beginScan(id: string, system: string, mode: 'FULL' | 'INCREMENTAL', by: Actor): Promise<ScanView | null>;
  scan(id: string): Promise<ScanView | null>;
  /** @throws when the scan is no longer RUNNING: it was given up, and what it reads from here on counts for nothing. */
  scanSaw(scanId: string, batch: readonly ObservedRecord[]): Promise<void>;
  scanProgress(
    scanId: string,
    add: { recordsRead: number; skusCompared: number; opened: number; closed: number },
  ): Promise<void>;
  /** Pairs waiting records with what the scan saw, one to one by folded code; then products by their SKUs. Answers what was paired. */
  pair(scanId: string): Promise<ObservedRecord[]>;
  /** Records that were matched before the scan began and that it did not see. */
  unseen(
    scanId: string,
    after: string | null,
    limit: number,
  ): Promise<{ recordId: string; externalId: string; root: RootRef }[]>;
  /** MISSING, UNEXPECTED and DUPLICATE findings of a complete scan; closes those that no longer hold. */
  judgeAbsences(scanId: string, gone: readonly GoneRecord[]): Promise<{ opened: number; closed: number }>;
  endScan(scanId: string, state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void>;
  /** Did records begin to wait for a match after this scan began? It may have read past theirs. */
  waitSince(scanId: string): Promise<boolean>;
  /** LINKED when every pair is one to one and nothing is missing. */
  linkIfClean(system: string): Promise<boolean>;
  /** Ends scans that have not moved for so long: their process died. */
  failAbandonedScans(idleSeconds: number): Promise<void>;
}
