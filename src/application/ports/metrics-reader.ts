import type { AlertState } from '../../domain/alerts/alert.js';

/** Figures that no process has alone. Ages in seconds. */
export interface SystemFacts {
  /**
   * `undecided`: of them, those of records that are gone, and whose finding waits for a person's decision. They make nothing older:
   * `oldestSeconds` is of the others, null where there are none.
   */
  deliveries: { system: string; state: string; count: number; undecided: number; oldestSeconds: number | null }[];
  deadLetters: { system: string; class: string; count: number; overdue: number }[];
  findings: { system: string; severity: string; count: number; overdue: number }[];
  systems: { system: string; linked: number; scannedSecondsAgo: number | null; webhooks: number }[];
  /** Why nothing is sent to a system: `held` is 1 while that holds. */
  holds: { system: string; kind: string; held: number }[];
  /** The day whose digest should be there by now and is not; null: none. */
  lateDigest: string | null;
  alerts: { state: AlertState; count: number; oldestSeconds: number }[];
  /** Committed rows that are not numbered yet, of the newest thousand of each log, and the age of the oldest. */
  sequencer: { log: 'feed' | 'audit'; waiting: number; oldestSeconds: number }[];
  jobs: { queue: string; state: string; count: number }[];
}

/** Read for /metrics, in a constant number of cheap statements over partial indexes. */
export interface MetricsReader {
  facts(): Promise<SystemFacts>;
}
