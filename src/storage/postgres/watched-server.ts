import type { ChildProcess } from 'node:child_process';
import { hasEnded } from './postmaster.js';

/** A server that dies more often than this within a minute is not helped by being started again. */
const MOST_DEATHS = 5;
const WITHIN_MS = 60_000;

/** Who is told when a server ends that nobody asked to. */
export interface ServerWatch {
  /** It died, and is started again. */
  died(what: string): void;
  /** It is gone for good: whoever needs it cannot go on. */
  lost(error: Error): void;
}

/**
 * A server that is started again when it dies (killed by the machine when that is short of memory, say): its clients connect again by
 * themselves, and nobody else looks after a database that this process has started. One that was shut down in good order
 * was shut down by somebody, and stays so.
 */
export class WatchedServer {
  private child: ChildProcess;
  private readonly again: () => Promise<ChildProcess>;
  private readonly watch: ServerWatch;
  private isWanted = true;
  private reviving: Promise<void> = Promise.resolve();
  private deaths: number[] = [];

  /** @param again starts another one in its place, on the same port. */
  constructor(child: ChildProcess, again: () => Promise<ChildProcess>, watch: ServerWatch) {
    this.child = child;
    this.again = again;
    this.watch = watch;
    this.follow(child);
  }

  get process(): ChildProcess {
    return this.child;
  }

  /** From now on its end is wanted. Resolves, with the server that is there, when none is being started any more. */
  async release(): Promise<ChildProcess> {
    this.isWanted = false;
    await this.reviving;
    return this.child;
  }

  private follow(child: ChildProcess): void {
    const ended = (): void => {
      if (this.isWanted) this.reviving = this.revive(child);
    };
    if (hasEnded(child)) ended();
    else child.once('exit', ended);
  }

  private async revive({ exitCode, signalCode }: ChildProcess): Promise<void> {
    const how = signalCode ?? `exit code ${exitCode}`;
    if (exitCode === 0) return this.watch.lost(new Error('the embedded PostgreSQL was shut down from outside'));
    const now = performance.now();
    this.deaths = [...this.deaths.filter((at) => at > now - WITHIN_MS), now];
    if (this.deaths.length > MOST_DEATHS)
      return this.watch.lost(new Error(`the embedded PostgreSQL keeps dying, the last time of ${how}`));
    this.watch.died(`the embedded PostgreSQL died (${how}) and is started again`);
    try {
      this.child = await this.again();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return this.watch.lost(new Error(`the embedded PostgreSQL died (${how}) and cannot be started again: ${why}`));
    }
    this.follow(this.child);
  }
}
