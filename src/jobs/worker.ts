import type { Job, PgBoss } from 'pg-boss';
import { takeEffect } from '../application/bundle/take-effect.js';
import { validateNext } from '../application/change/bulk/validate-next.js';
import { applyDue } from '../application/change/run/apply-due.js';
import { forgetKeys } from '../application/change/run/forget-keys.js';
import { handleWebhooks } from '../application/drift/handle-webhooks.js';
import { refreshAllStock } from '../application/drift/refresh-stock.js';
import { tendFindings } from '../application/drift/resolve/tend-findings.js';
import { runScan } from '../application/drift/scan/run-scan.js';
import type { ScanSchedule } from '../application/drift/scan/scan-schedule.js';
import { startIncremental, startScheduled } from '../application/drift/scan/scan-schedule.js';
import { ownFindings } from '../application/ownership/own-findings.js';
import { reaskByDate } from '../application/ownership/reask-by-date.js';
import { resumeImports } from '../application/imports/resume-imports.js';
import { runImport } from '../application/imports/run-import.js';
import type { Ports } from '../application/ports/ports.js';
import { advanceCanaries } from '../application/publishing/advance-canaries.js';
import { AlertTeller } from './alert-teller.js';
import { Drain } from './drain.js';
import { JobWatch } from './job-watch.js';
import { Lanes } from './lanes.js';
import { QUEUES } from './queues.js';
import { keepScanClock } from './scan-clock.js';
import { Sequencer } from './sequencer.js';

/** A wake-up that was lost is made up for within this time (design section 3). */
const SWEEP_MS = 10_000;
const TIDY_MS = 60_000;
/** A verdict that was put off because a delivery was at work is looked at again after this. */
const POSTPONED_MS = 500;
/** An import shows that it is alive by its claim. Still for longer: the process died. */
const IMPORT_IDLE_SECONDS = 300;
/**
 * How often a queue is asked without a reason. NOTIFY wakes workers at once, one that was busy looks again when it is done,
 * and the sweep asks for all queues at once what waits in them (`JobWatch`), so this is only what is left if that fails.
 */
const TOLD = { pollingIntervalSeconds: 60, notifyPollingIntervalSeconds: 60, burstWhenBatchFull: true };
/** How long nobody may have looked, at most, where a process starts. */
const STANDSTILL_MS = 30 * 86_400_000;
/** A small file does not wait until a large one is through. Each holds a batch in memory, and one that is being read. */
const IMPORTS = 2;
/** Hourly, at a minute that is not everybody else's. A full scan asks for stock besides. */
const STOCK_CRON = '41 * * * *';

/** Takes the jobs of this process. State is in the database alone, so workers may run beside each other in whatever number. */
export class Worker {
  private readonly lanes: Lanes;
  private readonly webhooks: Drain;
  private readonly scans: Drain;
  private readonly bundles: Drain;
  private readonly requests: Drain;
  private readonly findings: Drain;
  private readonly alerts: AlertTeller;
  private readonly validations: Drain;
  private readonly sequencer: Sequencer;
  private readonly watch: JobWatch;
  private readonly timers = new Set<NodeJS.Timeout>();
  private sweep: NodeJS.Timeout | null = null;
  private stopping = false;
  private readonly halt = new AbortController();
  private nextTidying = 0;
  /** Delegations and absences that began or ended until then have been looked at. */
  private turnsSeen = new Date(Date.now() - STANDSTILL_MS);
  /** Ownership rules that began or ended until then have been looked at. */
  private rulesSeen = new Date(Date.now() - STANDSTILL_MS);

