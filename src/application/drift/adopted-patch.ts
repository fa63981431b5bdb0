import { readProductFields } from '../../domain/catalog/read-product-fields.js';
import { readSkuFields } from '../../domain/catalog/read-sku-fields.js';
import type { FieldValues, Json } from '../../domain/primitives/json.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem } from '../../domain/problem.js';

/**
 * The canonical value of what was found, checked like anybody's input: a system may hold what the master refuses.
 * @param field canonical name, `product.title` or `price`.
 */
export function adoptedPatch(field: string, found: Json): Outcome<FieldValues> {
  const name = field.replace(/^product\./, '');
  const read = field.startsWith('product.')
    ? readProductFields({ [name]: found })
    : readSkuFields({ [name]: inMaster(name, found) }, []);
  if (read.problems.length > 0) return { ok: false, problems: read.problems };
  if (!(name in read.patch)) {
    return { ok: false, problems: [problem('NOT_RESOLVABLE_HERE', `${field} cannot be taken into the master`)] };
  }
  return accepted({ ...read.patch } as unknown as FieldValues);
}

/** Weights are compared in grams and kept with a unit. */
function inMaster(name: string, found: Json): Json {
  return name === 'weight' && typeof found === 'string' ? { value: found, unit: 'GRAMS' } : found;
}
