import type { Ports } from '../../ports/ports.js';

/** The last time that keys were looked through, by process: once an hour is often enough for what is ignored anyway. */
const EVERY_MS = 3_600_000;
const lastOf = new WeakMap<Ports, number>();

/** Removes idempotency keys that are older than 72 hours; at most once an hour in one process. */
export async function forgetKeys(ports: Ports): Promise<void> {
  const now = ports.clock.now().getTime();
  if (now - (lastOf.get(ports) ?? -Infinity) < EVERY_MS) return;
  lastOf.set(ports, now);
  await ports.work.run((stores) => stores.requests.forgetIdempotency());
}
