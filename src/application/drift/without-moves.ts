import type { FindingDraft } from '../../domain/drift/finding.js';
import type { ObservedRecord } from '../../domain/publishing/system.js';
import type { ObservableRecord, Verdicts } from '../ports/observation-store.js';
import type { ScanMark } from '../ports/scan-store.js';

/**
 * The same verdicts without those that would move anything: open or close a finding, owe a delivery, take an owner's value
 * over, or miss a record. A complete scan has to know how many there are before it says any of it (design 4.7), so those
 * records are staged as they were seen, and judged once more later, against what is so then.
 * @param taken what owners of fields show; emptied of what is staged.
 */
export function withoutMoves(
  records: readonly ObservableRecord[],
  verdicts: Omit<Verdicts, 'system' | 'source'>,
  taken: FindingDraft[],
  seen: { seen: ReadonlyMap<string, ObservedRecord>; mark: ScanMark | undefined; readAt: Date },
): Omit<Verdicts, 'system' | 'source'> {
  const moved = movedIn(records, verdicts, taken);
  if (moved.size === 0) return verdicts;
  const isStill = ({ recordId }: { recordId: string | null }): boolean => recordId === null || !moved.has(recordId);
  const closing = new Set(verdicts.closings.map(({ findingId }) => findingId));
  const theirs = records.filter(({ record }) => moved.has(record.id));
  for (const { record } of theirs) for (const { id } of record.openFindings) closing.delete(id);
  taken.splice(0, taken.length, ...taken.filter(isStill));
  return {
    records: verdicts.records.filter(isStill),
    findings: verdicts.findings.filter(isStill),
    closings: verdicts.closings.filter(({ findingId }) => closing.has(findingId)),
    owed: verdicts.owed.filter((id) => !moved.has(id)),
    gone: verdicts.gone.filter(isStill),
    staged: theirs.flatMap(({ record }) => {
      const { entity, externalId } = record;
      const key = `${entity}:${externalId ?? ''}`;
      const observed = seen.seen.get(key);
      if (!observed || externalId === null) return [];
      const pieceId = seen.mark?.pieceOf.get(key) ?? null;
      const opens = moved.get(record.id) === 'OPENS';
      return [{ entity, externalId, root: observed.root, pieceId, observed, readAt: seen.readAt, opens }];
    }),
  };
}

/** Records whose verdict moves something, by id; `OPENS` where that is a finding which is not there yet. */
function movedIn(
  records: readonly ObservableRecord[],
  { findings, closings, owed, gone }: Omit<Verdicts, 'system' | 'source'>,
  taken: readonly FindingDraft[],
): Map<string, 'OPENS' | 'MOVES'> {
  const moved = new Map<string, 'OPENS' | 'MOVES'>();
  const moves = (id: string | null): void => void (id !== null && !moved.has(id) && moved.set(id, 'MOVES'));
  const closing = new Set(closings.map(({ findingId }) => findingId));
  for (const { record } of records) if (record.openFindings.some(({ id }) => closing.has(id))) moves(record.id);
  for (const id of owed) moves(id);
  for (const { recordId } of [...taken, ...gone]) moves(recordId);
  const open = new Map(records.map(({ record }) => [record.id, record.openFindings]));
  const givenUp = new Set(records.flatMap(({ record, discarded }) => (discarded === null ? [] : [record.id])));
  for (const { recordId, kind, field, policy, note } of findings) {
    if (recordId === null) continue;
    // What the matrix ignores is put on record as resolved: nobody has to look at it. What somebody gave up differs by a person's
    // decision: the system shows just what was last published, and so many of them say nothing against what was read.
    if (policy?.action === 'IGNORE' || (note !== undefined && givenUp.has(recordId))) {
      moves(recordId);
      continue;
    }
    const isThere = open.get(recordId)?.some((each) => each.kind === kind && each.field === field) ?? false;
    if (!isThere) moved.set(recordId, 'OPENS');
  }
  return moved;
}
