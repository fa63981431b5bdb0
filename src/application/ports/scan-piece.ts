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
