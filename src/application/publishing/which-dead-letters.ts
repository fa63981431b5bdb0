import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import type { DeadLetter, WhichDeliveries } from '../ports/delivery-store.js';

/** Nobody means all dead letters there are without saying so. */
export function unnamed({ ids, filter }: WhichDeliveries): Problem[] {
  if ((ids !== null && ids.length > 0) || filter !== null) return [];
  return [problem('REQUIRED', 'name deliveries by id or by filter', ['ids'])];
}

/** Asked for by id, it is all of them or none: each that is no dead letter is told. */
export function notDead(ids: readonly string[] | null, found: readonly Pick<DeadLetter, 'id'>[]): Problem[] {
  const there = new Set(found.map(({ id }) => id));
  return (ids ?? []).flatMap((id, index) =>
    there.has(id) ? [] : [problem('WRONG_STATE', 'this is no dead letter', ['ids', String(index)])],
  );
}
