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

/** Columns of SkuRow, of `sku s`: what only indexes and conditions need stays in the database. */
export const SKU_COLUMNS = `s.id, s.code, s.kind, s.state, s.product_id, s.revision, s.title, s.option_values, s.gtin, s.price,
  s.compare_at_price, s.cost, s.weight_value, s.weight_unit, s.hs_code, s.country_of_origin, s.requires_shipping, s.taxable,
  s.tax_code, s.unit_of_measure, s.attributes, s.successor, s.listed_in, s.system_values, s.created_at, s.updated_at`;

/** Columns of ProductRow, of `product p`. */
export const PRODUCT_COLUMNS = `p.id, p.handle, p.revision, p.title, p.vendor, p.product_type, p.category, p.tags,
  p.option_names, p.attributes, p.created_at, p.updated_at`;

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
