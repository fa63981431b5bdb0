import { digestDue } from '../../domain/alerts/digest-time.js';
import type { Ports } from '../ports/ports.js';

/** A worker raises it with its sweep, every ten seconds; so long after its time something keeps it. */
const LATE_MS = 5 * 60_000;

/**
 * The day, YYYY-MM-DD, whose digest should be there by now and is not: because it cannot be worked out, or because no worker
 * runs. Null where it is there, or not due yet, or where this house has none. Asks the database at most once.
 */
export async function lateDigest({
  alerting: { digestAt, zone },
  clock,
  outbox,
}: Pick<Ports, 'alerting' | 'clock' | 'outbox'>): Promise<string | null> {
  if (digestAt === null) return null;
  const now = clock.now();
  const { date, isDue } = digestDue(new Date(now.getTime() - LATE_MS), digestAt, zone);
  // Yesterday's is never due: it is not late either, once the day is over.
  if (!isDue || date !== digestDue(now, digestAt, zone).date) return null;
  const last = await outbox.lastDigest();
  return last?.key === `digest:${date}` ? null : date;
}
