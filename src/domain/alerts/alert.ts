/** What is told at once, and the digest that tells the rest (design 4.10). */
export const ALERT_KINDS = [
  'DIGEST',
  'SYSTEM_PAUSED',
  'BREAKER_OPEN',
  'CRITICAL_FINDING',
  'FORCE_APPLIED',
  'SCAN_HELD',
  'SUBSCRIPTION_LOST',
  'BUNDLE_VERSION_REFUSED',
  'REQUEST_NOT_APPLIED',
  'CANARY_STOPPED',
  'API_VERSION_CHANGED',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/**
 * WAITING: to be sent, now or later. SENT: Slack said so. NOT_SENT: given up, and waits for a person. NOWHERE: there was no
 * Slack to send it to.
 */
export const ALERT_STATES = ['WAITING', 'SENT', 'NOT_SENT', 'NOWHERE'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** What one owner is told: at most `LINES` lines, and how many more there are. */
export interface AlertGroup {
  /** Id of the party that is accountable; null where nobody is, or where it is nobody's in particular. */
  ownerId: string | null;
  heading: string;
  lines: string[];
  /** Lines that were left out; they are counted, and never dropped unsaid. */
  more: number;
}

/** An alert as it is raised, in plain words: whoever sends it escapes them as its channel asks. */
export interface AlertDraft {
  /** Names the event, so that it is told once: by several workers, and when a transaction runs again. */
  key: string;
  kind: AlertKind;
  /** Code of the system that it is about; null where it is about none. */
  system: string | null;
  /** What it happened to: CR-1042, a SKU code, a system's code. */
  subject: string;
  title: string;
  body: string;
  groups: AlertGroup[];
}

/** Lines of one owner in one message. */
const LINES = 10;
/** Values of other people's making are told in part: a message is to be read. */
const TEXT = 300;

/** A group of lines, the first of them told and the others counted. */
export function groupOf(ownerId: string | null, heading: string, lines: readonly string[], more = 0): AlertGroup {
  const told = lines.slice(0, LINES).map((line) => shortened(line));
  return { ownerId, heading: shortened(heading), lines: told, more: more + lines.length - told.length };
}

/** A text in at most so many characters, with a mark where it was cut; no character is cut in two. */
export function shortened(text: string, limit = TEXT): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** Full-jitter back-off between these, in seconds, as deliveries have it (design 4.9). */
const SHORTEST = 2;
const LONGEST = 900;

/** Who asks for more than an hour is asked again all the same: a wrong header must not silence us for a year. */
const LONGEST_ASKED = 3_600;

/** A channel that takes no messages is tried again this often: only people can mend it. */
export const CLOSED_SECONDS = LONGEST;

/** So long is kept what was sent: a quarter can be looked back on. What was not sent waits for a person and is kept. */
export const SENT_KEPT_DAYS = 92;

/** How long an alert waits after so many attempts; never shorter than asked. `random` is uniform in [0, 1). */
export function alertBackOff(attempts: number, askedSeconds: number | null, random: number): number {
  const backOff = SHORTEST + random * Math.min(LONGEST - SHORTEST, SHORTEST * 2 ** Math.min(attempts, 20));
  return Math.max(backOff, Math.min(askedSeconds ?? 0, LONGEST_ASKED));
}
