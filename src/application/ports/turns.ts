import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sliced } from '../../domain/primitives/sliced.js';

/**
 * For so long one piece of work holds the process at most, in milliseconds, where it can be divided: whoever else asks it
 * for something meanwhile waits for about so long.
 */
const SLICE_MS = 15;

/** Long work that shares its process: asked between two steps, it lets everybody else have a turn once a slice is used up. */
export class Turns {
  private since = performance.now();

  /** Is it somebody else's turn? Asking costs next to nothing. */
  get isUsed(): boolean {
    return performance.now() - this.since >= SLICE_MS;
  }

  async next(): Promise<void> {
    if (!this.isUsed) return;
    await nextTurn();
    this.since = performance.now();
  }
}

/** The value of a computation in steps, others having their turns between them. @param told how much is done, at each turn. */
export async function inTurns<T>(work: Sliced<T>, told: (done: number) => void = () => {}): Promise<T> {
  const turns = new Turns();
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (!turns.isUsed) continue;
    told(step.value);
    await turns.next();
  }
}

/** What `map` makes of each, in their order, others having their turns meanwhile. */
export async function mapInTurns<T, U>(items: readonly T[], map: (item: T, index: number) => U): Promise<U[]> {
  const turns = new Turns();
  const made: U[] = [];
  for (const [index, item] of items.entries()) {
    made.push(map(item, index));
    if (turns.isUsed) await turns.next();
  }
  return made;
}

/** SHA-256 of a text that comes in pieces, in hexadecimal digits. */
export async function hashInTurns(pieces: Iterable<string>): Promise<string> {
  const hash = createHash('sha256');
  const turns = new Turns();
  for (const piece of pieces) {
    hash.update(piece);
    if (turns.isUsed) await turns.next();
  }
  return hash.digest('hex');
}

/** A text that comes in pieces, as one. */
export async function joinInTurns(pieces: Iterable<string>): Promise<string> {
  const turns = new Turns();
  const all: string[] = [];
  for (const piece of pieces) {
    all.push(piece);
    if (turns.isUsed) await turns.next();
  }
  return all.join('');
}

/** A list as JSON. */
export async function jsonInTurns(items: readonly unknown[]): Promise<string> {
  return `[${(await mapInTurns(items, (item) => JSON.stringify(item))).join(',')}]`;
}
