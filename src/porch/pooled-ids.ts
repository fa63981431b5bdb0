import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Ids that one call for random bytes is good for. */
const POOL_IDS = 512;
const ID_BYTES = 16;

/**
 * A maker of UUIDs of version 7, sortable by time, each greater than the one before it (RFC 9562, 6.2, method 1). It asks
 * the system for random bytes once for many ids: an import makes several per row, and each call costs more than the id.
 */
export function pooledIds(): () => string {
  const pool = Buffer.alloc(POOL_IDS * ID_BYTES);
  let used = pool.length;
  let msecs = 0;
  let seq = 0;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const random = pool.subarray(used, used + ID_BYTES);
    used += ID_BYTES;
    const now = Date.now();
    if (now > msecs) {
      msecs = now;
      // Half of the counter's 32 bits are left to count with within the millisecond.
      seq = random.readUInt32BE(6) >>> 1;
    } else {
      seq = (seq + 1) >>> 0;
      // Never within one millisecond, but a clock that was set back may stand still for long.
      if (seq === 0) msecs += 1;
    }
    return v7({ random, msecs, seq });
  };
}
