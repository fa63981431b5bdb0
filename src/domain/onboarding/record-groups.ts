/**
 * Groups of records, by number. Joining is for good; asking is nearly free (union by size, halved paths).
 * A mark on one record is a mark on its group, and stays on whatever that is joined with.
 */
export class RecordGroups {
  private readonly parent: Int32Array;
  private readonly size: Int32Array;
  private readonly marks: Uint8Array;
  /** By root: the sides of its members, with repetition; kept only for groups of more than one. */
  private readonly held = new Map<number, number[]>();

  /** @param sides the side of each record, by number. */
  constructor(private readonly sides: Int32Array) {
    this.parent = new Int32Array(sides.length);
    // In a plain loop: `from` with a function takes ten times as long, and there are two of these for every key.
    for (let index = 0; index < sides.length; index += 1) this.parent[index] = index;
    this.size = new Int32Array(sides.length).fill(1);
    this.marks = new Uint8Array(sides.length);
  }

  /** The number that stands for the record's group. */
  of(record: number): number {
    let at = record;
    for (let up = this.up(at); up !== at; up = this.up(at)) {
      this.parent[at] = this.up(up);
      at = this.up(at);
    }
    return at;
  }

  sidesOf(record: number): readonly number[] {
    const root = this.of(record);
    return this.held.get(root) ?? [this.sides[root] ?? 0];
  }

  join(a: number, b: number): void {
    const [x, y] = [this.of(a), this.of(b)];
    if (x === y) return;
    const [big, small] = (this.size[x] ?? 0) >= (this.size[y] ?? 0) ? [x, y] : [y, x];
    const sides = [...this.sidesOf(big), ...this.sidesOf(small)];
    this.parent[small] = big;
    this.size[big] = (this.size[big] ?? 0) + (this.size[small] ?? 0);
    this.marks[big] = (this.marks[big] ?? 0) | (this.marks[small] ?? 0);
    this.held.delete(small);
    this.held.set(big, sides);
  }

  mark(record: number, bit: number): void {
    const root = this.of(record);
    this.marks[root] = (this.marks[root] ?? 0) | bit;
  }

  isMarked(record: number, bits: number): boolean {
    return ((this.marks[this.of(record)] ?? 0) & bits) !== 0;
  }

  private up(at: number): number {
    return this.parent[at] ?? at;
  }
}

/** Does any side occur twice? */
export function isDoubled(sides: readonly number[]): boolean {
  return new Set(sides).size !== sides.length;
}
