import type { Ports } from '../../ports/ports.js';
import type { ValidationPhase } from '../../ports/request-validations.js';
import type { Stores } from '../../ports/unit-of-work.js';

/** Often enough for whoever watches, and for others to know that this process is alive. */
const EVERY_MS = 1_000;

/** What of a request's changes is checked, and then planned, from 0 to 1 each. */
export interface Telling {
  checked: (share: number) => void;
  planned: (share: number) => void;
}

/** Tells how far the checking and planning of changes is, once a second, beside the work itself; nobody waits for it. */
export class ToldProgress implements Telling {
  private phase: ValidationPhase = 'CHECKING';
  private done = 0;
  private telling: Promise<void> | null = null;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param of what it is told of, for the log. @param changes how many there are: each is checked, and then planned.
   * @param keep keeps it where it is looked for.
   */
  constructor(
    private readonly ports: Pick<Ports, 'work' | 'log'>,
    private readonly of: object,
    private readonly changes: number,
    private readonly keep: (stores: Stores, phase: ValidationPhase, done: number) => Promise<unknown>,
  ) {
    this.timer = setInterval(() => {
      this.telling ??= this.tell().finally(() => (this.telling = null));
    }, EVERY_MS);
  }

  /** So much of the changes is checked, from 0 to 1. */
  readonly checked = (share: number): void => this.to('CHECKING', share);

  /** So much of them is planned. */
  readonly planned = (share: number): void => this.to('PLANNING', 1 + share);

  /** Resolves when nothing is told any more. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.telling;
  }

  private to(phase: ValidationPhase, shares: number): void {
    this.phase = phase;
    this.done = Math.min(Math.floor(shares * this.changes), this.changes * 2);
  }

  private async tell(): Promise<void> {
    const { phase, done } = this;
    try {
      await this.ports.work.run((stores) => this.keep(stores, phase, done));
    } catch (error) {
      // The work goes on; at worst another process does it as well, and the first one to end counts.
      this.ports.log('warn', 'how far changes are checked could not be told', { ...this.of, error: String(error) });
    }
  }
}
