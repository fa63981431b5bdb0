import type { Backend } from './backend.js';
import type { Ground } from './processes.js';
import { publishing, takingInbox } from './processes.js';
import type { Process, Scheduler } from './scheduler.js';
import { ERP, MACHINES, SHOP } from './story.js';

/** What a worker does over and over: one at a time on each machine, whenever it is woken. */
interface Task {
  name: string;
  run: (process: Process) => Promise<void>;
}

/** The worker machines of a world: which of them are up, what each was woken for, and what it can begin. */
export class Machines {
  private readonly woken = new Set<string>();
  private readonly downUntil = new Map<number, number>();
  private readonly tasks: Task[];

  constructor(
    private readonly scheduler: Scheduler,
    private readonly backend: Backend,
    ground: () => Ground,
  ) {
    this.tasks = [SHOP, ERP].map((system) => ({
      name: `publisher of ${system}`,
      run: (process) => publishing(ground(), process, system),
    }));
    const again = (): void => {
      scheduler.at(scheduler.now + 500, async () => this.wake(`inbox of ${SHOP}`));
    };
    this.tasks.push({ name: `inbox of ${SHOP}`, run: (process) => takingInbox(ground(), process, SHOP, again) });
  }

  /** Those that are neither down nor standing still. */
  up(): number[] {
    const machines = Array.from({ length: MACHINES }, (_, machine) => machine);
    return machines.filter((machine) => !this.downUntil.has(machine) && !this.scheduler.isPaused(machine));
  }

  async crash(machine: number, milliseconds: number): Promise<void> {
    await this.scheduler.crash(machine);
    this.downUntil.set(machine, this.scheduler.now + milliseconds);
  }

  /** Those whose time has come are up again. */
  restart(): void {
    for (const [machine, until] of this.downUntil) if (until <= this.scheduler.now) this.downUntil.delete(machine);
  }

  /** When machines that are down will be up. */
  restarts(): number[] {
    return [...this.downUntil.values()];
  }

  wakeInbox(): void {
    this.wake(`inbox of ${SHOP}`);
  }

  wakeLanes(): void {
    for (const system of [SHOP, ERP]) this.wake(`publisher of ${system}`);
  }

  /** What a worker's sweep does: whatever is due and was not woken is found. */
  async sweep(): Promise<void> {
    const { lanes, inboxes } = await this.backend.due();
    for (const system of lanes) this.wake(`publisher of ${system}`);
    for (const system of inboxes) this.wake(`inbox of ${system}`);
  }

  private wake(task: string): void {
    for (let machine = 0; machine < MACHINES; machine += 1) this.woken.add(`${machine} ${task}`);
  }

  /** What could begin now; each, once begun, takes its wake-up along. */
  startable(): (() => Promise<void>)[] {
    const running = new Set(this.scheduler.processes.map(({ name }) => name));
    return this.up().flatMap((machine) =>
      this.tasks.flatMap(({ name, run }) => {
        const process = `worker ${machine + 1} ${name}`;
        if (running.has(process) || !this.woken.has(`${machine} ${name}`)) return [];
        const begin = async (): Promise<void> => {
          this.woken.delete(`${machine} ${name}`);
          await this.scheduler.spawn(machine, process, run);
        };
        return [begin];
      }),
    );
  }
}
