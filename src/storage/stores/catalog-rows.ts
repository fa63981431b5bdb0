import type { Product } from '../../domain/catalog/product.js';
import type { OptionValue, Sku, SystemValue, WeightUnit } from '../../domain/catalog/sku.js';
import { moneyText, decimalText } from '../../domain/primitives/decimal.js';
import type { Json } from '../../domain/primitives/json.js';

/** A row of `sku` as PostgreSQL answers it: numerics as text. */
export interface SkuRow {
  id: string;
  code: string;
  kind: Sku['kind'];
  state: Sku['state'];
  product_id: string;
  revision: number;
  title: string;
  option_values: OptionValue[];
  gtin: string | null;
  price: string | null;
  compare_at_price: string | null;
  cost: string | null;
  weight_value: string | null;
  weight_unit: WeightUnit | null;
  hs_code: string | null;
  country_of_origin: string | null;
  requires_shipping: boolean;
  taxable: boolean;
  tax_code: string | null;
  unit_of_measure: string | null;
  attributes: Record<string, Json>;
  successor: string | null;
  listed_in: string[];
  system_values: SystemValue[];
  created_at: Date;
  updated_at: Date;
}

export interface ProductRow {
  id: string;
  handle: string;
  revision: number;
  title: string;
  vendor: string | null;
  product_type: string | null;
  category: string | null;
  tags: string[];
  option_names: string[];
  attributes: Record<string, Json>;
  created_at: Date;
  updated_at: Date;
}

export function skuOf(row: SkuRow): Sku {
  const money = (text: string | null): string | null => (text === null ? null : moneyText(text));
  return {
    id: row.id,
    code: row.code,
    kind: row.kind,
    state: row.state,
    productId: row.product_id,
    revision: row.revision,
    title: row.title,
    optionValues: row.option_values,
    gtin: row.gtin,
    price: money(row.price),
    compareAtPrice: money(row.compare_at_price),
    cost: money(row.cost),
    weight:
      row.weight_value === null || row.weight_unit === null
        ? null
        : { value: decimalText(row.weight_value), unit: row.weight_unit },
    hsCode: row.hs_code,
    countryOfOrigin: row.country_of_origin,
    requiresShipping: row.requires_shipping,
    taxable: row.taxable,
    taxCode: row.tax_code,
    unitOfMeasure: row.unit_of_measure,
    attributes: row.attributes,
    successor: row.successor,
    listedIn: row.listed_in,
    systemValues: row.system_values,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function productOf(row: ProductRow): Product {
  return {
    id: row.id,
    handle: row.handle,
    revision: row.revision,
    title: row.title,
    vendor: row.vendor,
    productType: row.product_type,
    category: row.category,
    tags: row.tags,
    optionNames: row.option_names,
    attributes: row.attributes,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
