import type { AlertReader } from '../application/ports/alert-store.js';
import type { ReadinessReport } from '../application/ports/readiness.js';
import { Readiness } from '../application/ports/readiness.js';
import type { Source } from '../storage/data-source.js';
import { countOpenFailures } from '../storage/readers/version-failures.js';
import { sqlOver } from '../storage/sql.js';
import { isAnswering } from '../storage/data-source.js';
import type { Worker } from '../jobs/worker.js';

/** An alert that waits this long is one that cannot be sent; until then it may be on its way. */
const LATE_MS = 5 * 60_000;

/**
 * Ready: the database answers, and the worker of this process takes jobs where it has one. What waits for a person, alerts
 * that could not be sent among it, is told beside it, and makes nothing unready: another process could do no better, and
 * callers would lose the API because Slack is down.
 */
export class SystemReadiness extends Readiness {
  constructor(
    private readonly source: Source,
    private readonly worker: Worker | null,
    private readonly alerts: AlertReader | null = null,
    private readonly lateDigest: () => Promise<string | null> = () => Promise.resolve(null),
  ) {
    super();
  }

  async check(): Promise<ReadinessReport> {
    const database = (await isAnswering(this.source)) ? 'up' : 'down';
    const worker = this.worker === null ? 'none here' : this.worker.isRunning ? 'up' : 'down';
    const waiting = database === 'down' ? {} : await this.waiting();
    return { ready: database === 'up' && worker !== 'down', parts: { database, worker, ...waiting } };
  }

  /** Whether the database answers has been asked already; where one of these fails, that question alone did. */
  private async waiting(): Promise<Record<string, string>> {
    const [bundles, alerts, digest] = await Promise.all([
      known(this.bundlesPart()),
      known(this.alertsPart()),
      known(this.digestPart()),
    ]);
    return { bundles, alerts, digest };
  }

  private async bundlesPart(): Promise<string> {
    const open = await countOpenFailures(sqlOver(this.source));
    return open === 0 ? 'up' : `${open} version${open === 1 ? '' : 's'} could not take effect`;
  }

  private async alertsPart(): Promise<string> {
    const unsent = (await this.alerts?.unsent()) ?? [];
    const late = unsent.filter(({ state, since }) => state !== 'WAITING' || since.getTime() < Date.now() - LATE_MS);
    if (late.length === 0) return 'up';
    return `degraded: ${late.map(({ state, count, since }) => `${count} ${state} since ${since.toISOString()}`).join(', ')}`;
  }
  private async digestPart(): Promise<string> {
    const date = await this.lateDigest();
    return date === null ? 'up' : `degraded: the digest of ${date} is not there yet, and a worker's log says why`;
  }
}

function known(part: Promise<string>): Promise<string> {
  return part.catch(() => 'not known');
}
