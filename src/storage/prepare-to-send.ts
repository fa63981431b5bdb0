import type { Claim } from '../application/ports/publishing-queue.js';
import { LeaseLost } from '../application/ports/publishing-queue.js';
import type { FindingDraft } from '../domain/drift/finding.js';
import type { FieldValues } from '../domain/primitives/json.js';
import type { GateTools } from './gate-sql.js';
import { closeLanes, LEASE_SECONDS, putBack, renewLeases } from './lane-sql.js';
import { unmovedRecords } from './settle-claim.js';
import type { Sql } from './sql.js';
import { SqlFindingStore } from './stores/finding-store.js';

/** What of a lease must be left when something is sent (design section 3, rule 4). */
const SEND_MARGIN_SECONDS = 30;

/** A claim that wants to send. */
export interface SendingLane {
  claim: Claim;
  attempts: readonly { attemptId: string; deliveryId: string; recordId: string; expected: FieldValues }[];
  findings: readonly FindingDraft[];
}

/**
 * Puts on record what is about to be sent, of any number of lanes of one system. What will be overwritten is on record
 * before anything is sent, so that no crash can take it along.
 * @returns for each lane within how long it must be sent; null where it is given back.
 * @throws LeaseLost for the first whose lease is gone, and nothing of this stands.
 */
export async function prepareToSend(
  { sql, newId }: GateTools,
  system: string,
  lanes: readonly SendingLane[],
): Promise<({ sendWithinMs: number } | null)[]> {
  const unmoved = await unmovedRecords(
    sql,
    lanes.map(({ claim }) => claim),
  );
  const paused = await isPaused(sql, system);
  const isBack = ({ attempts }: SendingLane): boolean =>
    paused || attempts.some(({ recordId }) => !unmoved.has(recordId));
  const going = lanes.filter((lane) => !isBack(lane));
  await giveBack(sql, system, lanes.filter(isBack));
  const drafts = going.flatMap(({ findings }) => findings);
  const known = drafts.filter(({ recordId }) => recordId !== null && unmoved.has(recordId));
  await new SqlFindingStore(sql, newId).record(system, known, 'BEFORE_WRITE');
  await storeAttempts(sql, system, going);
  // The lanes last, as `settleClaims` takes them; without the lease nothing of this stands.
  const leases = going.map(({ claim: { product, leaseToken } }) => ({ productId: product.id, leaseToken }));
  const seconds = { lease: LEASE_SECONDS, left: SEND_MARGIN_SECONDS };
  lostOf(system, going, await renewLeases(sql, system, leases, seconds));
  const window = { sendWithinMs: (LEASE_SECONDS - SEND_MARGIN_SECONDS) * 1000 };
  return lanes.map((lane) => (isBack(lane) ? null : window));
}

async function giveBack(sql: Sql, system: string, lanes: readonly SendingLane[]): Promise<void> {
  if (lanes.length === 0) return;
  await putBack(
    sql,
    lanes.flatMap(({ claim }) => claim.deliveries),
  );
  const closing = lanes.map(({ claim: { product, leaseToken } }) => {
    return { productId: product.id, notBefore: null, leaseToken };
  });
  lostOf(system, lanes, await closeLanes(sql, system, closing));
}

async function storeAttempts(sql: Sql, system: string, lanes: readonly SendingLane[]): Promise<void> {
  const rows = lanes.flatMap(({ attempts }) =>
    attempts.map(({ attemptId, deliveryId, recordId, expected }) => {
      return { id: attemptId, delivery_id: deliveryId, record_id: recordId, expected };
    }),
  );
  if (rows.length === 0) return;
  await sql.rows(
    `insert into attempt (id, delivery_id, system, record_id, expected, sent_at)
     select id, delivery_id, $2, record_id, expected, clock_timestamp()
     from jsonb_to_recordset($1::jsonb) as n(id uuid, delivery_id uuid, record_id uuid, expected jsonb)`,
    [JSON.stringify(rows), system],
  );
}

function lostOf(system: string, lanes: readonly SendingLane[], held: ReadonlySet<string>): void {
  const lost = lanes.find(({ claim }) => !held.has(claim.product.id));
  if (lost) throw new LeaseLost(system, lost.claim.product.handle);
}

/** A pause holds from when it is set: what was claimed before and is not sent yet stays unsent. */
async function isPaused(sql: Sql, system: string): Promise<boolean> {
  const rows = await sql.rows(
    `select 1 from system_hold where system = $1 and kind = 'PAUSE' and ended_at is null and until > clock_timestamp()`,
    [system],
  );
  return rows.length > 0;
}
