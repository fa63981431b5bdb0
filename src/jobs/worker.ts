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
import { reaskByDate } from '../application/ownership/reask-by-date.js';
import { resumeImports } from '../application/imports/resume-imports.js';
import { runImport } from '../application/imports/run-import.js';
import type { Ports } from '../application/ports/ports.js';
import { advanceCanaries } from '../application/publishing/advance-canaries.js';
import { publishLane } from '../application/publishing/publish-lane.js';
import { AlertTeller } from './alert-teller.js';
import { Drain } from './drain.js';
import { QUEUES } from './queues.js';
import { keepScanClock } from './scan-clock.js';
import { Sequencer } from './sequencer.js';

/** Lanes of one system that this process works on side by side. */
const LANES = 4;
/** How many lanes go by before it is looked whether the request that they belong to should stop. */
const CANARY_LANES = 25;
/** A wake-up that was lost is made up for within this time (design section 3). */
const SWEEP_MS = 10_000;
/** A verdict that was put off because a delivery was at work is looked at again after this. */
const POSTPONED_MS = 500;
/** An import shows that it is alive by its claim. Still for longer: the process died. */
const IMPORT_IDLE_SECONDS = 300;
/** How soon a job is found that begins at a moment to come, of which NOTIFY says nothing. */
const TIMED = pollEvery(2);
/** NOTIFY wakes workers at once, and one that was busy looks again when it is done; without it, the sweep looks as often. */
const TOLD = { ...pollEvery(10), burstWhenBatchFull: true };
/** A small file does not wait until a large one is through. Each holds a batch in memory, and one that is being read. */
const IMPORTS = 2;
/** Hourly, at a minute that is not everybody else's. A full scan asks for stock besides. */
const STOCK_CRON = '41 * * * *';

function pollEvery(seconds: number): { pollingIntervalSeconds: number; notifyPollingIntervalSeconds: number } {
  return { pollingIntervalSeconds: seconds, notifyPollingIntervalSeconds: seconds };
}

/** Takes the jobs of this process. State is in the database alone, so workers may run beside each other in whatever number. */
export class Worker {
  private readonly deliveries: Drain;
  private readonly webhooks: Drain;
  private readonly scans: Drain;
  private readonly bundles: Drain;
  private readonly requests: Drain;
  private readonly findings: Drain;
  private readonly alerts: AlertTeller;
  private readonly validations: Drain;
  private readonly sequencer: Sequencer;
  private readonly timers = new Set<NodeJS.Timeout>();
  private sweep: NodeJS.Timeout | null = null;
  private stopping = false;
  private readonly halt = new AbortController();
  /** Delegations and absences that began or ended until then have been looked at; at first, those of a month's standstill. */
  private turnsSeen = new Date(Date.now() - 30 * 86_400_000);

  constructor(
    private readonly ports: Ports,
    private readonly boss: PgBoss,
    private readonly schedules: readonly ScanSchedule[] = [],
    /** IANA name of the zone that schedules are told in. */
    private readonly zone = 'UTC',
  ) {
    this.deliveries = new Drain((lane) => this.publish(lane));
    this.webhooks = new Drain((system) => this.takeInbox(system));
    this.scans = new Drain((scanId) => this.scan(scanId));
    this.bundles = new Drain(() => this.takeEffect());
    this.requests = new Drain(() => this.applyDue());
    this.findings = new Drain(() => this.tendFindings());
    this.alerts = new AlertTeller(ports);
    this.validations = new Drain(() => this.validate());
    this.sequencer = new Sequencer(ports);
  }

  get isRunning(): boolean {
    return this.sweep !== null && !this.stopping;
  }

