import { Readiness } from '../application/ports/readiness.js';
import type { Source } from '../storage/data-source.js';
import { isAnswering } from '../storage/data-source.js';
import type { Worker } from '../jobs/worker.js';

/** Ready: the database answers, and the worker of this process takes jobs where it has one. */
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
    return { ready: database === 'up' && worker !== 'down', parts: { database, worker } };
  }
}
