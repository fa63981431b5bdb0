import { SENT_KEPT_DAYS } from '../../domain/alerts/alert.js';
import type { Ports } from '../ports/ports.js';

/** Once an hour is often enough for what is a quarter old. */
const EVERY_MS = 3_600_000;

/**
 * Removes alerts that were sent a quarter ago; at most once an hour in one process.
 * @param before when this process last did, null: never.
 * @returns when it last did, by now.
 */
export async function forgetAlerts(ports: Ports, before: Date | null): Promise<Date> {
  const now = ports.clock.now();
  if (before !== null && now.getTime() - before.getTime() < EVERY_MS) return before;
  const forgotten = await ports.outbox.forgetSent(SENT_KEPT_DAYS);
  if (forgotten > 0) ports.log('info', 'alerts that were sent long ago are removed', { alerts: forgotten });
  return now;
}
