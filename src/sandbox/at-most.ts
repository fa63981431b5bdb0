/** So many at a time, the others in the order in which they came: a backlog is worked off instead of all of it failing together. */
export class AtMost {
  private readonly waiting: (() => void)[] = [];

  /** @param room how many may be under way; at least one. */
  constructor(private room: number) {}

  /** Answers, or throws, what `act` does, as soon as there is room for it. */
  async run<T>(act: () => Promise<T>): Promise<T> {
    if (this.room > 0) this.room -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.room += 1;
    }
  }
}
