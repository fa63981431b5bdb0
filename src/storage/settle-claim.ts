import type { Claim, Settlement } from '../application/ports/publishing-queue.js';
import { LeaseLost } from '../application/ports/publishing-queue.js';
import type { GateTools } from './gate-sql.js';
import { recordContacts } from './gate-sql.js';
import { closeLanes } from './lane-sql.js';
import { settleDeliveries } from './settle-deliveries.js';
import type { Sql } from './sql.js';
import { SqlFindingStore } from './stores/finding-store.js';

/** A claim, with what became of it. */
export interface SettledClaim {
  claim: Claim;
  settlement: Settlement;
}

/**
 * Writes down what became of claims on one system, only while their leases are still ours: all of it, or nothing.
 * @throws LeaseLost for the first whose lease is gone.
 */
export async function settleClaims(tools: GateTools, code: string, settled: readonly SettledClaim[]): Promise<void> {
  const { sql, newId } = tools;
  const claims = settled.map(({ claim }) => claim);
  const all = settled.map(({ settlement }) => settlement);
  // Records, findings, deliveries, the lanes, and the system last: in the order in which everybody else takes them, who
  // judges a record, resolves a finding or applies a request and may then open the lane.
  const unmoved = await unmovedRecords(sql, claims);
  await settleAttempts(sql, all);
  await settleRecords(sql, claims, all, unmoved);
  const findings = new SqlFindingStore(sql, newId);
  const told = Map.groupBy(
    all.flatMap((each) => each.findings),
    ({ source }) => source,
  );
  for (const [source, of] of told) {
    const drafts = of.flatMap((each) => each.drafts);
    const fresh = drafts.filter(({ recordId }) => recordId === null || unmoved.has(recordId));
    await findings.record(code, fresh, source);
  }
  await findings.close(all.flatMap(({ closings }) => closings));
  await findings.notOurs(all.flatMap(({ notOurs }) => notOurs));
  const events = await settleDeliveries(
    sql,
    code,
    all.flatMap(({ deliveries }) => deliveries),
    all.flatMap(({ brought }) => brought.filter((id) => unmoved.has(id))),
  );
  const lanes = claims.map(({ product, leaseToken }) => ({ productId: product.id, notBefore: null, leaseToken }));
  const held = await closeLanes(sql, code, lanes);
  const lost = claims.find(({ product }) => !held.has(product.id));
  if (lost) throw new LeaseLost(code, lost.product.handle);
  await recordContacts(
    tools,
    code,
    settled.flatMap(({ claim, settlement: { contact, why } }) =>
      contact === null ? [] : [{ contact, why, since: claim.claimedAt }],
    ),
  );
  await tools.tell(events);
}

async function settleAttempts(sql: Sql, settlements: readonly Settlement[]): Promise<void> {
  const attempts = settlements.flatMap((each) => each.attempts);
  const unheard = settlements.flatMap((each) => each.unheard);
  // A write is stored before it is sent, and may be sent long after: what counts is the latest that it can have been.
  if (unheard.length > 0) {
    await sql.rows('update attempt set sent_at = clock_timestamp() where id = any($1) and settled_at is null', [
      unheard,
    ]);
  }
  if (attempts.length === 0) return;
  await sql.rows(
    `update attempt a set settled_at = clock_timestamp(), outcome = n.outcome
     from jsonb_to_recordset($1::jsonb) as n(id uuid, outcome text)
     where a.id = n.id and a.id = any($2) and a.settled_at is null`,
    [
      JSON.stringify(attempts.map(({ attemptId, outcome }) => ({ id: attemptId, outcome }))),
      attempts.map(({ attemptId }) => attemptId),
    ],
  );
}

/**
 * Records of claims that are as the claims read them, locked. What somebody else moved meanwhile (an adoption that was
 * applied, a creation that was allowed) is news that our older look must not undo.
 */
export async function unmovedRecords(sql: Sql, claims: readonly Claim[]): Promise<Set<string>> {
  const rows = claims.flatMap(({ records }) =>
    records.map(({ id, match, externalId, published }) => ({ id, match, external_id: externalId, published })),
  );
  const same = await sql.rows<{ id: string }>(
    `select r.id from record r join jsonb_to_recordset($1::jsonb) as n(id uuid, match text, external_id text, published jsonb)
       on n.id = r.id
     where r.match = n.match and r.external_id is not distinct from n.external_id and r.published is not distinct from n.published
     order by r.id for no key update of r`,
    [JSON.stringify(rows)],
  );
  return new Set(same.map(({ id }) => id));
}

/** Which revision is out is what was brought last; a record that is not there, or was moved, is told nothing. */
async function settleRecords(
  sql: Sql,
  claims: readonly Claim[],
  settlements: readonly Settlement[],
  unmoved: ReadonlySet<string>,
): Promise<void> {
  const kept = settlements.flatMap(({ records }) => records.filter(({ recordId }) => unmoved.has(recordId)));
  if (kept.length === 0) return;
  const brought = new Map(
    settlements.flatMap(({ deliveries }, at) =>
      deliveries.flatMap(({ deliveryId, revision, outcome }) => {
        const of = outcome.kind === 'DELIVERED' && claims[at]?.deliveries.find(({ id }) => id === deliveryId);
        return of ? [[of.recordId, revision] as const] : [];
      }),
    ),
  );
  const rows = kept.map((each) => ({
    id: each.recordId,
    external_id: each.externalId,
    root_id: each.root?.externalId ?? null,
    root_code: each.root?.code ?? null,
    match: each.match,
    published: each.published,
    observed: each.observed,
    in_sync: each.inSync,
    revision: brought.get(each.recordId) ?? null,
  }));
  // One update of a row, not two: the second one in a transaction has all its foreign keys checked once more.
  await sql.rows(
    `update record r set external_id = n.external_id, root_id = n.root_id, root_code = n.root_code, match = n.match,
       published = n.published, observed = n.observed, in_sync = n.in_sync, observed_at = clock_timestamp(),
       compared_at = clock_timestamp(), published_at = clock_timestamp(),
       published_revision = case when n.external_id is null then r.published_revision
         else greatest(r.published_revision, n.revision) end
     from jsonb_to_recordset($1::jsonb) as n(id uuid, external_id text, root_id text, root_code text, match text,
       published jsonb, observed jsonb, in_sync boolean, revision int) where r.id = n.id`,
    [JSON.stringify(rows)],
  );
}
