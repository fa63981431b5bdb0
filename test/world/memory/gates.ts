import type { Contact, Gate, Hold, HoldKind } from '../../../src/domain/publishing/gate.js';
import { admission, afterContact, isAnswered, nextProbe, OPEN_GATE } from '../../../src/domain/publishing/gate.js';
import type { Tables } from './tables.js';

/** What stands between a system and its deliveries. Nobody in the simulated world pauses one, so that each hold is probed. */
function gateOf(tables: Tables, system: string): Gate {
  const { failures, probeAt } = tables.gates.get(system) ?? { failures: OPEN_GATE.failures, probeAt: null };
  const holds = tables.holds.flatMap((each): Hold[] =>
    each.system === system && each.endedAt === null
      ? [{ kind: each.kind, beganAt: new Date(each.beganAt), until: null }]
      : [],
  );
  return { failures, probeAt: probeAt === null ? null : new Date(probeAt), holds };
}

export function admissionOf(tables: Tables, system: string): ReturnType<typeof admission> {
  return admission(gateOf(tables, system), new Date(tables.now()));
}

/** When a lane of a system that is due at this time can be claimed at the soonest. */
export function admittedFrom(tables: Tables, system: string, dueAt: number): number {
  return Math.max(dueAt, tables.gates.get(system)?.probeAt ?? dueAt);
}

/** One claim goes to see how the system is; the next has its time. */
export function takeProbe(tables: Tables, system: string): void {
  const { failures, holds } = gateOf(tables, system);
  const next = nextProbe(holds, new Date(tables.now()));
  tables.gates.set(system, { failures, probeAt: next?.getTime() ?? null });
}

/**
 * @param since when whatever was exchanged was begun.
 * @returns the holds that it ended.
 */
export function recordContact(tables: Tables, system: string, contact: Contact, since: Date): readonly HoldKind[] {
  const now = tables.now();
  const change = afterContact(gateOf(tables, system), contact, since, new Date(now));
  tables.gates.set(system, { failures: change.failures, probeAt: change.probeAt?.getTime() ?? null });
  if (change.begins !== null) tables.holds.push({ system, kind: change.begins, beganAt: now, endedAt: null });
  for (const hold of tables.holds) {
    if (hold.system === system && hold.endedAt === null && change.ends.includes(hold.kind)) hold.endedAt = now;
  }
  return change.ends;
}

/** Lets the next claim through at once. @returns false where nothing holds the system that what was begun then speaks of. */
export function tryNow(tables: Tables, system: string, since: Date): boolean {
  const { failures, probeAt, holds } = gateOf(tables, system);
  if (!holds.some((hold) => isAnswered(hold, since))) return false;
  const now = tables.now();
  tables.gates.set(system, { failures, probeAt: probeAt === null ? null : Math.min(probeAt.getTime(), now) });
  return true;
}

/** Seconds between two instants in which a system was not held. */
export function unheldSeconds(tables: Tables, system: string, since: number, till: number): number {
  const spans = tables.holds
    .filter((each) => each.system === system && each.beganAt < till && (each.endedAt ?? Infinity) > since)
    .map(({ beganAt, endedAt }) => ({ from: Math.max(beganAt, since), to: Math.min(endedAt ?? till, till) }))
    .sort((a, b) => a.from - b.from);
  let held = 0;
  let counted = since;
  for (const { from, to } of spans) {
    held += Math.max(0, to - Math.max(from, counted));
    counted = Math.max(counted, to);
  }
  return Math.max(0, till - since - held) / 1_000;
}
