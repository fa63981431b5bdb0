/** What a request that was applied by force would have waited for, otherwise. */
export interface Skipped {
  /** Approvals that were asked for and not given. */
  approvals: number;
  /** The freeze window that was on over it. */
  freeze: string | null;
  /** When it was to be applied, where that had not come; RFC 3339. */
  effectiveAt: string | null;
}

/** The same in words, for people: "without 2 approvals, in the freeze window BFCM". */
export function skippedText({ approvals, freeze, effectiveAt }: Skipped): string {
  const parts = [
    ...(approvals > 0 ? [`without ${approvals} approval${approvals === 1 ? '' : 's'} that it asked for`] : []),
    ...(freeze === null ? [] : [`in the freeze window ${freeze}`]),
    ...(effectiveAt === null ? [] : [`before its time, ${effectiveAt}`]),
  ];
  return parts.length === 0 ? 'with all its approvals' : parts.join(', ');
}
