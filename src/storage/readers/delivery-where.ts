import type { DeliveryQuery } from '../../application/ports/operations-reader.js';
import { foldCode } from '../../domain/primitives/text.js';

export interface Where {
  text: string;
  values: unknown[];
}

/** The WHERE of a delivery filter over alias `d`, its values numbered from `$first` on. */
export function deliveryWhere(query: DeliveryQuery, first: number): Where {
  const parts: string[] = [];
  const values: unknown[] = [];
  const add = (text: (place: string) => string, value: unknown): void => {
    if (value === null || value === undefined) return;
    values.push(value);
    parts.push(text(`$${first + values.length - 1}`));
  };
  add((place) => `d.system = ${place}`, query.system);
  add((place) => `d.state = any(${place}::text[])`, query.states);
  add((place) => `lower(d.target) = ${place}`, query.target ? foldCode(query.target) : null);
  add((place) => `d.last_error->>'class' = ${place}`, query.errorClass);
  add((place) => `coalesce(d.state = 'DEAD_LETTERED' and d.due_at < now(), false) = ${place}`, query.overdue);
  add(
    (place) =>
      `d.change_request_id = (select id from change_request where id::text = ${place} or 'CR-' || number = ${place})`,
    query.changeRequest,
  );
  add((place) => `d.system || ':' || coalesce(d.cause, '') = ${place} and d.state = 'DEAD_LETTERED'`, query.group);
  add(
    (place) => `d.assignee_id = (select id from party where code_folded = ${place})`,
    query.assignee ? foldCode(query.assignee) : null,
  );
  return { text: parts.length > 0 ? parts.join(' and ') : 'true', values };
}
