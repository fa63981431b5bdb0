import type { ChainHead, FoundSeal } from '../../domain/audit/audit-chain.js';
import { checkChain, EMPTY_CHAIN } from '../../domain/audit/audit-chain.js';
import type { Ports } from '../ports/ports.js';

/** Records at a time: one statement each. */
const PAGE = 2_000;
/** A call ends after so many; whoever has more goes on from where it ended. */
export const VERIFY_LIMIT = 1_000_000;

export interface AuditVerification {
  intact: boolean;
  checked: number;
  /** First sequence that is missing, or whose hash does not fit; null when all fit. */
  brokenAt: bigint | null;
  /** The last one that fits. */
  head: ChainHead;
  /** There are more than one call checks: go on from the sequence after `head`. */
  hasMore: boolean;
}

/**
 * Recomputes the chain from a sequence on (1: all of it). The hash before that sequence is taken as it stands, so that only
 * a check from 1 proves the whole; it is compared with the one that an auditor has noted.
 * @param onRecords told of every page that fits and of the head before it, for an export.
 */
export async function verifyAudit(
  ports: Pick<Ports, 'auditLog'>,
  fromSequence: bigint,
  options: { limit?: number; onRecords?: (before: ChainHead, found: readonly FoundSeal[]) => Promise<void> } = {},
): Promise<AuditVerification> {
  const { limit = VERIFY_LIMIT, onRecords } = options;
  const { auditLog } = ports;
  let head = EMPTY_CHAIN;
  if (fromSequence > 1n) {
    const last = await auditLog.head();
    const before = await auditLog.headAt(fromSequence - 1n);
    if (!before && last.sequence >= fromSequence) {
      return { intact: false, checked: 0, brokenAt: fromSequence - 1n, head: EMPTY_CHAIN, hasMore: false };
    }
    head = before ?? last;
  }
  let checked = 0;
  while (checked < limit) {
    const wanted = Math.min(PAGE, limit - checked);
    const found = await auditLog.sealsAfter(head.sequence, wanted);
    const before = head;
    const check = checkChain(before, found);
    checked += check.checked;
    head = check.head;
    if (check.brokenAt !== null) {
      return { intact: false, checked, brokenAt: check.brokenAt, head, hasMore: false };
    }
    await onRecords?.(before, found);
    if (found.length < wanted) return { intact: true, checked, brokenAt: null, head, hasMore: false };
  }
  const { sequence } = await auditLog.head();
  return { intact: true, checked, brokenAt: null, head, hasMore: sequence > head.sequence };
}
