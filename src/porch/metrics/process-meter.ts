import type { EventLoopUtilization } from 'node:perf_hooks';
import { performance } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { CallResult, Meter } from '../../application/ports/meter.js';
import type { Claim, Settlement } from '../../application/ports/publishing-queue.js';

/** Seconds from apply to delivered: from at once to the day after which a delivery is given up. */
const LATENCY_BUCKETS = [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];

/**
 * What this process counts. Not prom-client's own default metrics: their event loop monitor wakes an idle process a hundred
 * times a second; what they tell that matters is read here when somebody asks.
 */
export class ProcessMeter implements Meter {
  readonly #settlements: Counter;
  readonly #latency: Histogram;
  readonly #calls: Counter;
  readonly #left: Gauge;
  readonly #full: Gauge;
  readonly #version: Gauge;
  #loop: EventLoopUtilization = performance.eventLoopUtilization();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#settlements = new Counter({
      name: 'skuward_delivery_settlements_total',
      help: 'Attempts of this process that were settled, by what became of the delivery and the class of its error.',
      labelNames: ['system', 'outcome', 'class'],
      registers,
    });
    this.#latency = new Histogram({
      name: 'skuward_delivery_latency_seconds',
      help: 'Seconds from the commit of a change to its delivery being settled as delivered, by this process.',
      labelNames: ['system'],
      buckets: LATENCY_BUCKETS,
      registers,
    });
    this.#calls = new Counter({
      name: 'skuward_api_calls_total',
      help: 'Calls of this process to the API of a system, by result: OK, or the class of the error.',
      labelNames: ['system', 'result'],
      registers,
    });
    this.#left = new Gauge({
      name: 'skuward_rate_bucket_left',
      help: 'Points left of the rate budget of a system, as it last said to this process.',
      labelNames: ['system'],
      registers,
    });
    this.#full = new Gauge({
      name: 'skuward_rate_bucket_full',
      help: 'Points of the rate budget of a system when nothing is spent, as it last said to this process.',
      labelNames: ['system'],
      registers,
    });
    this.#version = new Gauge({
      name: 'skuward_api_version_as_asked',
      help: 'Whether a system answers in the version of its API that is asked for: 1 or 0, as it last did to this process.',
      labelNames: ['system'],
      registers,
    });
    this.#ofProcess(registry);
  }

  settled({ system, deliveries }: Claim, settlement: Settlement): void {
    const created = new Map(deliveries.map(({ id, createdAt }) => [id, createdAt.getTime()]));
    for (const { deliveryId, outcome } of settlement.deliveries) {
      const fault = outcome.kind === 'DELIVERED' ? '' : outcome.fault.class;
      this.#settlements.inc({ system: system.code, outcome: outcome.kind, class: fault });
      const since = created.get(deliveryId);
      if (outcome.kind !== 'DELIVERED' || since === undefined) continue;
      // The clocks of the two machines may differ by a little.
      this.#latency.observe({ system: system.code }, Math.max(0, (Date.now() - since) / 1_000));
    }
  }

  apiCall(system: string, result: CallResult): void {
    this.#calls.inc({ system, result });
  }

  bucket(system: string, left: number, full: number): void {
    this.#left.set({ system }, left);
    this.#full.set({ system }, full);
  }

  apiVersion(system: string, isAsAsked: boolean): void {
    this.#version.set({ system }, isAsAsked ? 1 : 0);
  }

  #ofProcess(registry: Registry): void {
    const cpu = new Counter({
      name: 'process_cpu_seconds_total',
      help: 'Processor seconds of this process, user and system.',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    });
    registry.registerMetric(cpu);
    gauge(registry, 'process_resident_memory_bytes', 'Resident memory of this process.', () =>
      process.memoryUsage.rss(),
    );
    gauge(registry, 'process_start_time_seconds', 'When this process started, in seconds since 1970.', () =>
      Math.round((Date.now() - process.uptime() * 1_000) / 1_000),
    );
    gauge(
      registry,
      'nodejs_eventloop_utilization',
      'Share of the time since the last scrape that was spent at work.',
      () => {
        const now = performance.eventLoopUtilization();
        const { utilization } = performance.eventLoopUtilization(now, this.#loop);
        this.#loop = now;
        return utilization;
      },
    );
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const made = new Gauge({
    name,
    help,
    registers: [],
    collect() {
      this.set(read());
    },
  });
  registry.registerMetric(made);
}
