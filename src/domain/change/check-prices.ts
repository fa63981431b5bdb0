import type { SkuContent } from '../catalog/sku.js';
import { compareDecimals, decimalPlaces } from '../primitives/decimal.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { Draft, PlannedSku, World } from './draft.js';
import type { Places } from './place.js';

const AMOUNTS = ['price', 'compareAtPrice'] as const;
/** Fields that say what a store shows as prices, or whether it shows any. */
const SAYING = new Set<string>([...AMOUNTS, 'systemValues', 'listedIn']);

type Store = World['stores'][number];

/** An amount that a store shows, and which field of the SKU says it. */
interface Shown {
  amount: string;
  path: string[];
}

/**
 * Prices as the stores will show them: above one another as shoppers expect, and in no more decimals than there are. Only
 * what the request makes a store show is judged: a price that was taken over as it was does not block other work.
 */
export function checkPrices(draft: Draft, places: Places): Problem[] {
  const touched = [...draft.skus.values()].filter(({ changes }) => changes.some(({ field }) => SAYING.has(field)));
  return [
    ...touched.flatMap((planned) => masterClash(planned, places)),
    ...(draft.options.baseline ? [] : touched.flatMap((planned) => inStores(draft.world.stores, planned, places))),
  ];
}

/** What a baseline takes over is as it is: prices that a store will show otherwise are told, and taken. */
export function pricesNoted(draft: Draft, places: Places): Problem[] {
  if (!draft.options.baseline || draft.world.stores.length === 0) return [];
  const created = [...draft.skus.values()].filter(({ before }) => before === null);
  return created.flatMap((planned) => inStores(draft.world.stores, planned, places));
}

function masterClash({ after, changes }: PlannedSku, places: Places): Problem[] {
  const isSaid = changes.some(({ field }) => field === 'price' || field === 'compareAtPrice');
  const { price, compareAtPrice } = after;
  if (!isSaid || !isClash(price, compareAtPrice)) return [];
  const message = `compareAtPrice ${compareAtPrice} is not above price ${price}`;
  return [problem('INVALID_FORMAT', message, places.of(after.code, null, ['compareAtPrice']))];
}

function isClash(price: string | null, compareAtPrice: string | null): boolean {
  return price !== null && compareAtPrice !== null && compareDecimals(compareAtPrice, price) <= 0;
}

/**
 * A store shows no more decimals than its currency has, and rounds what has more: it is refused before approval, not
 * found as drift after the push (design 4.6, PRICE_SCALE).
 */
function inStores(stores: readonly Store[], { before, after, changes }: PlannedSku, places: Places): Problem[] {
  const said = new Set<string>(changes.map(({ field }) => field));
  const told = new Set<string>();
  return stores.flatMap((store) => {
    const was = before ? shownIn(store, before) : NOTHING;
    const is = shownIn(store, after);
    const isNew = (field: (typeof AMOUNTS)[number]): boolean =>
      is[field] !== null && is[field].amount !== was[field]?.amount;
    const problems = AMOUNTS.flatMap((field) => {
      const shown = is[field];
      if (shown === null || !isNew(field) || decimalPlaces(shown.amount) <= store.digits) return [];
      const place = placeOf(after.code, shown, said, places);
      // One price that several stores cannot show is one thing to mend.
      const key = place.join(' ');
      if (told.has(key)) return [];
      told.add(key);
      const message = `${shown.amount} has more decimal places than the ${store.digits} that ${store.code} shows`;
      return [problem('PRICE_SCALE', message, place)];
    });
    const { price, compareAtPrice } = is;
    const isOwn = price?.path[0] === 'systemValues' || compareAtPrice?.path[0] === 'systemValues';
    const isTouched = isNew('price') || isNew('compareAtPrice');
    if (!price || !compareAtPrice || !isOwn || !isTouched || !isClash(price.amount, compareAtPrice.amount))
      return problems;
    const message = `in ${store.code}, compareAtPrice ${compareAtPrice.amount} is not above price ${price.amount}`;
    return [...problems, problem('INVALID_FORMAT', message, placeOf(after.code, compareAtPrice, said, places))];
  });
}

const NOTHING: Readonly<Record<(typeof AMOUNTS)[number], Shown | null>> = { price: null, compareAtPrice: null };

/** As the projection has it: a store's own values, else the master's where the currency is the same; never converted. */
function shownIn(
  store: Store,
  sku: Pick<SkuContent, 'listedIn' | 'systemValues' | (typeof AMOUNTS)[number]>,
): typeof NOTHING {
  if (!sku.listedIn.includes(store.code)) return NOTHING;
  const own = sku.systemValues.find(({ system }) => system === store.code);
  const ownAmount = (field: (typeof AMOUNTS)[number]): Shown | null => {
    const amount = own?.[field] ?? null;
    return amount === null ? null : { amount, path: ['systemValues', store.code, field] };
  };
  const masters = (field: (typeof AMOUNTS)[number]): Shown | null => {
    const amount = store.isMasterCurrency ? sku[field] : null;
    return amount === null ? null : { amount, path: [field] };
  };
  return {
    price: ownAmount('price') ?? masters('price'),
    compareAtPrice: own ? ownAmount('compareAtPrice') : masters('compareAtPrice'),
  };
}

/** Where the amount is said; or, where the request leaves it as it is, what makes the store show it. */
function placeOf(code: string, { path }: Shown, said: ReadonlySet<string>, places: Places): string[] {
  const [field = 'price', ...rest] = path;
  if (said.has(field)) return [...places.of(code, null, [field]), ...rest];
  return places.of(code, null, [said.has('listedIn') ? 'listedIn' : 'systemValues', ...AMOUNTS]);
}
