import { registryOf } from '../application/ports/connector.js';
import type { Ports } from '../application/ports/ports.js';
import { advanceCanaries } from '../application/publishing/advance-canaries.js';
import { publishLane } from '../application/publishing/publish-lane.js';
import { publishTogether } from '../application/publishing/publish-together.js';
import { Drain } from './drain.js';
import { timedConnector } from './timed-connector.js';

/** Lanes of one system that this process always works on side by side; more only where its connector says so. */
const LEAST = 4;
/** Where a system took no longer than this to answer all that a lane asked, it is quick, in milliseconds. */
const QUICK_MS = 750;
/** How many lanes go by before it is looked whether the request that they belong to should stop. */
const CANARY_LANES = 25;

/** How a system takes what is brought to it. */
interface Pace {
  /** Lanes side by side now. */
  width: number;
  /** Lanes since canaries were looked at. */
  passed: number;
}

/**
 * Brings what is due to the systems, several lanes of each side by side. Each drains by itself, so that one which hangs
 * on a slow answer holds up its own product alone. A system that takes lanes quickly, and whose connector allows it, is
 * brought more of them at a time, each good one making room for one more; one that is slow or fails is brought half as
 * many: what it is not quick to take would only wait, and every claim that waits is a lease that runs. Where
 * lanes are gathered into one call, all of them run always.
 */
export class Lanes {
  private readonly drain = new Drain((lane) => this.work(lane));
  private readonly canaries = new Drain((system) => advanceCanaries(this.ports, system));
  private readonly paces = new Map<string, Pace>();
  /** Systems that this process knows nothing of but their code: said once. */
  private readonly strange = new Set<string>();
  private stopping = false;

  /** @param failed told what went wrong with a system; its lanes stay due, and the next wake-up or sweep takes them. */
  constructor(
    private readonly ports: Ports,
    private readonly failed: (system: string, error: unknown) => void,
  ) {}

  /** What is owed to a system that is not in this process's configuration waits, and must keep nobody else's waiting. */
  wake(system: string): void {
    if (!this.isConfigured(system)) return;
    const { width } = this.paceOf(system);
    for (let number = 0; number < width; number += 1) void this.drain.wake(`${number}:${system}`);
  }

  private isConfigured(system: string): boolean {
    if (this.ports.connectors.find(system)) return true;
    if (!this.strange.has(system))
      this.ports.log('error', 'deliveries wait for a system that is not configured here', { system });
    this.strange.add(system);
    return false;
  }

  /** Takes no new lane, and resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.drain.idle();
    await this.canaries.idle();
  }

  private async work(lane: string): Promise<void> {
    const colon = lane.indexOf(':');
    const [number, system] = [Number(lane.slice(0, colon)), lane.slice(colon + 1)];
    const pace = this.paceOf(system);
    try {
      // One of them is enough to lead the others.
      if (number === 0) while (!this.stopping && (await publishTogether(this.ports, system)));
      while (!this.stopping && number < pace.width && (await this.publish(system, pace))) {
        pace.passed += 1;
        if (pace.passed % CANARY_LANES === 0) await this.canaries.wake(system);
      }
      if (!this.stopping) await this.canaries.wake(system);
    } catch (error) {
      this.failed(system, error);
    }
  }

  private async publish(system: string, pace: Pace): Promise<boolean> {
    const { connector, spentMs } = timedConnector(this.ports.connectors.of(system));
    const { lanes = LEAST, gathers = false } = connector.capabilities;
    const ports: Ports = Object.create(this.ports, { connectors: { value: registryOf(() => connector) } });
    let isGood = false;
    const wasDue = await publishLane(ports, system, (allDelivered) => (isGood = allDelivered));
    if (!wasDue) return false;
    if (gathers) return true;
    // Only what the system took counts: a database that is busy is helped by more lanes, which share its transactions.
    if (!isGood || spentMs() > QUICK_MS) pace.width = Math.max(LEAST, Math.floor(pace.width / 2));
    else if (pace.width < lanes) {
      void this.drain.wake(`${pace.width}:${system}`);
      pace.width += 1;
    }
    return true;
  }

  private paceOf(system: string): Pace {
    const { lanes = LEAST, gathers = false } = this.ports.connectors.of(system).capabilities;
    const known = this.paces.get(system) ?? { width: gathers ? lanes : LEAST, passed: 0 };
    this.paces.set(system, known);
    return known;
  }
}
