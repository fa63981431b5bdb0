/** What a complete scan would do to the records of a system. */
export interface BulkWeight {
  /** Records that the scan read. */
  read: number;
  /** Records of ours that were linked with one of the system's. */
  linked: number;
  /** Of these, as many as would get a finding that they do not have. */
  opens: number;
  /** Of these, as many as the scan did not see. */
  unseen: number;
  /** Of these, as many as it saw and would move in any way. */
  staged: number;
}

/** Findings on more than this share of the linked records are one accident rather than many edits (design 4.7). */
const SHARE = 0.2;
/** In a small catalogue a handful of edits is a large share of it. */
const LEAST = 50;

/**
 * PASS: the scan may say what it found. HOLD: so many findings at once that a person must look first. EMPTY: a system that
 * shows nothing although records of ours are linked there shows nothing that can be believed.
 */
export function bulkSafety({ read, linked, opens, unseen }: Omit<BulkWeight, 'staged'>): 'PASS' | 'HOLD' | 'EMPTY' {
  if (read === 0 && linked > 0) return 'EMPTY';
  const findings = opens + unseen;
  return findings >= LEAST && findings > linked * SHARE ? 'HOLD' : 'PASS';
}
