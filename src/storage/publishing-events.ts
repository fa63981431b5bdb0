import type { PublishingEvent } from '../application/ports/publishing-event.js';
import type { Sql } from './sql.js';
import { SqlAlertStore } from './stores/alert-store.js';
import { appendAudit } from './stores/audit.js';

/** Tells what happened in publishing, in the transaction in which it happens. */
export type Tell = (events: readonly PublishingEvent[]) => Promise<void>;

/**
 * The one point that every event of publishing passes: the audit log, and the alerts that it raises. Nothing is told that did
 * not happen, and nothing happens untold.
 */
export function tellIn(sql: Sql, newId: () => string, onAppend: () => void = () => {}): Tell {
  return async (events) => {
    if (events.length === 0) return;
    onAppend();
    await appendAudit(
      sql,
      events.map(({ type, system, by, facts }) => ({ actor: by, type, subject: system, data: facts })),
      newId,
    );
    const alerts = events.flatMap(({ alert }) => alert ?? []);
    if (alerts.length > 0) await new SqlAlertStore(sql, newId).raise(alerts);
  };
}
