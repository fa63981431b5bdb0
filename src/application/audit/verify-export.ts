import type { ChainHead } from '../../domain/audit/audit-chain.js';
import { EMPTY_CHAIN, sealOf } from '../../domain/audit/audit-chain.js';
import { readExportLine } from '../../domain/audit/audit-export.js';

export interface ExportVerification {
  checked: number;
  /** Where the export begins: EMPTY_CHAIN for one of the whole log; null for an export without a line. */
  begin: ChainHead | null;
  /** The last record that fits. */
  head: ChainHead;
  /** The first line that does not fit, and why; null when all do. */
  broken: { line: number; reason: string } | null;
}

/**
 * Recomputes an export from its lines alone, without a database.
 * @param onRecord told of every record that fits.
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  onRecord: (head: ChainHead) => void = () => undefined,
): Promise<ExportVerification> {
  let begin: ChainHead | null = null;
  let head = EMPTY_CHAIN;
  let checked = 0;
  let line = 0;
  const broken = (reason: string): ExportVerification => ({ checked, begin, head, broken: { line, reason } });
  for await (const text of lines) {
    line += 1;
    const read = readExportLine(text);
    if (typeof read === 'string') return broken(read);
    const sequence = BigInt(read.record.sequence);
    if (!begin) {
      begin = { sequence: sequence - 1n, hash: read.previous };
      head = begin;
      if (begin.sequence === 0n && begin.hash !== EMPTY_CHAIN.hash)
        return broken('the first record of all follows nothing');
    }
    if (sequence !== head.sequence + 1n) return broken(`sequence ${head.sequence + 1n} is missing`);
    if (read.previous !== head.hash) return broken('previous is not the hash of the line before');
    if (sealOf(head.hash, read.record) !== read.hash) return broken(`the hash of sequence ${sequence} does not fit`);
    head = { sequence, hash: read.hash };
    checked += 1;
    onRecord(head);
  }
  return { checked, begin, head, broken: null };
}
