import type { ChainHead, FoundSeal } from '../../domain/audit/audit-chain.js';
import { exportLine } from '../../domain/audit/audit-export.js';

/** Checked records as lines of an export, each with its end. */
export function exportPage(before: ChainHead, found: readonly FoundSeal[]): string {
  let previous = before.hash;
  const lines = found.map(({ record, hash, sequence }) => {
    if (!record) throw new Error(`the audit event ${sequence} is gone, and yet it was checked`);
    const line = exportLine({ record, hash, previous });
    previous = hash;
    return `${line}\n`;
  });
  return lines.join('');
}
