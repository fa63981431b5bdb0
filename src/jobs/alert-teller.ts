import { forgetAlerts } from '../application/alerts/forget-alerts.js';
import { raiseDigest } from '../application/alerts/raise-digest.js';
import { sendAlerts, takeUpAlerts } from '../application/alerts/send-alerts.js';
import type { Ports } from '../application/ports/ports.js';
import { Drain } from './drain.js';

/** Tells people what the outbox holds, and once a day the digest. Woken by the sweep: no job, and no poll of its own. */
export class AlertTeller {
  private readonly drain = new Drain(() => this.tell());
  private stopping = false;
  /** The day whose digest is known to be raised. */
  private toldDay: string | null = null;
  private forgotAt: Date | null = null;
  private tookUp = false;

  constructor(private readonly ports: Ports) {}

  /** Resolves when what is due has been told, or tried. */
  wake(): Promise<void> {
    return this.drain.wake('all');
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.drain.idle();
  }

  private async tell(): Promise<void> {
    // One must not keep the other: a digest that cannot be worked out is no reason not to tell that a system is paused.
    await this.logged('the digest could not be raised', async () => {
      this.toldDay = await raiseDigest(this.ports, this.toldDay);
    });
    await this.logged('alerts could not be taken from the outbox', async () => {
      if (!this.tookUp) await takeUpAlerts(this.ports);
      this.tookUp = true;
      await sendAlerts(this.ports, () => this.stopping);
    });
    await this.logged('alerts that were sent long ago could not be removed', async () => {
      this.forgotAt = await forgetAlerts(this.ports, this.forgotAt);
    });
  }

  private async logged(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.ports.log('error', what, { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
}
