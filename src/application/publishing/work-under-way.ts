import type { FieldValues } from '../../domain/primitives/json.js';
import type { DeliveryFault } from '../../domain/publishing/system.js';
import type { Connector } from '../ports/connector.js';
import type { Claim, LaneRecord } from '../ports/publishing-queue.js';

/** A system's own work that is still going on after this long is taken for lost: what it left behind is what a read shows. */
const LONGEST_WORK_SECONDS = 3_600;
const ASK_AGAIN_SECONDS = 5;

/**
 * Why a lane has to wait, or null: a write of ours that was not settled, because it took too long or its process died,
 * began work that the system still goes on with. Until that ends nothing that is read is the outcome, and whatever is sent
 * may be undone by it (design section 3, rule 6).
 */
export async function workUnderWay(claim: Claim, connector: Connector): Promise<DeliveryFault | null> {
  const unsettled = claim.records.flatMap((record) => record.unsettled);
  const operations = unsettled.flatMap(({ operation, ageSeconds }) =>
    operation !== null && ageSeconds < LONGEST_WORK_SECONDS ? [operation] : [],
  );
  if (operations.length === 0 || !connector.stillRunning) return null;
  const running = await connector.stillRunning([...new Set(operations)]);
  if (running.length === 0) return null;
  const message = `${claim.system.code} still works on what was sent before: ${running.join(', ')}`;
  const told = { code: 'OPERATION_PENDING', message, retryAfterSeconds: ASK_AGAIN_SECONDS, raw: null };
  return { ...told, class: 'TRANSIENT', ambiguous: false };
}

/**
 * Seconds since the latest write of these records of which nothing at all is known; null where there is none. One whose
 * work has a name is not meant: that has ended, and a read tells what it did.
 */
export function unsettledSeconds(records: readonly LaneRecord[]): number | null {
  const ages = records.flatMap(({ unsettled }) =>
    unsettled.flatMap(({ operation, ageSeconds }) => (operation === null ? [ageSeconds] : [])),
  );
  return ages.length > 0 ? Math.min(...ages) : null;
}

/**
 * B of a record. What the system itself sets anew while it takes what a bundle is made of counts as published as long as
 * that write of ours is not settled: it is news to be written over, and no difference that somebody made.
 */
export function publishedOf(record: LaneRecord, observed: FieldValues, connector: Connector): FieldValues | null {
  const { published, unsettled } = record;
  if (!published || !unsettled.some(({ expected }) => 'bundle.components' in expected)) return published;
  const reset = connector.capabilities.resetByComposing.filter((field) => field in observed);
  return { ...published, ...Object.fromEntries(reset.map((field) => [field, observed[field] ?? null])) };
}
