import { SCHEDULED_FIELD } from '../bundle/timeline.js';
import { gtin14 } from '../catalog/gtin.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { ProposedChange } from './change.js';
import { checkOptions } from './check-options.js';
import { checkPrices } from './check-prices.js';
import { checkSuccessors } from './check-successors.js';
import type { Draft } from './draft.js';
import { placeOfField, Places } from './place.js';

/** Rules that only the whole request can break: one field twice, one GTIN twice, options, prices, successors. */
export function checkTogether(draft: Draft, changes: readonly ProposedChange[]): Problem[] {
  const places = new Places(changes);
  const place: Place = (code, field) => places.of(code, null, [field]);
  return [
    ...fieldsTwice(changes),
    ...gtinsTwice(draft, place),
    ...checkOptions(draft, places),
    ...checkPrices(draft, places),
    ...checkSuccessors(draft, places),
  ];
}

/** Where to point for a field of a SKU. */
type Place = (code: string, field: string) => string[];

function fieldsTwice(changes: readonly ProposedChange[]): Problem[] {
  /** Most targets are changed once: only of the others do the fields matter. */
  const byTarget = new Map<string, number[]>();
  for (const [index, { operation, target }] of changes.entries()) {
    const key = `${operation.startsWith('PRODUCT') ? 'PRODUCT' : 'SKU'}:${foldCode(target)}`;
    const indexes = byTarget.get(key);
    if (indexes) indexes.push(index);
    else byTarget.set(key, [index]);
  }
  const twice = [...byTarget.values()].filter(({ length }) => length > 1);
  return twice.flatMap((indexes) => fieldsTwiceAmong(changes, indexes));
}

function fieldsTwiceAmong(changes: readonly ProposedChange[], indexes: readonly number[]): Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const index of indexes) {
    const change = changes[index];
    if (!change) continue;
    for (const field of fieldsOf(change)) {
      const message = `${change.target}: ${field} is changed twice in one request`;
      const place = placeOfField(change, index, field.split(' ')[0] ?? field);
      if (seen.has(field)) problems.push(problem('DUPLICATE_CHANGE', message, place));
      seen.add(field);
    }
  }
  return problems;
}

/** Versions of a bundle that are to begin at different moments are different things to set. */
function fieldsOf({ patch }: ProposedChange): string[] {
  return Object.entries(patch).flatMap(([field, value]) =>
    field === SCHEDULED_FIELD ? Object.keys(value ?? {}).map((instant) => `${field} ${instant}`) : [field],
  );
}

function gtinsTwice(draft: Draft, place: Place): Problem[] {
  const problems: Problem[] = [];
  const mine = new Map<string, string>();
  const released = new Set(draft.skus.keys());
  for (const [folded, { after }] of draft.skus) {
    if (after.gtin === null || after.state === 'RETIRED') continue;
    const key = gtin14(after.gtin);
    const holder = draft.world.gtins.get(key);
    // A holder inside this request is judged by what the request makes of it, so that two SKUs can swap.
    const other =
      mine.get(key) ?? (holder !== undefined && holder !== folded && !released.has(holder) ? holder : undefined);
    if (other !== undefined)
      problems.push(problem('GTIN_TAKEN', `GTIN ${after.gtin} belongs to ${other}`, place(after.code, 'gtin')));
    mine.set(key, after.code);
  }
  return problems;
}
