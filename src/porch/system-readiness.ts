import { Readiness } from '../application/ports/readiness.js';
import type { Source } from '../storage/data-source.js';
import { countOpenFailures } from '../storage/readers/version-failures.js';
import { sqlOver } from '../storage/sql.js';
import { isAnswering } from '../storage/data-source.js';
import type { Worker } from '../jobs/worker.js';

/**
 * Ready: the database answers, and the worker of this process takes jobs where it has one. What waits for a person is told
 * beside it, and makes nothing unready: another process could do no better.
 */
export class SystemReadiness extends Readiness {
  constructor(
    private readonly source: Source,
    private readonly worker: Worker | null,
  ) {
    super();
  }

  async check(): Promise<{ ready: boolean; parts: Record<string, string> }> {
    const database = (await isAnswering(this.source)) ? 'up' : 'down';
    const worker = this.worker === null ? 'none here' : this.worker.isRunning ? 'up' : 'down';
    return {
      ready: database === 'up' && worker !== 'down',
      parts: { database, worker, ...(await this.waiting(database)) },
    };
  }

  private async waiting(database: string): Promise<Record<string, string>> {
    if (database === 'down') return {};
    try {
      const open = await countOpenFailures(sqlOver(this.source));
      const told = `${open} version${open === 1 ? '' : 's'} could not take effect`;
      return { bundles: open === 0 ? 'up' : told };
    } catch {
      // Whether the database answers has been asked already; this question alone failed.
      return { bundles: 'not known' };
    }
  }
}
