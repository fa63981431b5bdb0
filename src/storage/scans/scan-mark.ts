import type { ObservableRecord } from '../../application/ports/observation-store.js';
import type { ScanMark, StagedRecord } from '../../application/ports/scan-store.js';
import type { Sql } from '../sql.js';
import { postpone, stage } from './scan-stage.js';

function keyOf({ record }: ObservableRecord): string {
  return `${record.entity}:${record.externalId ?? ''}`;
}

/** The piece of each record that was looked for, by record id. */
export function piecesOfRecords(records: readonly ObservableRecord[], { pieceOf }: ScanMark): Map<string, string> {
  return new Map(
    records.flatMap((each): [string, string][] => {
      const piece = pieceOf.get(keyOf(each));
      return piece === undefined ? [] : [[each.record.id, piece]];
    }),
  );
}

/**
 * What a judgement leaves behind for its scan, in its transaction: what waits until it is known how much there is, what a
 * delivery is at work on, and pieces that are done with. A record that is staged or put off is not judged in its piece, so
 * that the next scan does not take the piece for settled.
 */
export async function keepMark(
  sql: Sql,
  mark: ScanMark,
  records: readonly ObservableRecord[],
  staged: readonly StagedRecord[],
): Promise<void> {
  await stage(sql, mark.hold.id, staged);
  const busy = records.flatMap(({ busy, record: { entity, externalId, root } }) =>
    busy && externalId !== null && root !== null ? [{ entity, externalId, root }] : [],
  );
  await postpone(sql, mark.hold.id, busy);
  if (mark.pieces.length === 0) return;
  await sql.rows(
    `update scan_piece set judged_at = clock_timestamp(), compared_at = clock_timestamp(), basis = $2 where id = any($1)`,
    [mark.pieces, mark.basis],
  );
}
