import type { Sql } from '../../sql.js';
import type { Condition } from '../keyset.js';
import { Conditions } from '../keyset.js';
import type { Face } from './face.js';
import type { Test } from './tests.js';

/** Up to so many products are named by id, and their SKUs found by index; with more, SKUs are read in order and tried. */
const NAMED_LIMIT = 1_000;

/** A condition on products, as one on their SKUs. */
export function inProducts(face: Face, test: Condition): Condition {
  return (place) => `s.product_id in (select p.id from ${face.product.from} where ${test(place)})`;
}

/**
 * Conditions on products, as tests of their SKUs that may stand in an `or` beside a condition on the SKU itself: there
 * PostgreSQL uses indexes only for values that it knows when it plans. So the products are read first, in one statement
 * for all conditions; false where no product meets one.
 */
export async function namedProducts(sql: Sql, face: Face, conditions: readonly Condition[]): Promise<Test[]> {
  // The past has no indexes to be used.
  if (conditions.length === 0 || !face.indexed) return conditions.map((condition) => inProducts(face, condition));
  const asked = new Conditions(face.values);
  const parts = conditions.map(
    (condition, index) =>
      `(select ${index} as condition, p.id from ${face.product.from} where ${condition(asked.place)} limit ${NAMED_LIMIT + 1})`,
  );
  const rows = await sql.rows<{ condition: number; id: string }>(parts.join(' union all '), asked.values);
  const found = Map.groupBy(rows, (row) => row.condition);
  return conditions.map((condition, index) => {
    const ids = (found.get(index) ?? []).map(({ id }) => id);
    if (ids.length > NAMED_LIMIT) return inProducts(face, condition);
    return ids.length > 0 && ((place) => `s.product_id = any(${place(ids)}::uuid[])`);
  });
}
