import type { AlertDraft, AlertKind, AlertState } from '../../domain/alerts/alert.js';
import type { Page, PageRequest } from './page.js';

/** Raises alerts in the transaction of what they tell: rolled back with it, and there when it commits. */
export interface AlertStore {
  /** One row for each key, as long as it is kept: what was raised before is left as it is. Answers how many are new. */
  raise(drafts: readonly AlertDraft[]): Promise<number>;
  /** Who is accountable for a SKU now; null where nobody is. */
  ownerOf(code: string): Promise<string | null>;
  /**
   * Alerts that were not sent are to be sent now: those that were given up, had nowhere to go, or wait to be tried again; by id or
   * all that a filter names. Answers their ids, and how many more there are than one call takes.
   */
  retry(which: { ids: readonly string[] | null; filter: AlertQuery | null }): Promise<{ ids: string[]; more: number }>;
}

export interface AlertQuery {
  states?: AlertState[] | null;
  kinds?: AlertKind[] | null;
  system?: string | null;
  /** Party code. */
  owner?: string | null;
  raisedAfter?: Date | null;
}

/** An alert as it was raised, with what has become of it; its key is nobody's business. */
export interface AlertView extends Omit<AlertDraft, 'key'> {
  id: string;
  raisedAt: Date;
  state: AlertState;
  attempts: number;
  nextAttemptAt: Date | null;
  lastError: string | null;
  sentAt: Date | null;
}

/** Whom a message names. */
export interface Addressee {
  name: string;
  /** Slack's id; null where it is not known. */
  slackId: string | null;
}

/** An alert that this worker alone may send, for as long as the lease lasts. */
export interface ClaimedAlert extends AlertView {
  leaseToken: string;
  /** An earlier attempt was begun whose end nobody knows: the message may be there already. */
  unsure: boolean;
  /** By party id, for every owner of its groups. */
  addressees: ReadonlyMap<string, Addressee>;
  /** Whether another failed attempt would be one too many. */
  isLast: boolean;
}

export type AlertOutcome =
  | { kind: 'SENT' }
  | { kind: 'AGAIN'; seconds: number; error: string; unsure: boolean }
  | { kind: 'NOT_SENT'; error: string };

/** Sends the outbox; each method is a transaction of its own, so that no network call is ever inside one. */
export interface AlertQueue {
  /** The alert that has waited longest and is due; null when none is. */
  claim(): Promise<ClaimedAlert | null>;
  /** Only under the lease. Answers false where it is gone. */
  settle(alert: ClaimedAlert, outcome: AlertOutcome): Promise<boolean>;
  /** The channel asks to be left alone: nothing that waits is due before. */
  putOffAll(seconds: number): Promise<void>;
  /**
   * The channel takes messages again: what was put off is due now.
   * @param all false: only what failed itself; true: what was put off for the others' sake, too.
   */
  letGo(all: boolean): Promise<void>;
  /** There is nowhere to send to: what waits says so, and waits no longer. Answers how many. */
  nowhere(): Promise<number>;
  /** Removes what was sent so long ago, some at a time, but never the last digest. Answers how many. */
  forgetSent(days: number): Promise<number>;
  /** When the last digest was raised; null: never. */
  lastDigest(): Promise<{ key: string; raisedAt: Date } | null>;
}

export interface AlertReader {
  alerts(page: PageRequest, query: AlertQuery): Promise<Page<AlertView>>;
  alertsByIds(ids: readonly string[]): Promise<AlertView[]>;
  /** Of the names in a filter, those that are nothing's name: `system`, `owner`. */
  unknownNames(query: AlertQuery): Promise<string[]>;
  /** How many are in each state but SENT, and since when the oldest has been. */
  unsent(): Promise<{ state: AlertState; count: number; since: Date }[]>;
}
