import { ruleOf } from '../drift/source-of-truth.js';
import type { FieldChange } from '../primitives/json.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import { isOwnedElsewhere } from '../truth/matrix.js';
import type { Draft } from './draft.js';
import type { Places } from './place.js';

/**
 * Values that another system owns are changed there, and come from there (design 4.6). Whatever is created may bring a
 * first one, which holds until that system first reports one of its own; so may a baseline.
 */
export function checkOwned(draft: Draft, places: Places): Problem[] {
  const { fieldRules } = draft.world;
  if (!fieldRules || draft.options.baseline || draft.options.takesOver) return [];
  const faultsOf = (
    target: string,
    changes: readonly FieldChange[],
    prefix: string,
    place: typeof placeOf,
  ): Problem[] =>
    changes.flatMap(({ field }) => {
      const rule = ruleOf(fieldRules, `${prefix}${field}`);
      if (rule === null || !isOwnedElsewhere(rule)) return [];
      const message = `${rule.field} of ${target} is what ${rule.owner} says, by the source-of-truth matrix: change it there`;
      return [problem('FIELD_OWNED_ELSEWHERE', message, place(target, field))];
    });
  const placeOf = (code: string, field: string): string[] => places.of(code, null, [field]);
  return [
    ...[...draft.skus.values()].flatMap(({ before, after, changes }) =>
      before === null ? [] : faultsOf(after.code, changes, '', placeOf),
    ),
    ...[...draft.products.values()].flatMap(({ before, after, changes }) =>
      before === null
        ? []
        : faultsOf(after.handle, changes, 'product.', (handle, field) => places.of('', handle, [field])),
    ),
  ];
}
