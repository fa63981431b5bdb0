import { AUTH_SECONDS, LONGEST_BACK_OFF_SECONDS } from './retry.js';

/** Failures one after another that open the breaker, and how often a system behind it is tried (design 4.9). */
export const BREAKER_FAILURES = 10;
const BREAKER_SECONDS = 30;

/**
 * Why nothing is sent to a system. PAUSE: somebody said so, until a date. AUTH: it refuses our key. BREAKER: it has failed
 * too often one after another. The last two are tried from time to time, and end by themselves.
 */
export type HoldKind = 'PAUSE' | 'AUTH' | 'BREAKER';
export const PROBED: readonly HoldKind[] = ['AUTH', 'BREAKER'];

export interface Hold {
  kind: HoldKind;
  beganAt: Date;
  /** A PAUSE ends by itself then; null for the others. */
  until: Date | null;
}

/** What stands between a system and its deliveries. Shared by all processes, so that it lies where the deliveries do. */
export interface Gate {
  /** TRANSIENT failures one after another. */
  failures: number;
  /** When one claim is let through next, to see how the system is; null where nothing is probed. */
  probeAt: Date | null;
  /** Those that nobody has ended yet; a PAUSE whose time is over may still be among them. */
  holds: readonly Hold[];
}

/** What an exchange with a system says of the system itself. REACHED: it answered, whatever it said of a record. */
export type Contact = 'REACHED' | 'TRANSIENT' | 'AUTH';

/**
 * A scan read it to the end, which says nothing of whether it takes a write: a key may have lost the right to write alone. It counts
 * as REACHED where no delivery is going to try within `TRIED_SECONDS`; else one is let go, and what it hears counts.
 */
export type Look = 'READ';
/** The longest back-off: whatever a hold put off is due within. */
export const TRIED_SECONDS = LONGEST_BACK_OFF_SECONDS;

export const OPEN_GATE: Gate = { failures: 0, probeAt: null, holds: [] };

/** May a lane be claimed now? PROBE: one may, by whoever is first to move `probeAt` on. */
export function admission({ probeAt, holds }: Gate, now: Date): 'OPEN' | 'PROBE' | 'SHUT' {
  const on = holds.filter((hold) => isOn(hold, now));
  if (on.length === 0) return 'OPEN';
  const isPaused = on.some(({ kind }) => kind === 'PAUSE');
  return !isPaused && (probeAt === null || probeAt <= now) ? 'PROBE' : 'SHUT';
}

export function isOn({ until }: Hold, now: Date): boolean {
  return until === null || until > now;
}

/** When the next claim after this one is let through; null where nothing is probed. */
export function nextProbe(holds: readonly Hold[], now: Date): Date | null {
  const seconds = holds.map(({ kind }) => (kind === 'AUTH' ? AUTH_SECONDS : kind === 'BREAKER' ? BREAKER_SECONDS : 0));
  const longest = Math.max(0, ...seconds);
  return longest === 0 ? null : new Date(now.getTime() + longest * 1_000);
}

/** Does what was begun then say something of this hold? */
export function isAnswered({ kind, beganAt }: Hold, since: Date): boolean {
  return PROBED.includes(kind) && beganAt <= since;
}

export interface GateChange {
  failures: number;
  probeAt: Date | null;
  begins: 'AUTH' | 'BREAKER' | null;
  ends: readonly HoldKind[];
}

/**
 * What an exchange does to the gate. Pure: a hold ends only by an answer to something that was begun after it, because what
 * was under way when the key was refused, or the breaker opened, says nothing of how the system is now.
 * @param since when whatever was exchanged was begun.
 */
export function afterContact(gate: Gate, contact: Contact, since: Date, now: Date): GateChange {
  const has = (kind: HoldKind): boolean => gate.holds.some((hold) => hold.kind === kind);
  const answered = gate.holds.filter((hold) => isAnswered(hold, since));
  const ended = (kinds: readonly HoldKind[]): HoldKind[] =>
    answered.flatMap(({ kind }) => (kinds.includes(kind) ? [kind] : []));
  switch (contact) {
    case 'REACHED':
      return changed(gate, { failures: 0, begins: null, ends: ended(PROBED) }, now);
    case 'AUTH':
      // A refusal is an answer: the breaker has no more to say.
      return changed(gate, { failures: 0, begins: has('AUTH') ? null : 'AUTH', ends: ended(['BREAKER']) }, now);
    case 'TRANSIENT': {
      const failures = gate.failures + 1;
      const begins = failures >= BREAKER_FAILURES && !has('BREAKER') ? 'BREAKER' : null;
      return changed(gate, { failures, begins, ends: [] }, now);
    }
  }
}

/** A new hold is probed from its own interval on; what is left of others keeps the time that it was given. */
function changed(gate: Gate, change: Omit<GateChange, 'probeAt'>, now: Date): GateChange {
  const left = gate.holds.filter(({ kind }) => PROBED.includes(kind) && !change.ends.includes(kind));
  if (change.begins === null) return { ...change, probeAt: left.length === 0 ? null : gate.probeAt };
  const begun: Hold = { kind: change.begins, beganAt: now, until: null };
  return { ...change, probeAt: nextProbe([...left, begun], now) };
}

/** How a system looks from what was last heard of it. */
export function healthOf({ failures, begins, ends }: GateChange, gate: Gate): 'UP' | 'DEGRADED' | 'DOWN' {
  const left = gate.holds.some(({ kind }) => PROBED.includes(kind) && !ends.includes(kind));
  if (begins !== null || left) return 'DOWN';
  return failures > 0 ? 'DEGRADED' : 'UP';
}
