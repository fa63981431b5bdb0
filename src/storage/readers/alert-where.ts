import type { AlertQuery, AlertView } from '../../application/ports/alert-store.js';
import { foldCode } from '../../domain/primitives/text.js';
import { Conditions } from './keyset.js';

/** Columns of an alert as it is shown; its key and its lease are nobody's business. */
export const ALERT_COLUMNS = `a.id, a.kind, a.system, a.subject, a.title, a.body, a.groups, a.raised_at as "raisedAt", a.state,
  a.attempts, a.next_attempt_at as "nextAttemptAt", a.last_error as "lastError", a.sent_at as "sentAt"`;

export type AlertRow = AlertView;

/** What a filter asks for, over `alert a`. */
export function alertConditions(query: AlertQuery): Conditions {
  return new Conditions()
    .add(query.states, (place) => `a.state = any(${place}::text[])`)
    .add(query.kinds, (place) => `a.kind = any(${place}::text[])`)
    .add(query.system, (place) => `a.system = ${place}`)
    .add(query.raisedAfter, (place) => `a.raised_at > ${place}`)
    .add(query.owner ? foldCode(query.owner) : null, (place) => {
      return `a.owner_ids && array(select p.id from party p where p.code_folded = ${place})`;
    });
}
