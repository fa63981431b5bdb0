import type { FieldValues, Json } from '../primitives/json.js';
import { decimalText, multiplyDecimals, roundDecimal } from '../primitives/decimal.js';
import type { LifecycleState } from './lifecycle.js';

export const WEIGHT_UNITS = ['GRAMS', 'KILOGRAMS', 'OUNCES', 'POUNDS'] as const;
export type WeightUnit = (typeof WEIGHT_UNITS)[number];

export interface Weight {
  /** Exact decimal, at least 0. */
  value: string;
  unit: WeightUnit;
}

export interface OptionValue {
  name: string;
  value: string;
}

/** An intended difference: what one system shows instead of the master's own value. */
export interface SystemValue {
  system: string;
  price: string | null;
  compareAtPrice: string | null;
}

export type SkuKind = 'SIMPLE' | 'BUNDLE';

/** What of a SKU people decide; a revision's snapshot holds just this. Money and measures are exact decimals as text. */
export interface SkuContent {
  state: LifecycleState;
  title: string;
  optionValues: OptionValue[];
  gtin: string | null;
  price: string | null;
  compareAtPrice: string | null;
  cost: string | null;
  weight: Weight | null;
  hsCode: string | null;
  countryOfOrigin: string | null;
  requiresShipping: boolean;
  taxable: boolean;
  taxCode: string | null;
  unitOfMeasure: string | null;
  attributes: Record<string, Json>;
  /** Code of the SKU that takes this one's place. */
  successor: string | null;
  /** Codes of the systems that it is to be in. */
  listedIn: string[];
  systemValues: SystemValue[];
}

/** The sellable variant. `code` is unique for ever and never changes. */
export interface Sku extends SkuContent {
  id: string;
  code: string;
  kind: SkuKind;
  productId: string;
  revision: number;
  createdAt: Date;
  updatedAt: Date;
  /** The instant as of which it is told; absent where it is told as it is now. */
  asOf?: Date;
}

/** International avoirdupois ounce and pound in grams, exact by definition (1959 agreement). */
export const GRAMS_PER_UNIT: Readonly<Record<WeightUnit, string>> = {
  GRAMS: '1',
  KILOGRAMS: '1000',
  OUNCES: '28.349523125',
  POUNDS: '453.59237',
};

/** No scale weighs less than a microgram; exact products of ounces and pounds have more places than a decimal may. */
const GRAM_PLACES = 6;

/** A weight in grams as decimal text, to the microgram. */
export function weightInGrams(weight: Weight): string {
  return decimalText(roundDecimal(multiplyDecimals(weight.value, GRAMS_PER_UNIT[weight.unit]), GRAM_PLACES));
}

/** What a revision keeps of a SKU: everything but when and which revision it was, which the revision itself says. */
export type SkuState = SkuContent & Pick<Sku, 'code' | 'kind' | 'productId'>;

/** The SKU as JSON by field name: the form in which revisions keep it and changes are compared. */
export function skuSnapshot(sku: SkuState): FieldValues {
  return {
    code: sku.code,
    kind: sku.kind,
    productId: sku.productId,
    state: sku.state,
    title: sku.title,
    optionValues: sku.optionValues.map(({ name, value }) => ({ name, value })),
    gtin: sku.gtin,
    price: sku.price,
    compareAtPrice: sku.compareAtPrice,
    cost: sku.cost,
    weight: sku.weight && { value: sku.weight.value, unit: sku.weight.unit },
    hsCode: sku.hsCode,
    countryOfOrigin: sku.countryOfOrigin,
    requiresShipping: sku.requiresShipping,
    taxable: sku.taxable,
    taxCode: sku.taxCode,
    unitOfMeasure: sku.unitOfMeasure,
    attributes: sku.attributes,
    successor: sku.successor,
    listedIn: sku.listedIn,
    systemValues: sku.systemValues.map(({ system, price, compareAtPrice }) => ({ system, price, compareAtPrice })),
  };
}
