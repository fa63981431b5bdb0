import { ControlRefusal } from '../../loopback-server.js';
import type { VirtualClock } from '../../virtual-clock.js';

/** How long every answer of the API takes on its way: `POST /control/latency`. */
export class Latency {
  private ms = 0;
  private jitterMs = 0;

  constructor(
    private readonly clock: VirtualClock,
    private readonly random: () => number,
  ) {}

  /** @throws ControlRefusal */
  configure(body: Record<string, unknown>): object {
    const { ms = this.ms, jitterMs = this.jitterMs, ...rest } = body;
    const surplus = Object.keys(rest)[0];
    if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there are ms and jitterMs`);
    if (typeof ms !== 'number' || ms < 0 || typeof jitterMs !== 'number' || jitterMs < 0) {
      throw new ControlRefusal(400, 'ms and jitterMs must be numbers from 0');
    }
    Object.assign(this, { ms, jitterMs });
    return { ms, jitterMs };
  }

  reset(): void {
    Object.assign(this, { ms: 0, jitterMs: 0 });
  }

  async pass(): Promise<void> {
    const delayMs = this.ms + this.jitterMs * this.random();
    if (delayMs > 0) await new Promise<void>((resolve) => this.clock.later(delayMs, resolve));
  }
}
