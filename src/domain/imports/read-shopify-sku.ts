import type { SkuFieldsDraft, SkuPatch } from '../catalog/read-sku-fields.js';
import { codeFault, readSkuFields } from '../catalog/read-sku-fields.js';
import type { OptionValue } from '../catalog/sku.js';
import type { ProposedChange } from '../change/change.js';
import { compareDecimals, isPlainDecimal } from '../primitives/decimal.js';
import type { FieldValues } from '../primitives/json.js';
import type { CsvRow } from './csv-row.js';
import { derivedTitle } from './derived-title.js';
import type { FaultList, ProductLead } from './fault-list.js';
import { OPTION_COLUMNS } from './fault-list.js';
import type { ShopifyColumn, ShopifyColumns } from './shopify-columns.js';

/** Which column says a field. `optionValues` is said by six; the first stands for them. */
const COLUMN_OF: Readonly<Record<string, ShopifyColumn>> = {
  code: 'sku',
  product: 'handle',
  handle: 'handle',
  optionValues: 'option1Value',
  optionNames: 'option1Name',
  vendor: 'vendor',
  productType: 'productType',
  category: 'category',
  tags: 'tags',
  title: 'title',
  gtin: 'gtin',
  price: 'price',
  compareAtPrice: 'compareAtPrice',
  cost: 'cost',
  weight: 'weight',
  hsCode: 'hsCode',
  countryOfOrigin: 'countryOfOrigin',
  taxCode: 'taxCode',
};

const SHOPIFY_ID = /^gid:\/\/shopify\//;

/** The column to name for a problem of a field, or null where no column says it. */
export function columnOfField(field: string): ShopifyColumn | null {
  return COLUMN_OF[field] ?? null;
}

/**
 * One variant's row as the creation of a SKU in canonical form, or null when it was rejected.
 */
export function readShopifySku(
  row: CsvRow,
  header: ShopifyColumns,
  lead: ProductLead,
  faults: FaultList,
): ProposedChange | null {
  const code = header.cell(row.cells, 'sku');
  const known = faults.all.length;
  const fault = codeFault(code);
  if (fault) faults.reject(row, 'sku', fault.code, fault.message);
  const options = readOptions(row, header, lead, faults);
  if (faults.all.slice(known).some(({ rejected }) => rejected)) return null;
  if (/^'\d+$/.test(code)) {
    faults.noteSku(
      row,
      'sku',
      'code',
      'INVALID_FORMAT',
      'begins with an apostrophe, as spreadsheets write numbers; kept as it is',
    );
  }
  const patch = readFields(row, header, faults);
  const title = derivedTitle(lead.title, options ?? []);
  if (title === null) {
    faults.noteSku(row, 'title', 'title', 'TOO_LONG', 'too long with its options; taken without them');
  }
  return {
    operation: 'SKU_CREATE',
    target: code,
    baseRevision: null,
    patch: {
      ...patch,
      ...(title !== null && { title }),
      ...(options && { optionValues: options }),
      product: lead.handle,
      state: lead.state,
    } as unknown as FieldValues,
  };
}

/** Null where a proposal's file has no column for them, and so says nothing of options. */
function readOptions(row: CsvRow, header: ShopifyColumns, lead: ProductLead, faults: FaultList): OptionValue[] | null {
  if (faults.refuses === 'ROWS' && !OPTION_COLUMNS.some(([, column]) => header.has(column))) return null;
  const options: OptionValue[] = [];
  // "Default Title" of a product without options is no value.
  if (lead.optionNames.length === 0 && header.cell(row.cells, 'option1Value').toLowerCase() === 'default title') {
    return options;
  }
  for (const [index, [nameColumn, valueColumn]] of OPTION_COLUMNS.entries()) {
    const name = lead.optionNames[index];
    const value = header.cell(row.cells, valueColumn);
    if (name === undefined) {
      if (value === '') continue;
      // The nearest column that there is, where the file names no options at all.
      const column = header.has(nameColumn) ? nameColumn : valueColumn;
      faults.reject(row, column, 'REQUIRED', `the first row of the product names no option for "${clip(value)}"`);
    } else if (value === '') faults.reject(row, valueColumn, 'REQUIRED', `the product has the option "${clip(name)}"`);
    else {
      const problem = readSkuFields({ optionValues: [{ name, value }] }, []).problems[0];
      if (problem) faults.reject(row, valueColumn, problem.code, problem.message);
      else if (SHOPIFY_ID.test(value)) {
        // "Option1 Linked To" ties an option to a metafield; its values are named all the same, as shoppers read them.
        const told = 'an id of Shopify, not what shoppers read; taken as it is';
        faults.noteSku(row, valueColumn, 'optionValues', 'INVALID_FORMAT', told);
      }
      options.push({ name, value });
    }
  }
  return options;
}

/** The optional fields; what does not hold is noted under its column and left unset. */
function readFields(row: CsvRow, header: ShopifyColumns, faults: FaultList): SkuPatch {
  const draft: SkuFieldsDraft = {};
  for (const field of ['price', 'compareAtPrice', 'cost'] as const) {
    if (header.has(field)) draft[field] = header.cell(row.cells, field) || null;
  }
  for (const field of ['hsCode', 'countryOfOrigin', 'taxCode'] as const) {
    if (header.has(field)) draft[field] = header.cell(row.cells, field);
  }
  // Shopify exports digits behind an apostrophe, so that spreadsheets keep their leading zeros.
  if (header.has('gtin')) draft.gtin = header.cell(row.cells, 'gtin').replace(/^'(?=\d+$)/, '');
  const grams = header.cell(row.cells, 'weight');
  // Shopify exports a weight that nobody set as 0.
  if (grams !== '') draft.weight = isZero(grams) ? null : { value: grams, unit: 'GRAMS' };
  // As in Shopify, a compare-at price of 0 is none.
  if (typeof draft.compareAtPrice === 'string' && isZero(draft.compareAtPrice)) draft.compareAtPrice = null;
  for (const field of ['requiresShipping', 'taxable'] as const) {
    const cell = header.cell(row.cells, field).toLowerCase();
    if (cell === 'true' || cell === 'false') draft[field] = cell === 'true';
    else if (cell !== '') {
      faults.refuseSku(row, field, field, 'INVALID_FORMAT', 'neither true nor false', 'taken as true');
    }
  }
  const { patch, problems } = readSkuFields(draft, []);
  for (const { code, message, field } of problems) {
    const [name = 'code'] = field ?? [];
    faults.refuseSku(row, columnOfField(name) ?? 'sku', name, code, message, 'left unset');
  }
  const { price, compareAtPrice } = patch;
  if (price && compareAtPrice && compareDecimals(compareAtPrice, price) <= 0) {
    const column = 'compareAtPrice';
    faults.refuseSku(row, column, column, 'INVALID_FORMAT', `not above the price ${price}`, 'left unset');
    patch.compareAtPrice = null;
  }
  return patch;
}

function isZero(text: string): boolean {
  return isPlainDecimal(text) && compareDecimals(text, '0') === 0;
}

function clip(text: string): string {
  return text.slice(0, 40);
}
