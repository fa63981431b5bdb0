import { createHash } from 'node:crypto';
import type { Json } from '../primitives/json.js';
import { canonicalJson } from '../primitives/json.js';

/** One audit event with the place that it was given; what the hash covers is all of this and nothing else. */
export interface AuditRecord {
  /** 1, 2, 3, … as a decimal text: it may outgrow a double. */
  sequence: string;
  id: string;
  /** UTC, always six digits after the second: `2026-11-25T09:30:00.000001Z`. */
  at: string;
  actor: Json;
  type: string;
  subject: string;
  data: Json;
}

/** A record and the hash that seals it, in hexadecimal. */
export interface SealedRecord {
  record: AuditRecord;
  hash: string;
}

/** How far a chain is known: the last sequence and its hash. */
export interface ChainHead {
  sequence: bigint;
  hash: string;
}

/** The head of a chain that has no record yet. */
export const EMPTY_CHAIN: ChainHead = { sequence: 0n, hash: '0'.repeat(64) };

/**
 * The canonical form of a record: RFC 8785 (JSON Canonicalization Scheme), so keys in order, no white space, numbers and
 * escapes as ECMAScript writes them. Any implementation of that standard makes the same text.
 */
export function canonicalRecord({ sequence, id, at, actor, type, subject, data }: AuditRecord): string {
  return canonicalJson({ sequence, id, at, actor, type, subject, data });
}

/** SHA-256 over the 32 bytes of the hash before and the canonical form in UTF-8. */
export function sealOf(previousHash: string, record: AuditRecord): string {
  return createHash('sha256').update(previousHash, 'hex').update(canonicalRecord(record), 'utf8').digest('hex');
}

/** Gives events the places after `head`, in the order in which they come, and chains their hashes. */
export function sealAll(head: ChainHead, events: readonly Omit<AuditRecord, 'sequence'>[]): SealedRecord[] {
  let { sequence, hash } = head;
  return events.map((event) => {
    sequence += 1n;
    const record = { ...event, sequence: String(sequence) };
    hash = sealOf(hash, record);
    return { record, hash };
  });
}

/** A sealed place as it was found; `record` is null where the event that it seals is gone or was swapped. */
export interface FoundSeal {
  sequence: bigint;
  hash: string;
  record: AuditRecord | null;
}

export interface ChainCheck {
  /** Records whose hashes fit. */
  checked: number;
  /** The last one that fits, or where the check began. */
  head: ChainHead;
  /** The first sequence that is missing, or whose hash does not fit; null: the chain is intact. */
  brokenAt: bigint | null;
}

/** Checks places that should follow `from` without a hole, oldest first; stops at the first that does not fit. */
export function checkChain(from: ChainHead, found: readonly FoundSeal[]): ChainCheck {
  let head = from;
  let checked = 0;
  for (const { sequence, hash, record } of found) {
    const next = head.sequence + 1n;
    const fits = sequence === next && record !== null && sealOf(head.hash, record) === hash;
    if (!fits) return { checked, head, brokenAt: next };
    head = { sequence, hash };
    checked += 1;
  }
  return { checked, head, brokenAt: null };
}
