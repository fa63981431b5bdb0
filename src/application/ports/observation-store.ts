import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Closing } from '../../domain/drift/judge.js';
import type { FindingDraft, ObservationSource } from '../../domain/drift/finding.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import type { GovernedSystem, RootRef } from '../../domain/publishing/system.js';
import type { LaneRecord } from './publishing-queue.js';
import type { ScanMark, StagedRecord } from './scan-store.js';

/** A record beside the product it belongs to, so that its projection can be worked out. */
export interface ObservableRecord {
  record: LaneRecord;
  product: Product;
  states: LifecycleState[];
  /** A delivery holds the lane, or settled after the reading began: the verdict must wait for another look. */
  busy: boolean;
  /** A delivery is on its way or dead: that is the news, not the lag. */
  hasDelivery: boolean;
  /** Its last delivery was given up: by whom, and why; null where it was not. */
  discarded: { by: string; reason: string } | null;
  /** Goes up with every revision that its projection is made of. */
  revision: number;
}

/** A field that was not compared, and why: it could not be read there, or nobody has decided yet what it is to be. */
export interface NotCovered {
  field: string;
  reason: 'UNREADABLE' | 'UNDECIDED';
}

export interface RecordVerdict {
  recordId: string;
  base: FieldValues;
  observed: FieldValues;
  inSync: boolean;
  /** Where it was found: an ERP item that was renamed is read under its new code from now on. */
  root: RootRef;
  /** Of what it was judged. */
  revision?: number;
  notCovered?: NotCovered[];
}

/** A record that is gone, by the id under which it was known; null when it never had one. */
export interface GoneRecord {
  recordId: string;
  externalId: string | null;
}

export interface Verdicts {
  system: string;
  source: ObservationSource;
  records: RecordVerdict[];
  findings: FindingDraft[];
  closings: Closing[];
  /** Records that lag and have no delivery. */
  owed: string[];
  /** Records that a strong read says are gone. */
  gone: GoneRecord[];
  /** In the course of a full scan: the piece in which each record was seen, by record id. */
  pieceOf?: ReadonlyMap<string, string>;
  /** In the course of a full scan: what would move something, to be judged once it is known how much that is. */
  staged?: StagedRecord[];
}

/** A root that webhooks named and nobody has looked at since. */
export interface WaitingRoot {
  root: RootRef;
  webhookIds: string[];
  /** How often it could not be taken. */
  attempts: number;
}

export interface StoredWebhook {
  id: string;
  root: RootRef;
}

/** What observing takes of the database, a scan's own book-keeping aside; each method is a transaction of its own. */
export interface ObservationStore {
  systemByCode(code: string): Promise<GovernedSystem | null>;
  /** The database's clock: the instant before a reading begins. */
  now(): Promise<Date>;
  /**
   * Runs `judge` over locked records in one transaction and stores what it answers. Answers findings opened and closed.
   * With a mark it is part of a full scan: what is staged, put off, and done with is kept for that in the same transaction,
   * which is the scan's as long as this process holds it. @throws ScanGone
   */
  judge(
    system: GovernedSystem,
    lookFor: { externalIds: readonly string[]; rootIds: readonly string[] },
    readAt: Date,
    judge: (records: ObservableRecord[]) => Omit<Verdicts, 'system' | 'source'>,
    source: ObservationSource,
    mark?: ScanMark,
  ): Promise<{ opened: number; closed: number; busy: number; compared: number }>;

  storeWebhook(hook: {
    id: string;
    system: string;
    topic: string;
    root: RootRef;
    body: Buffer;
    headers: Record<string, string | undefined>;
  }): Promise<void>;
  /** Roots with unhandled webhooks that are not put off, oldest first, one entry a root; without those in `except`. */
  waitingRoots(system: string, limit: number, except: readonly string[]): Promise<WaitingRoot[]>;
  webhooksHandled(ids: readonly string[], result: string): Promise<void>;
  /** Their root could not be taken: it is left alone for so long, and with it what else is told of it meanwhile. */
  webhooksPutOff(ids: readonly string[], attempts: number, seconds: number): Promise<void>;
}

/** What keeps the inbox: that it is filled, and what a sweep asks of it. */
export interface InboxSweep {
  /**
   * Webhooks of a system point at an address now. Where some had to be made again that were there before, an alert says so.
   * @param topics those that are there by now; what was there before stays expected. @param made those that were not there.
   * Answers whether any was lost.
   */
  subscribed(system: string, url: string, topics: readonly string[], made: readonly string[]): Promise<boolean>;
  /** Systems with something in their inbox. */
  systemsWithWebhooks(): Promise<string[]>;
}
