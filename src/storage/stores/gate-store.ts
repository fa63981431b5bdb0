import type { GateStore } from '../../application/ports/gate-store.js';
import type { Actor } from '../../domain/actor.js';
import type { HoldKind } from '../../domain/publishing/gate.js';
import { PROBED } from '../../domain/publishing/gate.js';
import type { GateTools } from '../gate-sql.js';
import { beginHold, endHolds } from '../gate-sql.js';

/** What stands between the systems and their deliveries, in one transaction. */
export class SqlGateStore implements GateStore {
  constructor(private readonly tools: GateTools) {}

  async exists(system: string): Promise<boolean> {
    const rows = await this.tools.sql.rows('select 1 from system where code = $1 for no key update', [system]);
    return rows.length > 0;
  }

  async pause(system: string, reason: string, until: Date, by: Actor): Promise<void> {
    await endHolds(this.tools, system, ['PAUSE'], by);
    await beginHold(this.tools, system, 'PAUSE', reason, until, by);
    await this.tools.wake.deliveriesDue([system], until);
  }

  async resume(system: string, by: Actor): Promise<HoldKind[]> {
    const ended = await endHolds(this.tools, system, ['PAUSE', 'AUTH', 'BREAKER'], by);
    // Whoever resumes wants it tried now: one failure more must not open the breaker again at once. How it is, is not known.
    if (ended.some((kind) => PROBED.includes(kind)))
      await this.tools.sql.rows(`update system set failures = 0, probe_at = null, health = 'UNKNOWN' where code = $1`, [
        system,
      ]);
    return ended;
  }
}