  constructor(
    private readonly ports: Ports,
    private readonly boss: PgBoss,
    private readonly schedules: readonly ScanSchedule[] = [],
    /** IANA name of the zone that schedules are told in. */
    private readonly zone = 'UTC',
  ) {
    this.lanes = new Lanes(ports, (system, error) => this.failed('deliver', system, error));
    this.webhooks = new Drain((system) => this.takeInbox(system));
    this.scans = new Drain((scanId) => this.scan(scanId));
    this.bundles = new Drain(() => this.takeEffect());
    this.requests = new Drain(() => this.applyDue());
    this.findings = new Drain(() => this.tendFindings());
    this.alerts = new AlertTeller(ports);
    this.validations = new Drain(() => this.validate());
    this.sequencer = new Sequencer(ports);
    this.watch = new JobWatch(boss, ports.waitingJobs, 2 * SWEEP_MS);
  }

  get isRunning(): boolean {
    return this.sweep !== null && !this.stopping;
  }

  async start(): Promise<void> {
    // Not awaited: a system that does not answer must not keep the other's wake-ups, nor its own, waiting.
    await this.take<{ system: string }>(QUEUES.deliver, 50, async (jobs) => {
      for (const system of new Set(jobs.map(({ data }) => data.system))) this.lanes.wake(system);
    });
    await this.take<{ system: string }>(QUEUES.webhook, 200, (jobs) =>
      this.eachSystem(jobs, (system) => this.webhooks.wake(system)),
    );
    // Not awaited: a scan may take hours, and who holds it is told by its own lease.
    await this.take<{ scanId: string }>(QUEUES.scan, 1, async (jobs) => {
      for (const { data } of jobs) void this.scans.wake(data.scanId);
    });
    await this.take<{ system: string }>(QUEUES.scanClock, 1, async (jobs) => {
      for (const { data } of jobs) await startScheduled(this.ports, data.system);
    });
    await keepScanClock(this.boss, this.schedules, this.zone);
    for (let beside = 0; beside < IMPORTS; beside += 1) {
      await this.take<{ importId: string }>(QUEUES.import, 1, async (jobs) => {
        for (const { data } of jobs) await runImport(this.ports, data.importId);
      });
    }
    await this.take(QUEUES.stock, 1, () => this.takeStock());
    // The same line for every process: the clock sends one job, however many workers there are.
    await this.boss.schedule(QUEUES.stock, STOCK_CRON);
    // Word of what is to begin comes at once, and the job itself begins at its moment.
    await this.take<{ at: string }>(QUEUES.bundle, 1, () => this.bundles.wake('all').then(() => this.watch.look()));
    await this.take<{ at: string }>(QUEUES.request, 1, () => this.requests.wake('all').then(() => this.watch.look()));
    await this.take<{ at: string | null }>(QUEUES.finding, 1, () =>
      this.findings.wake('all').then(() => this.watch.look()),
    );
    await this.take(QUEUES.validation, 1, () => this.validations.wake('all'));
    this.sequencer.start();
    this.sweep = setInterval(() => void this.sweepNow(), SWEEP_MS);
    await this.sweepNow();
  }

  /** One more taker of a queue's jobs. */
  private async take<T>(queue: string, batchSize: number, handler: (jobs: Job<T>[]) => Promise<void>): Promise<void> {
    this.watch.add(queue, await this.boss.work<T>(queue, { ...TOLD, batchSize }, handler));
  }

