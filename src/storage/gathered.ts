/** Runs that are under way side by side: one that waits for a lock must not hold up all that is asked meanwhile. */
const RUNS = 1;

interface Call<I, O> {
  input: I;
  resolve(value: O): void;
  reject(error: unknown): void;
}

/**
 * Calls that are made at about the same time become one: what is asked while runs are under way is the next run, together.
 * Nobody waits for a timer, so one call alone is as soon as it would be; many calls cost one transaction, and one flush of
 * the log, for all of them (what PostgreSQL itself calls a group commit).
 * A run answers for all of its calls, in their order, or throws and has done nothing: then each call is made alone, so that
 * none fails for what is wrong with another.
 */
export class Gathered<I, O> {
  private waiting: Call<I, O>[] = [];
  private running = 0;
  private isComing = false;

  /** @param most calls in one run. */
  constructor(
    private readonly run: (inputs: readonly I[]) => Promise<readonly O[]>,
    private readonly most: number,
  ) {}

  call(input: I): Promise<O> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, resolve, reject });
      this.soon();
    });
  }

  /** After what is ready in this turn of the event loop: those who were answered together ask together. */
  private soon(): void {
    if (this.isComing || this.running >= RUNS || this.waiting.length === 0) return;
    this.isComing = true;
    setImmediate(() => {
      this.isComing = false;
      const calls = this.waiting.splice(0, this.most);
      this.running += 1;
      void this.answer(calls).finally(() => {
        this.running -= 1;
        this.soon();
      });
      this.soon();
    });
  }

  private async answer(calls: readonly Call<I, O>[]): Promise<void> {
    try {
      const answers = await this.run(calls.map(({ input }) => input));
      if (answers.length !== calls.length) throw new Error(`${calls.length} calls, and ${answers.length} answers`);
      for (const [index, call] of calls.entries()) call.resolve(answers[index] as O);
    } catch (error) {
      if (calls.length > 1) for (const call of calls) await this.answer([call]);
      else calls[0]?.reject(error);
    }
  }
}
