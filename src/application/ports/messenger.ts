import type { ClaimedAlert } from './alert-store.js';

/**
 * What became of one attempt. LATER: it may work again; `unsure` where the message may have arrived all the same, and
 * `seconds` where the other side said how long to wait. CLOSED: nobody takes messages there until somebody mends the
 * configuration. REFUSED: this very message is not taken. Errors are words of our own or codes; never the address, which
 * is a secret.
 */
export type Sending =
  | { kind: 'SENT' }
  | { kind: 'LATER'; seconds: number | null; error: string; unsure: boolean }
  | { kind: 'CLOSED'; error: string }
  | { kind: 'REFUSED'; error: string };

/** Where alerts are told to people. */
export interface Messenger {
  /** One attempt, in less than half a minute. Never throws. */
  send(alert: ClaimedAlert): Promise<Sending>;
}

/** How this process tells people what happened. */
export interface Alerting {
  /** Null: nowhere is configured. */
  messenger: Messenger | null;
  /** When the daily digest is told, as HH:MM in `zone`; null: never. */
  digestAt: string | null;
  /** IANA name. */
  zone: string;
}

/** Alerts are kept and told nobody. */
export const SILENT: Alerting = { messenger: null, digestAt: null, zone: 'UTC' };
