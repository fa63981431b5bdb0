import { GraphQLError } from 'graphql';
import type { ProductDoc, VariantDoc } from './product-doc.js';
import type { ShopContext } from './shop-context.js';
import type { SearchNote } from './shop-errors.js';
import { notSimulated } from './shop-errors.js';

interface Term {
  field: string;
  operator: '=' | '>' | '>=' | '<' | '<=';
  value: string;
}

/** What a row has under a search field; a list matches when any of it does. */
type Fields<Row> = Record<string, (row: Row) => string | number | null | string[]>;

export const PRODUCT_FIELDS: Fields<ProductDoc> = {
  id: (product) => product.id,
  handle: (product) => product.handle,
  title: (product) => product.title,
  status: (product) => product.status.toLowerCase(),
  vendor: (product) => product.vendor,
  product_type: (product) => product.productType,
  bundles: (product) => String(product.bundles !== undefined || product.variants.some((one) => one.bundle)),
  tag: (product) => product.tags,
  sku: (product) => product.variants.map((variant) => variant.sku ?? ''),
  created_at: (product) => product.createdAt,
  updated_at: (product) => product.updatedAt,
};

export const VARIANT_FIELDS: Fields<{ product: ProductDoc; variant: VariantDoc }> = {
  id: ({ variant }) => variant.id,
  sku: ({ variant }) => variant.sku,
  barcode: ({ variant }) => variant.barcode,
  product_id: ({ product }) => product.id,
  updated_at: ({ variant }) => variant.updatedAt,
};

/**
 * Rows that match Shopify's search syntax, as far as it is simulated: `field:value` terms, all of which must hold.
 * A field that is not known is ignored, so that ALL rows come back, with a warning in `extensions.search` [R].
 */
export function* search<Row>(
  rows: Iterable<Row>,
  query: string | null | undefined,
  fields: Fields<Row>,
  root: string,
  context: ShopContext,
): Generator<Row> {
  const terms = query ? readTerms(query) : [];
  const known = terms.filter((term) => fields[term.field]);
  const unknown = terms.filter((term) => !fields[term.field]);
  if (query && unknown.length > 0) context.searches.push(noteOf(root, query, unknown));
  for (const row of rows) {
    if (known.every((term) => holds(term, fields[term.field]?.(row) ?? null))) yield row;
  }
}

/** Whether a search asks for what was changed after a moment alone. */
export function isNewerThan(query: string, moment: string): boolean {
  return readTerms(query).some(({ field, operator, value }) => {
    if (field !== 'updated_at' || !operator.startsWith('>')) return false;
    return operator === '>=' ? readTime(value) > Date.parse(moment) : readTime(value) >= Date.parse(moment);
  });
}

function readTerms(query: string): Term[] {
  const terms: Term[] = [];
  const pattern =
    /\s*(?:AND\s+)?([A-Za-z_.]+):(>=|<=|>|<)?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s'"()]+))\s*/gy;
  while (pattern.lastIndex < query.length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(query);
    if (!match) throw notSimulated(`search syntax: ${query.slice(from)}`);
    const quoted = match[3] ?? match[4];
    const value = quoted === undefined ? (match[5] ?? '') : quoted.replace(/\\(.)/g, '$1');
    terms.push({ field: match[1] ?? '', operator: readOperator(match[2]), value });
  }
  return terms;
}

function readOperator(text: string | undefined): Term['operator'] {
  return text === '>' || text === '>=' || text === '<' || text === '<=' ? text : '=';
}

function holds(term: Term, held: string | number | null | string[]): boolean {
  if (Array.isArray(held)) return held.some((one) => holds(term, one));
  if (held === null) return false;
  if (term.field.endsWith('_at')) return compare(term.operator, Date.parse(String(held)), readTime(term.value));
  if (typeof held === 'number') return compare(term.operator, held, Number(term.value));
  if (term.operator !== '=') throw notSimulated(`search: ${term.field}:${term.operator}`);
  if (term.field === 'status') return held === term.value.toLowerCase();
  return held === term.value;
}

function readTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new GraphQLError(`Invalid timestamp for query filter: ${text}`);
  return time;
}

function compare(operator: Term['operator'], held: number, wanted: number): boolean {
  switch (operator) {
    case '>':
      return held > wanted;
    case '>=':
      return held >= wanted;
    case '<':
      return held < wanted;
    case '<=':
      return held <= wanted;
    default:
      return held === wanted;
  }
}

function noteOf(root: string, query: string, unknown: Term[]): SearchNote {
  const warnings = unknown.map((term) => ({
    field: term.field,
    message: 'Invalid search field for this query.',
    code: 'invalid_field',
  }));
  return { path: [root], query, warnings };
}
