import type { Actor } from '../../domain/actor.js';
import type { HoldKind } from '../../domain/publishing/gate.js';

/** What stands between the systems and their deliveries, in one transaction. */
export interface GateStore {
  /** Is there such a system? It is locked then: who changes what holds it waits for who does already. */
  exists(system: string): Promise<boolean>;
  /**
   * Nothing is sent to the system until then, in the place of a pause that was on; exchanges that are under way end.
   * `until` is by the database's clock, and later than now.
   */
  pause(system: string, reason: string, until: Date, by: Actor): Promise<void>;
  /** Ends whatever holds the system: a pause, a refused key, an open breaker. Answers what it ended. */
  resume(system: string, by: Actor): Promise<HoldKind[]>;
}
