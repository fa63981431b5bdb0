import type { Wakeups } from '../application/ports/unit-of-work.js';
import type { Actor } from '../domain/actor.js';
import { systemActor } from '../domain/actor.js';
import { breakerOpened, systemPaused } from '../domain/alerts/occasions.js';
import type { Contact, Gate, Hold, HoldKind } from '../domain/publishing/gate.js';
import { afterContact, healthOf, nextProbe } from '../domain/publishing/gate.js';
import type { GovernedSystem } from '../domain/publishing/system.js';
import type { Tell } from './publishing-events.js';
import type { Sql } from './sql.js';
import { firstRow } from './sql.js';

const PUBLISHER = systemActor('publisher');

/** What the statements of one transaction share. */
export interface GateTools {
  sql: Sql;
  newId: () => string;
  tell: Tell;
  wake: Pick<Wakeups, 'deliveriesDue'>;
}

/** A system with what stands before it, as of one moment of the database's clock. */
export interface GatedSystem {
  system: GovernedSystem;
  gate: Gate;
  now: Date;
}

interface GateRow extends GovernedSystem {
  failures: number;
  probe_at: Date | null;
  holds: { kind: HoldKind; beganAt: string; until: string | null }[];
  now: Date;
}

const GATES = `select y.code, y.kind, y.connector, y.mode, y.currency, y.link, y.failures, y.probe_at, clock_timestamp() as now,
  coalesce((select jsonb_agg(jsonb_build_object('kind', h.kind, 'beganAt', h.began_at, 'until', h.until)) from system_hold h
    where h.system = y.code and h.ended_at is null), '[]') as holds from system y`;

export async function readGate(sql: Sql, code: string): Promise<GatedSystem | null> {
  const row = await firstRow<GateRow>(sql, `${GATES} where y.code = $1`, [code]);
  return row && gatedOf(row);
}

/** A lane that is due, and that nobody holds. */
export const DUE_LANE = `l.due_at <= clock_timestamp() and (l.lease_until is null or l.lease_until < clock_timestamp())`;

/** Of systems that have a due lane which nobody holds. */
export async function gatesOfDue(sql: Sql): Promise<GatedSystem[]> {
  const rows = await sql.rows<GateRow>(
    `${GATES} where y.link = 'LINKED' and y.mode = 'WRITE' and exists (
       select from lane l where l.system = y.code and ${DUE_LANE})`,
  );
  return rows.map(gatedOf);
}

function gatedOf(row: GateRow): GatedSystem {
  const { code, kind, connector, mode, currency, link, failures, probe_at: probeAt, now } = row;
  const holds = row.holds.map((each): Hold => {
    return {
      kind: each.kind,
      beganAt: new Date(each.beganAt),
      until: each.until === null ? null : new Date(each.until),
    };
  });
  return { system: { code, kind, connector, mode, currency, link }, gate: { failures, probeAt, holds }, now };
}

/** Of all claims that find a probe due, one moves it on and goes; the others see that it has. */
export async function takeProbe({ sql, wake }: GateTools, { system, gate, now }: GatedSystem): Promise<boolean> {
  const next = nextProbe(gate.holds, now);
  const taken = await sql.rows(
    `update system set probe_at = $2 where code = $1 and (probe_at is null or probe_at <= clock_timestamp()) returning 1`,
    [system.code, next],
  );
  if (taken.length === 0) return false;
  if (next) await wake.deliveriesDue([system.code], next);
  return true;
}

/** What an exchange said of a system. */
export interface HeardContact {
  contact: Contact;
  /** When what was exchanged was begun. */
  since: Date;
  /** Where the system refuses us, or fails: why, and its own words for that. */
  why?: string | null;
}

/**
 * Writes down what exchanges say of the system itself, in their order. Where nothing changes, which is nearly always, it is
 * one read and no lock. The system's row comes after records, findings, deliveries and lanes in everybody's order of locks.
 */
export async function recordContacts(tools: GateTools, code: string, heard: readonly HeardContact[]): Promise<void> {
  if (heard.length === 0) return;
  const quick = await firstRow<{ idle: boolean }>(
    tools.sql,
    `select failures = 0 and probe_at is null and health = 'UP' as idle from system where code = $1`,
    [code],
  );
  if (!quick || (quick.idle && heard.every(({ contact }) => contact === 'REACHED'))) return;
  for (const each of heard) await recordContact(tools, code, each);
}

async function recordContact(tools: GateTools, code: string, { contact, since, why }: HeardContact): Promise<void> {
  const { sql } = tools;
  await sql.rows('select 1 from system where code = $1 for no key update', [code]);
  const gated = await readGate(sql, code);
  if (!gated) return;
  const change = afterContact(gated.gate, contact, since, gated.now);
  await sql.rows('update system set failures = $2, probe_at = $3, health = $4 where code = $1', [
    code,
    change.failures,
    change.probeAt,
    healthOf(change, gated.gate),
  ]);
  if (change.begins === 'AUTH') {
    await beginHold(tools, code, 'AUTH', why ?? 'the system refuses our key', null, PUBLISHER);
  }
  if (change.begins === 'BREAKER') {
    const reason = `${change.failures} failures one after another${why ? `, the last: ${why}` : ''}`;
    await beginHold(tools, code, 'BREAKER', reason, null, PUBLISHER);
  }
  if (change.begins !== null && change.probeAt) await tools.wake.deliveriesDue([code], change.probeAt);
  if (change.ends.length > 0) await endHolds(tools, code, change.ends, PUBLISHER);
}

export async function beginHold(
  { sql, newId, tell }: GateTools,
  system: string,
  kind: HoldKind,
  reason: string,
  until: Date | null,
  by: Actor,
): Promise<void> {
  const id = newId();
  await sql.rows(
    `insert into system_hold (id, system, kind, reason, began_by, until) values ($1, $2, $3, $4, $5, $6)`,
    [id, system, kind, reason, JSON.stringify(by), until],
  );
  const type = kind === 'BREAKER' ? 'BREAKER_OPENED' : 'SYSTEM_PAUSED';
  const alert =
    kind === 'BREAKER'
      ? breakerOpened(system, id, reason)
      : systemPaused(system, id, reason, until?.toISOString() ?? null, kind === 'PAUSE' ? by.name : null);
  await tell([{ type, system, by, facts: { kind, reason, until }, alert }]);
}

/** Ends holds of these kinds, each at the latest when its own time was over; the system's lanes are looked at again at once. */
export async function endHolds(
  { sql, tell, wake }: GateTools,
  system: string,
  kinds: readonly HoldKind[],
  by: Actor,
): Promise<HoldKind[]> {
  const ended = await sql.rows<{ kind: HoldKind; reason: string; seconds: number }>(
    `update system_hold set ended_at = greatest(began_at, least(until, clock_timestamp())), ended_by = $3
     where system = $1 and kind = any($2) and ended_at is null
     returning kind, reason, extract(epoch from ended_at - began_at)::float8 as seconds`,
    [system, kinds, JSON.stringify(by)],
  );
  await tell(
    ended.map(({ kind, reason, seconds }) => {
      const type = kind === 'BREAKER' ? ('BREAKER_CLOSED' as const) : ('SYSTEM_RESUMED' as const);
      return { type, system, by, facts: { kind, reason, seconds: Math.round(seconds) } };
    }),
  );
  if (ended.length > 0) await wake.deliveriesDue([system]);
  return ended.map(({ kind }) => kind);
}
