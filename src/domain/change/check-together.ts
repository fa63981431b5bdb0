import { SCHEDULED_FIELD } from '../bundle/timeline.js';
import { gtin14 } from '../catalog/gtin.js';
import type { Sku } from '../catalog/sku.js';
import { compareDecimals, decimalPlaces } from '../primitives/decimal.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { ProposedChange } from './change.js';
import type { Draft, PlannedSku } from './draft.js';
import { placeOfField, Places } from './place.js';

const VARIANT_LIMIT = 2048;

/** Rules that only the whole request can break: one field twice, one GTIN twice, one option tuple twice, too many variants. */
export function checkTogether(draft: Draft, changes: readonly ProposedChange[]): Problem[] {
  const places = new Places(changes);
  const place: Place = (code, field) => places.of(code, null, [field]);
  return [
    ...fieldsTwice(changes),
    ...gtinsTwice(draft, place),
    ...optionsTwice(draft, place),
    ...pricesAgree(draft, place),
    ...pricesFit(draft, place),
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

/** One text per option tuple, compared without case as Shopify does. */
export function optionKey(options: Sku['optionValues']): string {
  return options.map(({ value }) => foldCode(value)).join('\u001f');
}

function optionsTwice(draft: Draft, place: Place): Problem[] {
  const problems: Problem[] = [];
  const byProduct = Map.groupBy(draft.skus.values(), ({ after }) => after.productId);
  for (const [productId, mine] of byProduct) {
    const present: readonly { code: string; optionValues: Sku['optionValues'] }[] =
      draft.world.siblings.get(productId) ?? [];
    const untouched = present.filter((sku) => !draft.skus.has(foldCode(sku.code)));
    const taken = new Map(untouched.map((sku) => [optionKey(sku.optionValues), sku.code]));
    for (const { after } of mine) {
      const key = optionKey(after.optionValues);
      const other = taken.get(key);
      if (other !== undefined) {
        const tuple = after.optionValues.map(({ value }) => value).join(' / ') || 'no options';
        problems.push(
          problem('OPTIONS_TAKEN', `${other} has the options ${tuple} already`, place(after.code, 'optionValues')),
        );
      }
      taken.set(key, after.code);
    }
    if (untouched.length + mine.length > VARIANT_LIMIT) {
      problems.push(problem('TOO_MANY', `a product has at most ${VARIANT_LIMIT} variants`, ['changes']));
    }
  }
  return problems;
}

function pricesAgree(draft: Draft, place: Place): Problem[] {
  return [...draft.skus.values()]
    .filter(pricesClash)
    .map(({ after }) =>
      problem(
        'INVALID_FORMAT',
        `compareAtPrice ${after.compareAtPrice} is not above price ${after.price}`,
        place(after.code, 'compareAtPrice'),
      ),
    );
}

/** Only what the request touches is judged: a price that was taken over as it was does not block other work. */
function pricesClash({ after, changes }: PlannedSku): boolean {
  const touched = changes.some(({ field }) => field === 'price' || field === 'compareAtPrice');
  return (
    touched &&
    after.price !== null &&
    after.compareAtPrice !== null &&
    compareDecimals(after.compareAtPrice, after.price) <= 0
  );
}

/**
 * A store shows no more decimals than its currency has, and rounds what has more: it is refused before approval, not
 * found as drift after the push (design 4.6, PRICE_SCALE).
 */
function pricesFit(draft: Draft, place: Place): Problem[] {
  // What a baseline takes over is as it is; it is compared, and found where a store shows something else.
  if (draft.options.baseline) return [];
  return [...draft.skus.values()].flatMap(({ after, changes }) =>
    changes.flatMap(({ field, to }) => {
      if ((field !== 'price' && field !== 'compareAtPrice') || typeof to !== 'string') return [];
      const stores = draft.world.stores.filter(({ code }) => after.listedIn.includes(code));
      const strict = stores.find(({ digits }) => decimalPlaces(to) > digits);
      if (!strict) return [];
      const message = `${to} has more decimal places than the ${strict.digits} that ${strict.code} shows`;
      return [problem('PRICE_SCALE', message, place(after.code, field))];
    }),
  );
}
