import { ControlRefusal } from '../../loopback-server.js';
import type { ExportProduct, ExportVariant } from '../../read-export.js';
import { isMoney, normaliseTags, shopMoney } from '../normalise.js';
import { addUsedValues, defaultOptions } from '../option-input.js';
import type { OptionDoc, ProductDoc, VariantDoc } from '../product-doc.js';
import { DEFAULT_TITLE, ONLINE_STORE } from '../product-doc.js';
import { newProduct } from '../product-input.js';
import type { ShopContext } from '../shop-context.js';
import { newVariant } from '../variant-input.js';

/** Products a commit, so that filling a hundred thousand variants is neither one line nor a hundred thousand. */
const PRODUCTS_A_COMMIT = 200;

/** Adds the products of an export, skipping handles that are there already. Answers how many were added. */
export function fillProducts(context: ShopContext, rows: ExportProduct[]): { products: number; variants: number } {
  const fresh = rows
    .filter((row) => context.state.byHandle(row.handle) === null)
    .map((row) => readProduct(context, row));
  for (let from = 0; from < fresh.length; from += PRODUCTS_A_COMMIT) {
    const batch = fresh.slice(from, from + PRODUCTS_A_COMMIT);
    context.commit(batch.map((doc) => ({ put: 'product' as const, doc })));
  }
  return { products: fresh.length, variants: fresh.reduce((sum, product) => sum + product.variants.length, 0) };
}

function readProduct(context: ShopContext, row: ExportProduct): ProductDoc {
  if (row.variants.length === 0) throw new ControlRefusal(400, `product ${row.handle} has no variants`);
  const product: ProductDoc = {
    ...newProduct(context),
    handle: row.handle,
    title: row.title,
    status: row.status,
    vendor: row.vendor,
    productType: row.productType,
    tags: normaliseTags(row.tags),
    descriptionHtml: row.bodyHtml,
    publishedOn: row.published ? { [ONLINE_STORE.publication]: context.now } : {},
    options: readOptions(context, row),
  };
  product.variants = row.variants.map((variant) => readVariant(context, row, variant));
  addUsedValues(context, product);
  return product;
}

function readOptions(context: ShopContext, row: ExportProduct): OptionDoc[] {
  if (row.variants.every((variant) => variant.optionValues.join() === DEFAULT_TITLE)) return defaultOptions(context);
  const names = row.optionNames.length === 0 ? ['Title'] : row.optionNames;
  return names.map((name) => ({ id: context.state.newId(), name, values: [] }));
}

function readVariant(context: ShopContext, row: ExportProduct, input: ExportVariant): VariantDoc {
  const variant = newVariant(context, input.optionValues);
  const money = (column: string, text: string): string => {
    if (!isMoney(text)) throw new ControlRefusal(400, `product ${row.handle}: ${column} is no decimal: ${text}`);
    return shopMoney(text);
  };
  const grams = Number(input.grams ?? '0');
  if (!Number.isFinite(grams) || grams < 0) {
    throw new ControlRefusal(400, `product ${row.handle}: weight is no number: ${String(input.grams)}`);
  }
  return {
    ...variant,
    sku: input.sku === '' ? null : input.sku,
    barcode: input.barcode,
    price: money('price', input.price),
    compareAtPrice: input.compareAtPrice === null ? null : money('compare-at price', input.compareAtPrice),
    taxable: input.taxable,
    inventoryPolicy: input.continueSelling ? 'CONTINUE' : 'DENY',
    item: {
      ...variant.item,
      tracked: input.tracked,
      requiresShipping: input.requiresShipping,
      cost: input.cost === null ? null : money('cost', input.cost),
      hsCode: input.hsCode,
      country: input.countryOfOrigin,
      weight: { value: grams, unit: 'GRAMS' },
    },
  };
}
