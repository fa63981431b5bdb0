/**
 * Runs one piece of work at a time for each key, however often it is asked for: a wake-up during a run makes one more
 * run after it, never a second one beside it.
 */
export class Drain {
  private readonly running = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();

  constructor(private readonly run: (key: string) => Promise<void>) {}

  wake(key: string): Promise<void> {
    const current = this.running.get(key);
    if (current) {
      this.again.add(key);
      return current;
    }
    // A microtask later, so that the loop cannot end before it stands in the map.
    const started = Promise.resolve().then(() => this.loop(key));
    this.running.set(key, started);
    return started;
  }

  /** Resolves when nothing runs any more; what fails has been told to whoever woke it. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.running.values());
  }

  private async loop(key: string): Promise<void> {
    try {
      do {
        this.again.delete(key);
        await this.run(key);
      } while (this.again.has(key));
    } finally {
      // In the same turn as the check above: a wake-up between the two would be noted by a loop that has ended.
      this.running.delete(key);
    }
  }
}
