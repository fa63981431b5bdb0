import type { ObservedRecord } from '../../../domain/publishing/system.js';
import type { Connector, ScanPiece, ScanWork } from '../../ports/connector.js';
import { endsPiece, pieceOf } from '../../ports/scan-piece.js';

/**
 * A whole system, piece by piece. Where the connector does not cut what it reads itself, it is cut here: its records are
 * looked into then, but what is told unchanged need not be judged again.
 */
export async function* piecesOf(connector: Connector, work: ScanWork): AsyncGenerator<ScanPiece[]> {
  if (connector.scanPieces) {
    yield* connector.scanPieces(work);
    return;
  }
  let open: ObservedRecord[] = [];
  for await (const batch of connector.scan(work.signal)) {
    const pieces: ScanPiece[] = [];
    for (const record of batch) {
      open.push(record);
      if (!endsPiece(record.externalId, open.length)) continue;
      pieces.push(pieceOf(open));
      open = [];
    }
    yield pieces;
  }
  if (open.length > 0) yield [pieceOf(open)];
}
