import { numberCommitted, takeSeat } from '../application/feed/number-committed.js';
import type { Ports } from '../application/ports/ports.js';
import type { SequencerSeat } from '../application/ports/sequencer-seat.js';

/** How soon a row is numbered whose commit woke nobody. */
const POLL_MS = 200;
/** The same while nothing has happened for a while: looking is what an idle service mostly does, and should cost nothing. */
const QUIET_POLL_MS = 5_000;
const QUIET_AFTER_MS = 5_000;
/** How soon another process takes over from one that ended. */
const STAND_BY_MS = 1_000;
const RECONNECT_MS = 1_000;
/** What no look could find, such as rows that replication or a data-only restore brought in, is found within this time. */
const EVERYWHERE_MS = 3_600_000;

/**
 * Keeps the feed numbered and the audit log sealed for as long as the process runs. Every worker process has one; a lock
 * in the database lets one of them work and the others stand by. A lost connection is made again.
 */
export class Sequencer {
  #stopping = false;
  #running: Promise<void> = Promise.resolve();
  #woken = false;
  #endPause: (() => void) | null = null;

  constructor(private readonly ports: Pick<Ports, 'sequencing' | 'newId' | 'log'>) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the lock is free for others. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#endPause?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#sit();
      } catch (error) {
        // Nothing is lost: what was not numbered is found by whoever is next, this process or another.
        const why = error instanceof Error ? error.message : String(error);
        if (!this.#stopping) this.ports.log('warn', 'the sequencer begins again', { error: why });
        await this.#pause(RECONNECT_MS);
      }
    }
  }

  async #sit(): Promise<void> {
    const seat = await this.ports.sequencing.open(() => this.#wake());
    try {
      while (!this.#stopping && !(await takeSeat(this.ports, seat))) await this.#pause(STAND_BY_MS);
      while (!this.#stopping) await this.#work(seat, performance.now() + EVERYWHERE_MS);
    } finally {
      await seat.close();
    }
  }

  async #work(seat: SequencerSeat, until: number): Promise<void> {
    seat.lookEverywhere();
    let busyAt = performance.now();
    while (!this.#stopping && performance.now() < until) {
      this.#woken = false;
      const { entries, events } = await numberCommitted(seat, () => !this.#stopping);
      const now = performance.now();
      if (this.#woken || entries > 0 || events > 0) busyAt = now;
      if (!this.#woken) await this.#pause(now - busyAt > QUIET_AFTER_MS ? QUIET_POLL_MS : POLL_MS);
    }
  }

  #wake(): void {
    this.#woken = true;
    this.#endPause?.();
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = null;
  }
}
