/**
 * A long computation in small steps: it may be left between two of them and gone on with later, and comes to the same
 * whenever that is. Yields how much of it is done, from 0 to 1.
 */
export type Sliced<T> = Generator<number, T>;

/** All of it in one go, where nobody waits beside it. */
export function allAtOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** The items, each a step of its own; `share` is what of the whole they are, behind what was done `before` them. */
export function* eachOf<T>(
  items: readonly T[],
  take: (item: T, index: number) => void,
  before = 0,
  share = 1,
): Sliced<void> {
  for (const [index, item] of items.entries()) {
    take(item, index);
    yield before + (share * (index + 1)) / items.length;
  }
}