  /** Takes no new work, and resolves when what runs has ended; scans are given back where they stand. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.halt.abort(new Error('the process stops'));
    if (this.sweep) clearInterval(this.sweep);
    this.watch.stop();
    for (const timer of this.timers) clearTimeout(timer);
    await this.lanes.stop();
    await this.webhooks.idle();
    await this.scans.idle();
    await this.bundles.idle();
    await this.requests.idle();
    await this.findings.idle();
    await this.alerts.stop();
    await this.validations.idle();
    await this.sequencer.stop();
  }

  private async eachSystem(jobs: Job<{ system: string }>[], wake: (system: string) => Promise<void>): Promise<void> {
    const systems = new Set(jobs.map(({ data }) => data.system));
    await Promise.all([...systems].map(wake));
  }

  private async takeInbox(system: string): Promise<void> {
    try {
      const postponed = await handleWebhooks(this.ports, system);
      if (postponed) this.later(() => this.webhooks.wake(system));
    } catch (error) {
      // The webhooks stay in the inbox, and the next wake-up or sweep takes them.
      this.failed('webhook', system, error);
    }
  }

  private async scan(scanId: string): Promise<void> {
    try {
      if (!this.stopping) await runScan(this.ports, scanId, this.halt.signal);
    } catch (error) {
      // Its lease runs out, and the sweep takes it up where it stands.
      this.failed('scan', scanId, error);
    }
  }

  private async takeStock(): Promise<void> {
    try {
      await refreshAllStock(this.ports);
    } catch (error) {
      // The figures stay as they were; the clock comes round again.
      this.failed('stock', 'all', error);
    }
  }

  private async takeEffect(): Promise<void> {
    try {
      let after = await takeEffect(this.ports);
      while (!this.stopping && after !== null) after = await takeEffect(this.ports, after);
    } catch (error) {
      // The versions stay due, and the next wake-up or sweep takes them.
      this.failed('bundle', 'all', error);
    }
  }

  private async applyDue(): Promise<void> {
    try {
      while (!this.stopping && (await applyDue(this.ports)));
    } catch (error) {
      // The requests stay due, and the next wake-up or sweep takes them.
      this.failed('request', 'all', error);
    }
  }

  private async tendFindings(): Promise<void> {
    try {
      if (!this.stopping) await tendFindings(this.ports);
    } catch (error) {
      // They stay due, and the next wake-up or sweep takes them.
      this.failed('finding', 'all', error);
    }
  }

  private async validate(): Promise<void> {
    try {
      while (!this.stopping && (await validateNext(this.ports)));
    } catch (error) {
      // The request stays as it was, and the next wake-up or sweep takes it.
      this.failed('validation', 'all', error);
    }
  }

  private later(work: () => Promise<void>): void {
    if (this.stopping) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void work();
    }, POSTPONED_MS);
    this.timers.add(timer);
  }

  /** Finds what nobody was told of, in one statement for nearly all kinds of work: most of what an idle service does is this. */
  private async sweepNow(): Promise<void> {
    void this.alerts.wake();
    try {
      await this.watch.look();
      const due = await this.ports.waitingJobs.due();
      if (due.pauses) await this.ports.queue.endPauses();
      if (due.refused) await this.ports.queue.releaseRefused();
      for (const system of await this.ports.queue.systemsWithDue()) this.lanes.wake(system);
      if (due.canaries) await advanceCanaries(this.ports, null);
      if (due.webhooks)
        for (const system of await this.ports.observations.systemsWithWebhooks()) void this.webhooks.wake(system);
      if (due.versions) void this.bundles.wake('all');
      if (due.requests) void this.requests.wake('all');
      if (due.validations) void this.validations.wake('all');
      if (due.findings) void this.findings.wake('all');
      if (due.scans) for (const id of await this.ports.scans.unheldScans()) void this.scans.wake(id);
      if (performance.now() >= this.nextTidying) await this.tidy();
    } catch (error) {
      this.failed('sweep', 'all', error);
    }
  }

  /** What is measured in minutes, or in days, is looked at once a minute. */
  private async tidy(): Promise<void> {
    this.nextTidying = performance.now() + TIDY_MS;
    await startIncremental(this.ports, this.schedules);
    await resumeImports(this.ports, IMPORT_IDLE_SECONDS);
    this.turnsSeen = await reaskByDate(this.ports, this.turnsSeen);
    this.rulesSeen = await ownFindings(this.ports, this.rulesSeen);
    await forgetKeys(this.ports);
  }

  private failed(queue: string, system: string, error: unknown): void {
    this.ports.log('error', 'a job failed', {
      queue,
      system,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}
