import { hash } from 'node:crypto';
import type { ScanPiece } from '../../../application/ports/connector.js';
import { endsPiece } from '../../../application/ports/scan-piece.js';
import type { ObservedRecord } from '../../../domain/publishing/system.js';

const ID = Buffer.from('"id":"');
const UPDATED_AT = Buffer.from('"updatedAt":"');
const COMPONENTS = Buffer.from('"requiresComponents":true');
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
    if (isVariant && line.includes(COMPONENTS)) return 'ASIDE';
    this.lines.push(line);
    this.add(line);
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

  private add(line: Buffer): void {
    if (this.used + line.length + 1 > this.room.length) {
      const more = Buffer.allocUnsafe(2 * (this.room.length + line.length));
      this.room.copy(more, 0, 0, this.used);
      this.room = more;
    }
    const at = line.indexOf(UPDATED_AT);
    const from = at < 0 ? line.length : at + UPDATED_AT.length;
    const to = at < 0 ? line.length : line.indexOf(QUOTE, from);
    this.used += line.copy(this.room, this.used, 0, from);
    if (to >= 0) this.used += line.copy(this.room, this.used, to);
    this.room[this.used] = 0x0a;
    this.used += 1;
  }
}

/** The row's own id stands first, because it is asked for first; wherever it does not, the row is read whole. */
function idOf(line: Buffer): string {
  const at = line.indexOf(ID);
  if (at < 0) return '';
  const from = at + ID.length;
  return line.toString('latin1', from, Math.max(from, line.indexOf(QUOTE, from)));
}
