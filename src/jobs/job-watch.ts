import type { PgBoss } from 'pg-boss';
import type { WaitingJobs } from '../application/ports/waiting-jobs.js';

/** A timer that ends too soon by a hair finds nothing yet. */
const LATE_MS = 20;

/**
 * Wakes the workers of queues in which something waits: a job whose NOTIFY was lost, and one that begins at a moment, of
 * which NOTIFY says nothing. One statement for all queues at each sweep, in place of every worker's own polling; what is to
 * begin before the next sweep is woken by a timer, and so on time.
 */
export class JobWatch {
  private readonly workers = new Map<string, string[]>();
  private readonly timers = new Map<string, NodeJS.Timeout>();

  /** @param aheadMs how far it looks ahead: somewhat longer than from one sweep to the next. */
  constructor(
    private readonly boss: PgBoss,
    private readonly jobs: WaitingJobs,
    private readonly aheadMs: number,
  ) {}

  /** @param worker what pg-boss calls a worker of the queue. */
  add(queue: string, worker: string): void {
    this.workers.set(queue, [...(this.workers.get(queue) ?? []), worker]);
  }

  async look(): Promise<void> {
    for (const { queue, inMs } of await this.jobs.within(this.aheadMs)) {
      if (!this.workers.has(queue)) continue;
      clearTimeout(this.timers.get(queue));
      if (inMs === 0) this.wake(queue);
      else
        this.timers.set(
          queue,
          setTimeout(() => this.wake(queue), Math.ceil(inMs) + LATE_MS),
        );
    }
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.workers.clear();
  }

  private wake(queue: string): void {
    for (const worker of this.workers.get(queue) ?? []) this.boss.notifyWorker(worker);
  }
}
