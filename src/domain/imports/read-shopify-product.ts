import type { LifecycleState } from '../catalog/lifecycle.js';
import type { ProductFieldsDraft } from '../catalog/read-product-fields.js';
import { readProductFields } from '../catalog/read-product-fields.js';
import type { ProposedChange } from '../change/change.js';
import type { FieldValues } from '../primitives/json.js';
import { hasControls } from '../primitives/text.js';
import type { ProblemCode } from '../problem.js';
import type { CsvRow, RowFault } from './csv-row.js';
import { columnOfField, readShopifySku } from './read-shopify-sku.js';
import type { ProductLead } from './fault-list.js';
import { FaultList, OPTION_COLUMNS } from './fault-list.js';
import type { ShopifyColumn, ShopifyHeader } from './shopify-columns.js';

/** A change beside the row that asks for it. */
export interface RowChange {
  line: number;
  change: ProposedChange;
}

/** What one product's rows come to. Nothing of it knows the master yet. */
export interface ProductReading {
  handle: string;
  product: RowChange;
  skus: RowChange[];
  faults: RowFault[];
}

const HANDLE_LIMIT = 255;

/**
 * Reads the rows of one product as Shopify exports them: the first bears the product, each with a price, an option or a
 * SKU is a variant, and the others are images. Real data is taken as it is (design 4.13): a row is rejected only for its
 * code or its structure; any other value that does not hold is noted and left unset.
 * @param rows at least one; all bear the same handle.
 * @param codes folded codes of the file so far, and the line of each; this product's are added.
 */
export function readShopifyProduct(
  rows: readonly CsvRow[],
  header: ShopifyHeader,
  codes: Map<string, number>,
): ProductReading {
  const faults = new FaultList(header);
  const first = rows[0] ?? { line: 1, cells: [] };
  const handle = header.cell(first.cells, 'handle');
  const handleProblem = takenHandleFault(handle);
  const fields = readFields(first, header, faults);
  const title = typeof fields.title === 'string' ? fields.title : handle;
  const names = optionNamesOf(first, header);
  const lead: ProductLead = { handle, title, optionNames: names, state: stateOf(first, header, faults) };
  const optionProblem = readProductFields({ optionNames: names }).problems[0];
  const skus: RowChange[] = [];
  for (const row of rows) {
    if (!isVariant(row, header, row === first)) continue;
    if (handleProblem) faults.reject(row, 'handle', handleProblem.code, handleProblem.message);
    else if (optionProblem) faults.reject(row, 'option1Name', optionProblem.code, optionProblem.message);
    else {
      const change = readShopifySku(row, header, lead, codes, faults);
      if (change) skus.push({ line: row.line, change });
    }
  }
  const patch: FieldValues = { ...fields, title, optionNames: names };
  return {
    handle,
    product: {
      line: first.line,
      change: { operation: 'PRODUCT_CREATE', target: handle, baseRevision: null, patch },
    },
    skus,
    faults: faults.all,
  };
}

/**
 * Why a handle cannot be taken over, or null. Looser than what people may give a new product: Shopify itself allows
 * letters of any script, and a baseline keeps what is there.
 */
function takenHandleFault(handle: string): { code: ProblemCode; message: string } | null {
  if (handle === '') return { code: 'REQUIRED', message: 'a row names its product by handle' };
  if (handle.length > HANDLE_LIMIT) {
    return { code: 'TOO_LONG', message: `a handle has at most ${HANDLE_LIMIT} characters` };
  }
  if (hasControls(handle) || /\s/.test(handle)) {
    return { code: 'INVALID_FORMAT', message: 'a handle holds neither spaces nor control characters' };
  }
  return null;
}

/** The first row is a variant unless it is all empty: what it lacks is told rather than skipped. */
function isVariant(row: CsvRow, header: ShopifyHeader, isFirst: boolean): boolean {
  const told: ShopifyColumn[] = ['sku', 'price', 'option1Value', 'option2Value', 'option3Value'];
  if (isFirst) told.push('title');
  return told.some((column) => header.cell(row.cells, column) !== '');
}

function readFields(row: CsvRow, header: ShopifyHeader, faults: FaultList): FieldValues {
  const draft: ProductFieldsDraft = { title: header.cell(row.cells, 'title') };
  for (const field of ['vendor', 'productType', 'category'] as const) {
    if (header.has(field)) draft[field] = header.cell(row.cells, field);
  }
  if (header.has('tags')) draft.tags = header.cell(row.cells, 'tags').split(',');
  const { patch, problems } = readProductFields(draft);
  const fields = { ...patch } as FieldValues;
  for (const { code, message, field } of problems) {
    const column = columnOfField(field?.[0] ?? '') ?? 'title';
    // Part of a list that does not hold as a whole would be a guess.
    delete fields[column];
    faults.note(row, column, code, column === 'title' ? `${message}; the handle stands in` : `${message}; left unset`);
  }
  return fields;
}

/** Shopify exports a product without options as one option "Title" with the value "Default Title". */
function optionNamesOf(first: CsvRow, header: ShopifyHeader): string[] {
  const names = OPTION_COLUMNS.map(([name]) => header.cell(first.cells, name));
  while (names.at(-1) === '') names.pop();
  const plain = names.length === 1 && names[0]?.toLowerCase() === 'title';
  return plain && header.cell(first.cells, 'option1Value').toLowerCase() === 'default title' ? [] : names;
}

/** ACTIVE or DRAFT by Shopify's status; files from before the status existed say by "Published" (design 6). */
function stateOf(row: CsvRow, header: ShopifyHeader, faults: FaultList): LifecycleState {
  const status = header.cell(row.cells, 'status').toLowerCase();
  if (status === 'active') return 'ACTIVE';
  if (status === 'draft') return 'DRAFT';
  if (status !== '') {
    faults.note(row, 'status', 'INVALID_FORMAT', 'neither active nor draft; its SKUs are taken as DRAFT');
    return 'DRAFT';
  }
  const published = header.cell(row.cells, 'published').toLowerCase();
  if (!['', 'true', 'false'].includes(published)) {
    faults.note(row, 'published', 'INVALID_FORMAT', 'neither true nor false; its SKUs are taken as DRAFT');
  }
  return published === 'true' ? 'ACTIVE' : 'DRAFT';
}
