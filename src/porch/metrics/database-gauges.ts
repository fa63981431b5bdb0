import { Gauge, type Registry } from 'prom-client';
import type { SystemFacts } from '../../application/ports/metrics-reader.js';

interface Filled {
  fill(facts: SystemFacts | null): void;
}

/** A gauge of the database, with what it shows of the facts. */
type Of = <T extends string>(
  name: string,
  help: string,
  labelNames: T[],
  rows: (facts: SystemFacts) => [Record<T, string>, number][],
) => Filled;

/** What holds of all processes together, as the database knows it. Every value is set anew, and what is gone is gone. */
export class DatabaseGauges {
  readonly #gauges: Filled[];
  readonly #answers: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#answers = new Gauge({
      name: 'skuward_database_up',
      help: '1 while the database answers; while it does not, no other figure of the database is told.',
      registers,
    });
    const of: Of = (name, help, labelNames, rows) => {
      const gauge = new Gauge({ name, help, labelNames, registers });
      return {
        fill: (facts) => {
          gauge.reset();
          if (facts) for (const [labels, value] of rows(facts)) gauge.set(labels, value);
        },
      };
    };
    this.#gauges = [
      ...deliveryGauges(of),
      of('skuward_findings_open', 'Findings that are open or acknowledged.', ['system', 'severity'], ({ findings }) =>
        findings.map(({ system, severity, count }) => [{ system, severity }, count]),
      ),
      of(
        'skuward_findings_overdue',
        'Findings that are open past their time.',
        ['system', 'severity'],
        ({ findings }) => findings.map(({ system, severity, overdue }) => [{ system, severity }, overdue]),
      ),
      of('skuward_system_linked', '1 when a system is in service.', ['system'], ({ systems }) =>
        systems.map(({ system, linked }) => [{ system }, linked]),
      ),
      of('skuward_system_held', '1 while nothing is sent to a system, by why not.', ['system', 'kind'], ({ holds }) =>
        holds.map(({ system, kind, held }) => [{ system, kind }, held]),
      ),
      of('skuward_scan_age_seconds', 'Age of the last complete scan.', ['system'], ({ systems }) =>
        systems.flatMap(({ system, scannedSecondsAgo: age }) => (age === null ? [] : [[{ system }, age]])),
      ),
      of('skuward_webhooks_waiting', 'Webhooks in the inbox that nobody has taken yet.', ['system'], ({ systems }) =>
        systems.map(({ system, webhooks }) => [{ system }, webhooks]),
      ),
      of('skuward_alerts_unsent', 'Alerts that have not been sent, by state.', ['state'], everyState),
      of('skuward_alerts_oldest_unsent_seconds', 'Age of the oldest alert in a state.', ['state'], ({ alerts }) =>
        alerts.map(({ state, oldestSeconds }) => [{ state }, oldestSeconds]),
      ),
      of('skuward_digest_late', '1 while the digest of today should be there and is not.', [], ({ lateDigest }) => [
        [{}, lateDigest === null ? 0 : 1],
      ]),
      of('skuward_sequencer_waiting', 'Rows that are committed and not numbered yet.', ['log'], ({ sequencer }) =>
        sequencer.map(({ log, waiting }) => [{ log }, waiting]),
      ),
      of('skuward_sequencer_lag_seconds', 'Age of the oldest row that is not numbered yet.', ['log'], ({ sequencer }) =>
        sequencer.map(({ log, oldestSeconds }) => [{ log }, oldestSeconds]),
      ),
      of('skuward_jobs', 'Jobs that are not done, by queue and state.', ['queue', 'state'], ({ jobs }) =>
        jobs.map(({ queue, state, count }) => [{ queue, state }, count]),
      ),
    ];
  }

  /** @param facts null: the database did not answer. */
  fill(facts: SystemFacts | null): void {
    this.#answers.set(facts === null ? 0 : 1);
    for (const gauge of this.#gauges) gauge.fill(facts);
  }
}

function deliveryGauges(of: Of): Filled[] {
  return [
    of('skuward_deliveries', 'Deliveries that are not done, by state.', ['system', 'state'], ({ deliveries }) =>
      deliveries.map(({ system, state, count }) => [{ system, state }, count]),
    ),
    of(
      'skuward_oldest_undelivered_seconds',
      'Age of the oldest delivery that is owed and not dead; those of records that are gone do not count while a finding waits for a decision, nor those to a system that is READ_ONLY.',
      ['system'],
      oldest,
    ),
    of(
      'skuward_deliveries_undecided',
      'Deliveries to records that are gone from the system: they wait for a decision on the finding that says so.',
      ['system'],
      undecided,
    ),
    of('skuward_dead_letters', 'Dead letters by the class of their error.', ['system', 'class'], ({ deadLetters }) =>
      deadLetters.map(({ system, class: fault, count }) => [{ system, class: fault }, count]),
    ),
    of('skuward_dead_letters_overdue', 'Dead letters that lie longer than 24 hours.', ['system', 'class'], (facts) =>
      facts.deadLetters.map(({ system, class: fault, overdue }) => [{ system, class: fault }, overdue]),
    ),
  ];
}

/** What is still owed, system by system. */
function owed({ deliveries }: SystemFacts): [string, SystemFacts['deliveries']][] {
  const open = deliveries.filter(({ state }) => state !== 'DEAD_LETTERED');
  return [...Map.groupBy(open, ({ system }) => system)];
}

function oldest(facts: SystemFacts): [Record<'system', string>, number][] {
  return owed(facts).flatMap(([system, rows]): [Record<'system', string>, number][] => {
    const ages = rows.flatMap(({ oldestSeconds }) => oldestSeconds ?? []);
    return ages.length > 0 ? [[{ system }, Math.max(...ages)]] : [];
  });
}

function undecided(facts: SystemFacts): [Record<'system', string>, number][] {
  return owed(facts).map(([system, rows]) => [{ system }, rows.reduce((sum, each) => sum + each.undecided, 0)]);
}

/** Zero is told as well, so that a rule on these has something to look at from the first scrape. */
function everyState({ alerts }: SystemFacts): [Record<'state', string>, number][] {
  const counts = new Map<string, number>(alerts.map(({ state, count }) => [state, count]));
  return ['WAITING', 'NOT_SENT', 'NOWHERE'].map((state) => [{ state }, counts.get(state) ?? 0]);
}