  async start(): Promise<void> {
    // Not awaited: a system that does not answer must not keep the other's wake-ups, nor its own, waiting.
    await this.boss.work<{ system: string }>(QUEUES.deliver, { ...TOLD, batchSize: 50 }, async (jobs) => {
      for (const system of new Set(jobs.map(({ data }) => data.system))) this.wakeLanes(system);
    });
    await this.boss.work<{ system: string }>(QUEUES.webhook, { ...TOLD, batchSize: 200 }, (jobs) =>
      this.eachSystem(jobs, (system) => this.webhooks.wake(system)),
    );
    // Not awaited: a scan may take hours, and who holds it is told by its own lease.
    await this.boss.work<{ scanId: string }>(QUEUES.scan, TOLD, async (jobs) => {
      for (const { data } of jobs) void this.scans.wake(data.scanId);
    });
    await this.boss.work<{ system: string }>(QUEUES.scanClock, TOLD, async (jobs) => {
      for (const { data } of jobs) await startScheduled(this.ports, data.system);
    });
    await keepScanClock(this.boss, this.schedules, this.zone);
    await this.boss.work<{ importId: string }>(QUEUES.import, { ...TOLD, localConcurrency: IMPORTS }, async (jobs) => {
      for (const { data } of jobs) await runImport(this.ports, data.importId);
    });
    await this.boss.work(QUEUES.stock, TOLD, () => this.takeStock());
    // The same line for every process: the clock sends one job, however many workers there are.
    await this.boss.schedule(QUEUES.stock, STOCK_CRON);
    await this.boss.work<{ at: string }>(QUEUES.bundle, TIMED, () => this.bundles.wake('all'));
    await this.boss.work<{ at: string }>(QUEUES.request, TIMED, () => this.requests.wake('all'));
    await this.boss.work<{ at: string | null }>(QUEUES.finding, TIMED, () => this.findings.wake('all'));
    await this.boss.work(QUEUES.validation, TOLD, () => this.validations.wake('all'));
    this.sequencer.start();
    this.sweep = setInterval(() => void this.sweepNow(), SWEEP_MS);
    await this.sweepNow();
  }

  /** Takes no new work, and resolves when what runs has ended; scans are given back where they stand. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.halt.abort(new Error('the process stops'));
    if (this.sweep) clearInterval(this.sweep);
    for (const timer of this.timers) clearTimeout(timer);
    await this.deliveries.idle();
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

  /** Each lane drains by itself, so that one which hangs on a slow answer holds up its own product alone. */
  private wakeLanes(system: string): void {
    for (let number = 0; number < LANES; number += 1) void this.deliveries.wake(`${number}:${system}`);
  }

  private async publish(lane: string): Promise<void> {
    const system = lane.slice(lane.indexOf(':') + 1);
    try {
      let lanes = 0;
      while (!this.stopping && (await publishLane(this.ports, system))) {
        lanes += 1;
        if (lanes % CANARY_LANES === 0) await advanceCanaries(this.ports, system);
      }
      if (!this.stopping) await advanceCanaries(this.ports, system);
    } catch (error) {
      // The lane stays due, and the next wake-up or sweep takes it.
      this.failed('deliver', system, error);
    }
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

  private async sweepNow(): Promise<void> {
    this.alerts.wake();
    try {
      for (const scanId of await this.ports.scans.unheldScans()) void this.scans.wake(scanId);
      await startIncremental(this.ports, this.schedules);
      await resumeImports(this.ports, IMPORT_IDLE_SECONDS);
      await this.ports.queue.endPauses();
      for (const system of await this.ports.queue.systemsWithDue()) this.wakeLanes(system);
      await advanceCanaries(this.ports, null);
      for (const system of await this.ports.observations.systemsWithWebhooks()) void this.webhooks.wake(system);
      void this.bundles.wake('all');
      this.turnsSeen = await reaskByDate(this.ports, this.turnsSeen);
      void this.requests.wake('all');
      void this.findings.wake('all');
      void this.validations.wake('all');
      await forgetKeys(this.ports);
    } catch (error) {
      this.failed('sweep', 'all', error);
    }
  }

  private failed(queue: string, system: string, error: unknown): void {
    this.ports.log('error', 'a job failed', {
      queue,
      system,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}
