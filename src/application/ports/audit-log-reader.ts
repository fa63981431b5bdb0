import type { Actor } from '../../domain/actor.js';
import type { ChainHead, FoundSeal } from '../../domain/audit/audit-chain.js';
import type { Json } from '../../domain/primitives/json.js';
import type { Page, PageRequest } from './page.js';

/** An audit event with the place and the hash that the sequencer gave it. */
export interface AuditEventView {
  id: string;
  /** 1, 2, 3, … in the order of sealing. */
  sequence: string;
  at: Date;
  actor: Actor;
  type: string;
  subject: string;
  data: Json;
  /** Hexadecimal. */
  hash: string;
  /** The text that the hash covers, beside the hash before. */
  canonical: string;
}

export interface AuditQuery {
  /** Exactly: CR-1042, a SKU code, a system's code. */
  subject: string | null;
  type: string | null;
}

/** Reads of the sealed audit log. What is not sealed yet, a fraction of a second, is not there yet. */
export interface AuditLogReader {
  /** Newest first. */
  events(page: PageRequest, query: AuditQuery): Promise<Page<AuditEventView>>;
  eventsByIds(ids: readonly string[]): Promise<Map<string, AuditEventView>>;
  /** Seals after a sequence, oldest first, each with the event that it seals as far as it is still there: one statement. */
  sealsAfter(sequence: bigint, limit: number): Promise<FoundSeal[]>;
  /** The seal of a sequence; null where there is none. */
  headAt(sequence: bigint): Promise<ChainHead | null>;
  /** The last seal; EMPTY_CHAIN before the first. */
  head(): Promise<ChainHead>;
}
