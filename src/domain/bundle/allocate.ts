import Big from 'big.js';
import { decimalPlaces } from '../primitives/decimal.js';

/** How the price of a bundle is spread over what is in it: by what its components cost a buyer, or the house, or as somebody fixed it. */
export const ALLOCATION_METHODS = ['PRICE_SHARE', 'COST_SHARE', 'FIXED'] as const;
export type AllocationMethod = (typeof ALLOCATION_METHODS)[number];

/** One exploded component. */
export interface AllocationLine {
  code: string;
  quantity: number;
  price: string | null;
  cost: string | null;
  /** What is fixed for all of its units together; null where nothing is. */
  fixed: string | null;
}

/** What each line has of the price, for all of its units together, in the order of the lines; or why there is none. */
export type Allocation = { amounts: string[]; reason: null } | { amounts: null; reason: string };

/** Amounts of money have at least cents. */
const CENTS = 2;

/**
 * Spreads the price of a bundle over its components, so that the amounts add up to it exactly: shares are rounded down to
 * cents, or to as many places as the price itself has, and what is left goes, one by one, to the lines that lost most by
 * that, the earlier first (largest remainder).
 * A figure that is missing gives no allocation, never a guess.
 */
export function allocate(price: string | null, lines: readonly AllocationLine[], method: AllocationMethod): Allocation {
  if (price === null) return none('the bundle has no price');
  if (lines.length === 0) return none('the bundle has no components');
  if (method === 'FIXED') return fixed(price, lines);
  const key = method === 'PRICE_SHARE' ? 'price' : 'cost';
  const lacking = lines.filter((line) => line[key] === null).map(({ code }) => code);
  if (lacking.length > 0) return none(`without a ${key}: ${lacking.join(', ')}`);
  const weights = lines.map((line) => new Big(line[key] ?? 0).times(line.quantity));
  const total = weights.reduce((sum, each) => sum.plus(each), new Big(0));
  if (total.eq(0)) return none(`the components have a ${key} of 0 together, by which nothing can be shared`);
  return shared(new Big(price), weights, total);
}

function shared(price: Big, weights: readonly Big[], total: Big): Allocation {
  const places = Math.max(CENTS, decimalPlaces(price.toFixed()));
  const unit = new Big(10).pow(places);
  const units = price.times(unit);
  // Whole numbers throughout: a division would round what is compared below.
  const scaled = weights.map((weight) => wholeOf(weight, weights));
  const whole = wholeOf(total, weights);
  const parts = scaled.map((weight) => {
    const product = units.times(weight);
    const rest = product.mod(whole);
    return { units: product.minus(rest).div(whole), rest };
  });
  const given = parts.reduce((sum, part) => sum.plus(part.units), new Big(0));
  const left = Number(units.minus(given).toFixed());
  const lucky = new Set(
    parts
      .map(({ rest }, index) => ({ rest, index }))
      .sort((a, b) => b.rest.cmp(a.rest) || a.index - b.index)
      .slice(0, left)
      .map(({ index }) => index),
  );
  const amounts = parts.map((part, index) =>
    part.units
      .plus(lucky.has(index) ? 1 : 0)
      .div(unit)
      .toFixed(places),
  );
  return { amounts, reason: null };
}

/** A weight as a whole number, in the smallest unit that any of them needs. */
function wholeOf(weight: Big, weights: readonly Big[]): Big {
  const places = Math.max(...weights.map((each) => decimalPlaces(each.toFixed())));
  return weight.times(new Big(10).pow(places));
}

function fixed(price: string, lines: readonly AllocationLine[]): Allocation {
  const lacking = lines.filter((line) => line.fixed === null).map(({ code }) => code);
  if (lacking.length > 0) return none(`without a fixed amount: ${lacking.join(', ')}`);
  const amounts = lines.map((line) => new Big(line.fixed ?? 0));
  const sum = amounts.reduce((all, each) => all.plus(each), new Big(0));
  if (!sum.eq(price))
    return none(`the fixed amounts add up to ${money(sum)}, and the price is ${money(new Big(price))}`);
  return { amounts: amounts.map(money), reason: null };
}

function money(amount: Big): string {
  const text = amount.toFixed();
  return decimalPlaces(text) < CENTS ? amount.toFixed(CENTS) : text;
}

function none(reason: string): Allocation {
  return { amounts: null, reason };
}
