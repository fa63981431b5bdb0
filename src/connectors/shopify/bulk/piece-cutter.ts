import { hash } from 'node:crypto';
import type { ScanPiece } from '../../../application/ports/connector.js';
import { endsPiece } from '../../../application/ports/scan-piece.js';
import type { ObservedRecord } from '../../../domain/publishing/system.js';

const ID = Buffer.from('"id":"');
const UPDATED_AT = Buffer.from('"updatedAt":"');
const COMPONENTS = Buffer.from('"requiresComponents":true');
const NO_COMPONENTS = Buffer.from('"requiresComponents":false');
const QUOTE = 0x22;
/** A new piece begins in this much room; a longer one gets more. */
const ROOM = 64 * 1024;

/**
 * Cuts the lines of a bulk result into pieces without looking into them. What is told of a piece is its fingerprint: all of
 * its bytes but the instants `updatedAt`, which move with every order. The bytes are copied once, into one buffer that is
 * hashed in one go, because a call into the hash costs as much as hashing a line.
 */
export class PieceCutter {
  private lines: Buffer[] = [];
  private room = Buffer.allocUnsafe(ROOM);
  private used: number;

  /** @param query what was asked: the same line answers another question otherwise. */
  constructor(
    private readonly query: string,
    private readonly read: (line: string) => ObservedRecord,
  ) {
    this.used = this.room.write(query);
  }

  /**
   * The piece that ends with this line, or null where it goes on. `ASIDE`: the line is no plain product or variant, or not
   * plainly one, and belongs into none: what a bundle is made of stands in lines of their own.
   */
  take(line: Buffer): ScanPiece | 'ASIDE' | null {
    const id = idOf(line);
    const isVariant = id.startsWith('gid://shopify/ProductVariant/');
    if (!isVariant && !id.startsWith('gid://shopify/Product/')) return 'ASIDE';
    const at = line.indexOf(UPDATED_AT);
    const from = at < 0 ? line.length : at + UPDATED_AT.length;
    const to = at < 0 ? -1 : endOf(line, from);
    if (isVariant && isBundle(line, to)) return 'ASIDE';
    this.lines.push(line);
    this.add(line, from, to);
    return endsPiece(id, this.lines.length) ? this.cut() : null;
  }

  /** What is left when the result has ended. */
  rest(): ScanPiece | null {
    return this.lines.length > 0 ? this.cut() : null;
  }

  private cut(): ScanPiece {
    const { lines, read } = this;
    const fingerprint = hash('sha1', this.room.subarray(0, this.used));
    this.lines = [];
    this.used = Buffer.byteLength(this.query);
    return { fingerprint, count: lines.length, records: () => lines.map((line) => read(line.toString())) };
  }

  /** All of the line but what lies between the two places; -1: there is nothing to leave out. */
  private add(line: Buffer, from: number, to: number): void {
    if (this.used + line.length + 1 > this.room.length) {
      const more = Buffer.allocUnsafe(2 * (this.room.length + line.length));
      this.room.copy(more, 0, 0, this.used);
      this.room = more;
    }
    this.used += line.copy(this.room, this.used, 0, from);
    if (to >= 0) this.used += line.copy(this.room, this.used, to);
    this.room[this.used] = 0x0a;
    this.used += 1;
  }
}

/**
 * Shopify answers fields in the order in which they are asked for, so what says it stands right behind `updatedAt`; wherever
 * it does not, it is looked for. A call that looks for bytes costs as much as reading thirty of them.
 */
function isBundle(line: Buffer, endOfUpdatedAt: number): boolean {
  const isPlain = endOfUpdatedAt >= 0 && standsAt(line, NO_COMPONENTS, endOfUpdatedAt + 2);
  return !isPlain && line.includes(COMPONENTS);
}

function standsAt(line: Buffer, bytes: Buffer, place: number): boolean {
  for (let at = 0; at < bytes.length; at += 1) if (line[place + at] !== bytes[at]) return false;
  return true;
}

/** The place of the next quote, or of the line's end. */
function endOf(line: Buffer, from: number): number {
  let at = from;
  while (at < line.length && line[at] !== QUOTE) at += 1;
  return at;
}

/** The row's own id stands first, because it is asked for first; wherever it does not, the row is read whole. */
function idOf(line: Buffer): string {
  const at = standsAt(line, ID, 1) ? 1 : line.indexOf(ID);
  if (at < 0) return '';
  const from = at + ID.length;
  const end = endOf(line, from);
  return end < line.length ? line.toString('latin1', from, end) : '';
}
