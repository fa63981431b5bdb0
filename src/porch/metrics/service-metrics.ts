import { Registry } from 'prom-client';
import type { MetricsReader, SystemFacts } from '../../application/ports/metrics-reader.js';
import type { Meter } from '../../application/ports/meter.js';
import { Metrics } from '../../application/ports/meter.js';
import type { Log } from '../../application/ports/ports.js';
import { DatabaseGauges } from './database-gauges.js';
import { ProcessMeter } from './process-meter.js';

/** However often it is scraped, the database is asked no more than once in so long. */
const FRESH_MS = 5_000;

/** The figures of one process: what it counts itself, and what the database knows of all of them. */
export class ServiceMetrics extends Metrics {
  readonly meter: Meter;
  readonly #registry = new Registry();
  readonly #database: DatabaseGauges;
  #reader: MetricsReader | null = null;
  #asked: Promise<void> | null = null;
  #askedAt = -Infinity;

  constructor(private readonly log: Log) {
    super();
    this.meter = new ProcessMeter(this.#registry);
    this.#database = new DatabaseGauges(this.#registry);
  }

  /** The connectors count from the beginning; the database is there later. */
  readFrom(reader: MetricsReader): void {
    this.#reader = reader;
  }

  async render(): Promise<{ contentType: string; text: string }> {
    const now = performance.now();
    // Whoever comes while it is being asked waits for the same answer.
    if (this.#asked === null || now - this.#askedAt > FRESH_MS) {
      this.#askedAt = now;
      this.#asked = this.#ask();
    }
    await this.#asked;
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  async #ask(): Promise<void> {
    let facts: SystemFacts | null = null;
    try {
      facts = (await this.#reader?.facts()) ?? null;
    } catch (error) {
      // What the process counts is told all the same, and skuward_database_up says that the rest is missing.
      this.log('warn', 'the figures of the database could not be read', { error: String(error) });
    }
    this.#database.fill(facts);
  }
}
