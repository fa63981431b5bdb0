import { moneyFault } from '../catalog/read-sku-fields.js';
import type { ProblemCode } from '../problem.js';

export type IssueEntity = 'SKU' | 'PRODUCT';

/**
 * - ERROR: the value cannot be what the field holds.
 * - WARNING: it could, but for another value of the same SKU: a compare-at price that is not above the price. Or it says in
 *   words what the master keeps as an id: a category.
 */
export type IssueSeverity = 'ERROR' | 'WARNING';

/** A value of a baseline that did not hold. The SKU was taken without it (design 4.13). */
export interface QualityIssue {
  entity: IssueEntity;
  field: string;
  /** As the file wrote it; null where it wrote nothing. */
  rawValue: string | null;
  code: ProblemCode;
  severity: IssueSeverity;
  message: string;
  line: number;
}

/**
 * Fields whose value may be missing for such a reason, and the fields of a projection that are made of each. What the
 * master holds there is no decision of anybody's: null, or what stands in for the value. A code, a state, a kind and
 * options are not among them: without a right one the row is rejected, or its SKU is a DRAFT, which is compared nowhere.
 */
const SKU_FIELDS: Readonly<Record<string, readonly string[]>> = {
  title: ['title'],
  gtin: ['gtin'],
  price: ['price'],
  compareAtPrice: ['compareAtPrice'],
  cost: ['cost'],
  weight: ['weight'],
  hsCode: ['hsCode'],
  countryOfOrigin: ['countryOfOrigin'],
  requiresShipping: ['requiresShipping'],
  taxable: ['taxable'],
  taxCode: ['taxCode'],
  unitOfMeasure: ['unitOfMeasure'],
  // Without its own price there, a system would be shown the master's.
  systemValues: ['price', 'compareAtPrice'],
  // Where it is listed decides whether it is on sale there.
  listedIn: ['lifecycle'],
  successor: [],
};

const PRODUCT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  title: ['product.title'],
  vendor: ['product.vendor'],
  productType: ['product.productType'],
  category: ['product.category'],
  tags: ['product.tags'],
};

const ATTRIBUTE = /^attributes(\..+)?$/;

/** The fields of a projection that nobody compares or writes while the field has an issue; null: it can have none. */
export function projectedFields(entity: IssueEntity, field: string): readonly string[] | null {
  if (ATTRIBUTE.test(field)) return [field];
  const table = entity === 'SKU' ? SKU_FIELDS : PRODUCT_FIELDS;
  return Object.hasOwn(table, field) ? (table[field] ?? null) : null;
}

/**
 * A well-formed amount that was not taken for compareAtPrice was not above the price: nothing else can be wrong with it.
 * And a category in words is what Shopify writes, and all that it writes: nobody made a mistake.
 */
export function severityOfIssue(field: string, rawValue: string | null): IssueSeverity {
  if (field === 'category') return rawValue?.startsWith('gid:') === true ? 'ERROR' : 'WARNING';
  return field === 'compareAtPrice' && rawValue !== null && moneyFault(rawValue) === null ? 'WARNING' : 'ERROR';
}
