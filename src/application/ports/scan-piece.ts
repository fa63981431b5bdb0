import { hash } from 'node:crypto';
import type { ObservedRecord } from '../../domain/publishing/system.js';
import type { ScanPiece } from './connector.js';

/** Records of a piece, about; one that has changed makes so many be judged again, and each piece is a row. */
const MEAN = 64;
const MOST = 512;

/**
 * Does a piece end with this record? Told by the record's id alone and not by its place, so that a record which comes or
 * goes moves no other piece's ends than those beside it.
 * @param length of the piece, this record included.
 */
export function endsPiece(id: string, length: number): boolean {
  return length >= MOST || idHash(id) % MEAN === 0;
}

/** FNV-1a, over the end of the id: there systems count. */
function idHash(id: string): number {
  let sum = 0x811c9dc5;
  for (let at = Math.max(0, id.length - 16); at < id.length; at += 1) {
    sum = Math.imul(sum ^ id.charCodeAt(at), 0x01000193);
  }
  // The low bits of a product's neighbours alone would follow its numbering.
  return (sum ^ (sum >>> 15)) >>> 0;
}

/** Records that have been looked into, as one piece. What changes with every order, and is not governed, tells nothing of it. */
export function pieceOf(records: readonly ObservedRecord[]): ScanPiece {
  const told = records.map(({ entity, externalId, root, code, fields, unreadable }) => [
    entity,
    externalId,
    root.externalId,
    root.code,
    code,
    fields,
    unreadable,
  ]);
  return { fingerprint: hash('sha1', JSON.stringify(told)), count: records.length, records: () => [...records] };
}

/** The same for any number of them. */
export function piecesIn(records: readonly ObservedRecord[]): ScanPiece[] {
  const pieces: ScanPiece[] = [];
  let open: ObservedRecord[] = [];
  for (const record of records) {
    open.push(record);
    if (!endsPiece(record.externalId, open.length)) continue;
    pieces.push(pieceOf(open));
    open = [];
  }
  return open.length > 0 ? [...pieces, pieceOf(open)] : pieces;
}
