import Big from 'big.js';
import type { Weight, WeightUnit } from '../catalog/sku.js';
import { GRAMS_PER_UNIT } from '../catalog/sku.js';

/** What of one exploded component its bundle's figures are made from; null where nobody has told it. */
export interface ComponentFigures {
  quantity: number;
  cost: string | null;
  price: string | null;
  weight: Weight | null;
  /** Units on hand as the ERP last reported them. */
  onHand: string | null;
}

/** Figures of a bundle, derived from its exploded components; null where a component lacks the figure, never zero. */
export interface RollUp {
  cost: string | null;
  weight: Weight | null;
  componentPriceTotal: string | null;
  /** What the buyer saves against buying the components; below zero where the bundle is dearer. */
  savings: string | null;
  /** Units that could be built from what is on hand. */
  buildable: number | null;
}

/** Weights of different units are summed in grams, and rounded once, to the microgram: no scale shows less. */
const GRAM_PLACES = 6;
/** The largest whole number of a GraphQL Int: more units than that nobody builds. */
const INT_LIMIT = 2_147_483_647;

/**
 * The figures of a bundle. Sums are exact decimals of whatever length.
 * @param price of the bundle itself.
 */
export function rollUp(components: readonly ComponentFigures[], price: string | null): RollUp {
  const total = sumOf(components.map((each) => times(each.price, each.quantity)));
  const cost = sumOf(components.map((each) => times(each.cost, each.quantity)));
  return {
    cost: cost && money(cost),
    weight: weightOf(components),
    componentPriceTotal: total && money(total),
    savings: total && price !== null ? money(total.minus(price)) : null,
    buildable: buildableOf(components),
  };
}

function times(amount: string | null, quantity: number): Big | null {
  return amount === null ? null : new Big(amount).times(quantity);
}

/** Null as soon as one part is: a sum of what is known would be taken for the whole. */
function sumOf(parts: readonly (Big | null)[]): Big | null {
  let sum = new Big(0);
  for (const part of parts) {
    if (!part) return null;
    sum = sum.plus(part);
  }
  return parts.length === 0 ? null : sum;
}

/** At least two places, as people write money, and more where the sum has more. */
function money(amount: Big): string {
  const text = amount.toFixed();
  const places = text.split('.')[1]?.length ?? 0;
  return places < 2 ? amount.toFixed(2) : text;
}

/** In the unit that all components share, else in grams. */
function weightOf(components: readonly ComponentFigures[]): Weight | null {
  const units = new Set<WeightUnit | null>(components.map(({ weight }) => weight?.unit ?? null));
  const [only] = units;
  const shared = units.size === 1 ? (only ?? null) : null;
  const parts = components.map(({ weight, quantity }) => {
    if (!weight) return null;
    const value = new Big(weight.value).times(quantity);
    return shared === null ? value.times(GRAMS_PER_UNIT[weight.unit]) : value;
  });
  const sum = sumOf(parts);
  if (!sum) return null;
  if (shared !== null) return { value: sum.toFixed(), unit: shared };
  return { value: sum.round(GRAM_PLACES, Big.roundHalfUp).toFixed(), unit: 'GRAMS' };
}

/** As many as the scarcest component allows; what was sold beyond the stock allows none. */
function buildableOf(components: readonly ComponentFigures[]): number | null {
  let least: number | null = null;
  for (const { onHand, quantity } of components) {
    if (onHand === null) return null;
    const units = new Big(onHand).div(quantity).round(0, Big.roundDown);
    const built = units.lte(0) ? 0 : units.gt(INT_LIMIT) ? INT_LIMIT : units.toNumber();
    least = least === null ? built : Math.min(least, built);
  }
  return least;
}
