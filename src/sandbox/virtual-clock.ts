import { setImmediate as nextTurn } from 'node:timers/promises';

const TURNS = 5;
/** The longest wait that Node's timers take. */
const LONGEST_TIMER_MS = 2_147_483_647;

interface Task {
  dueMs: number;
  act: () => void | Promise<void>;
}

/**
 * The time that a stand-in lives in: the machine's, plus what was skipped. Whatever has to happen later is registered here,
 * so that four hours of retries or a token of a day can be tried within a test.
 */
export class VirtualClock {
  private skippedMs = 0;
  private tasks: Task[] = [];
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;

  /** Milliseconds since 1970, as `Date.now`. */
  now(): number {
    return Date.now() + this.skippedMs;
  }

  date(): Date {
    return new Date(this.now());
  }

  /** Runs `act` when that much time has passed or was skipped; never after `close`. */
  later(delayMs: number, act: () => void | Promise<void>): void {
    if (this.isClosed) return;
    const dueMs = this.now() + delayMs;
    this.tasks.splice(this.placeOf(dueMs), 0, { dueMs, act });
    this.arm();
  }

  /** Skips time; what falls due on the way has been done, in its order and at its time, when this resolves. */
  async skip(milliseconds: number): Promise<void> {
    const target = this.now() + milliseconds;
    for (let task = this.next(target); task !== null; task = this.next(target)) {
      this.skippedMs += Math.max(0, task.dueMs - this.now());
      await task.act();
      // What waited for it goes on, and may register what is due next.
      for (let turn = 0; turn < TURNS; turn += 1) await nextTurn();
    }
    this.skippedMs += Math.max(0, target - this.now());
    this.arm();
  }

  close(): void {
    this.isClosed = true;
    this.tasks = [];
    if (this.timer) clearTimeout(this.timer);
  }

  /** Behind all that is due by then. By halves: a busy shop has ten thousands of webhooks on their way. */
  private placeOf(dueMs: number): number {
    let [from, to] = [0, this.tasks.length];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if ((this.tasks[middle]?.dueMs ?? Infinity) <= dueMs) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  private next(until: number): Task | null {
    const [first] = this.tasks;
    if (!first || first.dueMs > until) return null;
    this.tasks.shift();
    return first;
  }

  private arm(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const [first] = this.tasks;
    if (!first || this.isClosed) return;
    const delayMs = Math.min(LONGEST_TIMER_MS, Math.max(0, first.dueMs - this.now()));
    this.timer = setTimeout(() => {
      this.runDue();
    }, delayMs);
  }

  private runDue(): void {
    const due: Task[] = [];
    for (let task = this.next(this.now()); task !== null; task = this.next(this.now())) due.push(task);
    this.arm();
    for (const task of due) void task.act();
  }
}
