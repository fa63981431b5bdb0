import type { AlertReader } from '../application/ports/alert-store.js';
import type { ReadinessReport } from '../application/ports/readiness.js';
import { Readiness } from '../application/ports/readiness.js';
import type { Source } from '../storage/data-source.js';
import { isAnswering } from '../storage/data-source.js';
import type { Worker } from '../jobs/worker.js';

/** An alert that waits this long is one that cannot be sent; until then it may be on its way. */
const LATE_MS = 5 * 60_000;

/**
 * Ready: the database answers, and the worker of this process takes jobs where it has one. Alerts that could not be sent
 * are told here too, but take no process out of service: its callers would lose the API because Slack is down.
 */
export class SystemReadiness extends Readiness {
  constructor(
    private readonly source: Source,
    private readonly worker: Worker | null,
    private readonly alerts: AlertReader | null = null,
  ) {
    super();
  }

  async check(): Promise<ReadinessReport> {
    const database = (await isAnswering(this.source)) ? 'up' : 'down';
    const worker = this.worker === null ? 'none here' : this.worker.isRunning ? 'up' : 'down';
    const alerts = database === 'up' ? await this.alertsPart() : 'unknown';
    return { ready: database === 'up' && worker !== 'down', parts: { database, worker, alerts } };
  }

  private async alertsPart(): Promise<string> {
    try {
      const unsent = (await this.alerts?.unsent()) ?? [];
      const late = unsent.filter(({ state, since }) => state !== 'WAITING' || since.getTime() < Date.now() - LATE_MS);
      if (late.length === 0) return 'up';
      const told = late.map(({ state, count, since }) => `${count} ${state} since ${since.toISOString()}`);
      return `degraded: ${told.join(', ')}`;
    } catch {
      return 'unknown';
    }
  }
}
