import type { Ports } from '../../ports/ports.js';
import type { AskedValidation, ValidationPhase } from '../../ports/request-validations.js';

/** Often enough for whoever watches, and for others to know that this process is alive. */
const EVERY_MS = 1_000;

/** Tells how far a validation is, once a second, beside the work itself; nobody waits for it. */
export class ToldProgress {
  private phase: ValidationPhase = 'CHECKING';
  private done = 0;
  private telling: Promise<void> | null = null;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly ports: Pick<Ports, 'work' | 'log'>,
    private readonly asked: AskedValidation,
    private readonly runner: string,
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
    this.done = Math.min(Math.floor(shares * this.asked.changes), this.asked.changes * 2);
  }

  private async tell(): Promise<void> {
    const { asked, runner, phase, done } = this;
    try {
      await this.ports.work.run((stores) => stores.validations.tell(asked.requestId, runner, phase, done));
    } catch (error) {
      // The work goes on; at worst another process does it as well, and the first one to end counts.
      this.ports.log('warn', 'how far a request is could not be told', {
        request: asked.requestId,
        error: String(error),
      });
    }
  }
}
