import { parse } from 'csv-parse/sync';
import { ControlRefusal } from './loopback-server.js';

/** One product of a Shopify export, with its rows put together again. Texts as they stand in the file. */
export interface ExportProduct {
  handle: string;
  title: string;
  bodyHtml: string;
  vendor: string;
  productType: string;
  tags: string[];
  status: 'ACTIVE' | 'DRAFT' | 'ARCHIVED' | 'UNLISTED';
  published: boolean;
  optionNames: string[];
  variants: ExportVariant[];
}

export interface ExportVariant {
  sku: string;
  optionValues: string[];
  price: string;
  compareAtPrice: string | null;
  cost: string | null;
  barcode: string | null;
  grams: string | null;
  tracked: boolean;
  continueSelling: boolean;
  requiresShipping: boolean;
  taxable: boolean;
  hsCode: string | null;
  countryOfOrigin: string | null;
}

const COLUMNS = [
  'handle',
  'title',
  'bodyHtml',
  'vendor',
  'productType',
  'tags',
  'status',
  'published',
  'option1Name',
  'option2Name',
  'option3Name',
  'option1Value',
  'option2Value',
  'option3Value',
  'sku',
  'price',
  'compareAtPrice',
  'cost',
  'barcode',
  'grams',
  'tracker',
  'policy',
  'requiresShipping',
  'taxable',
  'hsCode',
  'countryOfOrigin',
] as const;

type Column = (typeof COLUMNS)[number];

/** The header names of the old and of the new export, by what they mean here. */
const HEADERS: Record<Column, readonly string[]> = {
  handle: ['Handle', 'URL handle'],
  title: ['Title'],
  bodyHtml: ['Body (HTML)', 'Description'],
  vendor: ['Vendor'],
  productType: ['Type'],
  tags: ['Tags'],
  status: ['Status'],
  published: ['Published', 'Published on online store'],
  option1Name: ['Option1 Name'],
  option2Name: ['Option2 Name'],
  option3Name: ['Option3 Name'],
  option1Value: ['Option1 Value'],
  option2Value: ['Option2 Value'],
  option3Value: ['Option3 Value'],
  sku: ['Variant SKU', 'SKU'],
  price: ['Variant Price', 'Price'],
  compareAtPrice: ['Variant Compare At Price', 'Compare-at price', 'Compare at price'],
  cost: ['Cost per item', 'Variant Cost'],
  barcode: ['Variant Barcode', 'Barcode'],
  grams: ['Variant Grams', 'Weight value (grams)'],
  tracker: ['Variant Inventory Tracker', 'Inventory tracker'],
  policy: ['Variant Inventory Policy', 'Continue selling when out of stock'],
  requiresShipping: ['Variant Requires Shipping', 'Requires shipping'],
  taxable: ['Variant Taxable', 'Charge tax'],
  hsCode: ['HS Code', 'Harmonized System Code'],
  countryOfOrigin: ['COO', 'Country of Origin'],
};

type Row = (column: Column) => string;

/**
 * Reads a Shopify product export, old or new headers, letter case of headers ignored.
 * @throws ControlRefusal when the columns that make a product are missing or a row names no product.
 */
export function readExport(csv: string): ExportProduct[] {
  const products = new Map<string, ExportProduct>();
  readRows(csv).forEach((row, index) => {
    const handle = row('handle').trim();
    if (handle === '') throw new ControlRefusal(400, `row ${index + 2} has no handle`);
    let product = products.get(handle);
    if (!product) {
      product = readProduct(handle, row);
      products.set(handle, product);
    }
    const variant = readVariant(row, product.optionNames.length);
    // Rows that only carry a further image have neither option value nor price.
    if (variant !== null) product.variants.push(variant);
  });
  return [...products.values()];
}

function readRows(csv: string): Row[] {
  const records: string[][] = parse(csv, { bom: true, relax_column_count: false, skip_empty_lines: true });
  const header = (records[0] ?? []).map((name) => name.trim().toLowerCase());
  const places = new Map<Column, number>();
  for (const column of COLUMNS) {
    const place = header.findIndex((name) => HEADERS[column].some((known) => known.toLowerCase() === name));
    if (place >= 0) places.set(column, place);
  }
  for (const needed of ['handle', 'title', 'sku', 'price', 'option1Value'] as const) {
    if (!places.has(needed)) throw new ControlRefusal(400, `no column ${HEADERS[needed].join(' or ')}`);
  }
  return records.slice(1).map((record) => (column) => {
    const place = places.get(column);
    return place === undefined ? '' : (record[place] ?? '');
  });
}

function readProduct(handle: string, row: Row): ExportProduct {
  const names = [row('option1Name'), row('option2Name'), row('option3Name')].map((name) => name.trim());
  return {
    handle,
    title: row('title').trim() || handle,
    bodyHtml: row('bodyHtml'),
    vendor: row('vendor').trim(),
    productType: row('productType').trim(),
    tags: row('tags')
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
    status: readStatus(row('status')),
    published: row('published').trim() === '' ? true : isTrue(row('published')),
    optionNames: names.filter((name) => name !== ''),
    variants: [],
  };
}

function readStatus(text: string): ExportProduct['status'] {
  const status = text.trim().toUpperCase() || 'ACTIVE';
  if (status === 'ACTIVE' || status === 'DRAFT' || status === 'ARCHIVED' || status === 'UNLISTED') return status;
  throw new ControlRefusal(400, `unknown product status: ${text}`);
}

function readVariant(row: Row, optionCount: number): ExportVariant | null {
  const values = [row('option1Value'), row('option2Value'), row('option3Value')].map((value) => value.trim());
  if (values[0] === '' && row('price').trim() === '') return null;
  const policy = row('policy').trim().toLowerCase();
  return {
    sku: row('sku').trim(),
    optionValues: values.slice(0, Math.max(1, optionCount)).map((value) => value || 'Default Title'),
    price: row('price').trim() || '0.00',
    compareAtPrice: orNull(row('compareAtPrice')),
    cost: orNull(row('cost')),
    // Spreadsheets put an apostrophe before long numbers to keep them text.
    barcode: orNull(row('barcode').replace(/^'/, '')),
    grams: orNull(row('grams')),
    tracked: row('tracker').trim() !== '',
    continueSelling: policy === 'continue' || policy === 'true',
    requiresShipping: row('requiresShipping').trim() === '' || isTrue(row('requiresShipping')),
    taxable: row('taxable').trim() === '' || isTrue(row('taxable')),
    hsCode: orNull(row('hsCode')),
    countryOfOrigin: orNull(row('countryOfOrigin')),
  };
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

function isTrue(text: string): boolean {
  return /^(?:true|yes|1)$/i.test(text.trim());
}
