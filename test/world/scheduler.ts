import type { Dice } from './dice.js';

/** What is thrown into the code of a process that is no more. */
export class Died extends Error {
  constructor() {
    super('the process died');
    this.name = 'Died';
  }
}

/** What a call came to, and when its caller hears of it. */
export interface Answer<T> {
  outcome: { ok: true; value: T } | { ok: false; error: unknown };
  delayMs?: number;
}

interface Call {
  label: string;
  run: (() => Promise<Answer<unknown>>) | null;
  answer: Answer<unknown> | null;
  notBefore: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** What becomes of a request that its machine may just have put on the wire when it crashed. */
  onCrash: (() => void) | null;
}

/** One flow of code on one machine: it stands still at each await point until the scheduler lets it go on. */
export class Process {
  pending: Call | null = null;
  dead = false;
  ended = false;
  failure: unknown = null;
  private rest: (() => void) | null = null;

  constructor(
    readonly machine: number,
    readonly name: string,
  ) {}

  start(work: () => Promise<void>): Promise<void> {
    const quiet = this.quiet();
    void work()
      .catch((error: unknown) => {
        this.failure = error;
      })
      .finally(() => {
        this.ended = true;
        this.rested();
      });
    return quiet;
  }

  /** An await point: something outside is asked, and the process stands until it is let go on. */
  call<T>(label: string, run: () => Promise<Answer<T>>, onCrash: (() => void) | null = null): Promise<T> {
    return this.enter<T>({ label, run, answer: null, notBefore: 0, onCrash });
  }

  /** Stands still until then. */
  sleep(until: number): Promise<void> {
    const answer: Answer<unknown> = { outcome: { ok: true, value: undefined } };
    return this.enter<void>({ label: 'waits', run: null, answer, notBefore: until, onCrash: null });
  }

  private enter<T>(call: Omit<Call, 'resolve' | 'reject'>): Promise<T> {
    if (this.dead) return Promise.reject(new Died());
    return new Promise<T>((resolve, reject) => {
      this.pending = { ...call, resolve: (value) => resolve(value as T), reject };
      this.rested();
    });
  }

  /** Resolves when the process stands at its next await point, or has ended. */
  private quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.rest = resolve;
    });
  }

  private rested(): void {
    const { rest } = this;
    this.rest = null;
    rest?.();
  }

  /** One step: what was asked for happens, or its answer is heard. */
  async step(now: number): Promise<void> {
    const call = this.pending;
    if (!call) return;
    if (call.answer === null && call.run !== null) {
      call.answer = await call.run();
      call.notBefore = now + (call.answer.delayMs ?? 0);
      return;
    }
    this.pending = null;
    const quiet = this.quiet();
    const outcome = call.answer?.outcome;
    if (!outcome || outcome.ok) call.resolve(outcome?.value);
    else call.reject(outcome.error);
    await quiet;
  }

  /** The machine is gone: whatever the code still tries comes to nothing, and it runs out. */
  async crash(): Promise<void> {
    this.dead = true;
    const call = this.pending;
    this.pending = null;
    if (!call) return;
    if (call.answer === null) call.onCrash?.();
    const quiet = this.quiet();
    call.reject(new Died());
    await quiet;
  }
}

interface Timer {
  at: number;
  waitedFor: boolean;
  run: () => Promise<void>;
}

/** Time, machines and processes. Nothing here happens by itself: the world asks for one step after the other. */
export class Scheduler {
  /** Milliseconds since 1970. Every step takes at least one, so that no two things happen at one instant. */
  now = Date.UTC(2026, 0, 5, 9);
  readonly processes: Process[] = [];
  private readonly pausedUntil = new Map<number, number>();
  private readonly timers: Timer[] = [];

  constructor(private readonly dice: Dice) {}

  /** @param how waitedFor: nothing is quiet before it happened. */
  at(time: number, run: () => Promise<void>, how: { waitedFor: boolean } = { waitedFor: true }): void {
    this.timers.push({ at: time, run, ...how });
  }

  async spawn(machine: number, name: string, work: (process: Process) => Promise<void>): Promise<Process> {
    const process = new Process(machine, name);
    this.processes.push(process);
    await process.start(() => work(process));
    return process;
  }

  pause(machine: number, milliseconds: number): void {
    this.pausedUntil.set(machine, this.now + milliseconds);
  }

  isPaused(machine: number): boolean {
    return (this.pausedUntil.get(machine) ?? 0) > this.now;
  }

  async crash(machine: number): Promise<void> {
    for (const process of this.processes.filter((each) => each.machine === machine)) await process.crash();
    this.pausedUntil.delete(machine);
    this.sweep();
  }

  /** All is over: a scan that a story leaves in its midst has a heartbeat, a timer that would keep the real process for ever. */
  async end(): Promise<void> {
    for (const process of this.processes) await process.crash();
  }

  /** Processes that would go on now. */
  runnable(): Process[] {
    return this.processes.filter(
      ({ pending, machine }) => pending !== null && pending.notBefore <= this.now && !this.isPaused(machine),
    );
  }

  /** Takes out what has ended. @throws what one of them failed with, unless it died. */
  sweep(): void {
    for (let index = this.processes.length - 1; index >= 0; index -= 1) {
      const process = this.processes[index];
      if (!process?.ended) continue;
      this.processes.splice(index, 1);
      if (process.failure !== null && !process.dead) throw process.failure;
    }
  }

  /** When something will happen by itself at the soonest; null: never. */
  next(): number | null {
    const times = this.processes.flatMap(({ pending, machine }) =>
      pending ? [Math.max(pending.notBefore, this.pausedUntil.get(machine) ?? 0, this.now)] : [],
    );
    times.push(...this.timers.flatMap(({ at, waitedFor }) => (waitedFor ? [at] : [])));
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Lets time pass, and what was to happen meanwhile happen in its order. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers.splice(this.timers.indexOf(due), 1);
      this.now = Math.max(this.now, due.at);
      await due.run();
    }
    this.now = Math.max(this.now, until);
  }

  /** The time that one step takes: mostly little. */
  stepMs(): number {
    return this.dice.chance(0.05) ? this.dice.between(1_000, 6_000) : this.dice.between(1, 300);
  }
}
