import { setTimeout as sleep } from 'node:timers/promises';
import type { Dice } from '../../world/dice.js';
import { until } from '../site.js';
import type { Fleet } from './fleet.js';
import type { OwnDatabase } from './own-database.js';

/** A machine that is busy with other work takes minutes to start three of them. */
const UP_SECONDS = 300;
const BUSY_SECONDS = 300;

/** Kills workers and the database, each time while somebody holds a lane: otherwise a kill would prove nothing. */
export class Killer {
  workers = 0;
  databases = 0;
  /** Lanes that were held when something was killed. */
  lanes = 0;
  private readonly beganAt = performance.now();

  constructor(
    private readonly fleet: Fleet,
    private readonly database: OwnDatabase,
    private readonly dice: Dice,
    /** What is done while no worker lives at all. */
    private readonly allDead: () => Promise<void>,
  ) {}

  get kills(): number {
    return this.workers + this.databases;
  }

  /** One kill, or as many as there are workers. */
  async strike(): Promise<void> {
    await until('two workers to be up', UP_SECONDS, () => this.fleet.readyWorkers().length >= 2);
    const lanes = await until('a lane to be held', BUSY_SECONDS, () => this.heldLanes());
    this.lanes += lanes;
    await sleep(this.dice.between(0, 250));
    const what = this.dice.weighted([
      { weight: 6, value: 'worker' as const },
      { weight: 5, value: 'database' as const },
      { weight: 1, value: 'all' as const },
    ]);
    if (what === 'database') await this.killDatabase();
    else if (what === 'all') this.workers += await this.fleet.killAllWorkers(this.allDead);
    else {
      this.fleet.killWorker((names) => this.dice.pick(names));
      this.workers += 1;
    }
    const seconds = Math.round((performance.now() - this.beganAt) / 1_000);
    process.stdout.write(`${seconds} s: ${this.kills} killed, the last one a ${what}, at ${lanes} held lanes\n`);
  }

  /** Gone for a moment or for some seconds: long enough that everybody meets a server that is not there. */
  private async killDatabase(): Promise<void> {
    await this.database.kill();
    this.databases += 1;
    await sleep(this.dice.between(0, 3_000));
    await this.database.restart();
  }

  private async heldLanes(): Promise<number> {
    const [row] = await this.database.rows<{ held: number }>(
      'select count(*)::int as held from lane where lease_until > clock_timestamp()',
    );
    return row?.held ?? 0;
  }
}
