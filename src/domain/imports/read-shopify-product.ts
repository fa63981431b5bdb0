import type { LifecycleState } from '../catalog/lifecycle.js';
import type { ProductFieldsDraft } from '../catalog/read-product-fields.js';
import { readProductFields, tagsOfCell } from '../catalog/read-product-fields.js';
import type { ProposedChange } from '../change/change.js';
import type { FieldValues } from '../primitives/json.js';
import type { CsvRow } from './csv-row.js';
import type { GroupReading, RowChange } from './import-format.js';
import { columnOfField, readShopifySku } from './read-shopify-sku.js';
import type { ProductLead } from './fault-list.js';
import { FaultList, OPTION_COLUMNS } from './fault-list.js';
import type { ShopifyColumn, ShopifyColumns } from './shopify-columns.js';
import { takenHandleFault } from './taken-handle.js';

/**
 * Reads the rows of one product as Shopify exports them: the first bears the product, each with a price, an option or a
 * SKU is a variant, and the others are images. Real data is taken as it is (design 4.13): a row is rejected only for its
 * code or its structure; any other value that does not hold is noted and left unset.
 * @param rows at least one; all bear the same handle.
 * @param refuses what is not taken where a value does not hold: the row (as a proposal does), or just that value.
 */
export function readShopifyProduct(
  rows: readonly CsvRow[],
  header: ShopifyColumns,
  refuses: 'ROWS' | 'VALUES' = 'VALUES',
): GroupReading {
  const first = rows[0] ?? { line: 1, cells: [] };
  const handle = header.cell(first.cells, 'handle');
  const faults = new FaultList(header, handle, refuses);
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
      const change = readShopifySku(row, header, lead, faults);
      if (change) skus.push({ line: row.line, change });
    }
  }
  const patch: FieldValues = { ...fields, title, optionNames: names };
  const product: ProposedChange = { operation: 'PRODUCT_CREATE', target: handle, baseRevision: null, patch };
  return { changes: [{ line: first.line, change: product }, ...skus], faults: faults.all };
}

/** The first row is a variant unless it is all empty: what it lacks is told rather than skipped. */
function isVariant(row: CsvRow, header: ShopifyColumns, isFirst: boolean): boolean {
  const told: ShopifyColumn[] = ['sku', 'price', 'option1Value', 'option2Value', 'option3Value'];
  if (isFirst) told.push('title');
  return told.some((column) => header.cell(row.cells, column) !== '');
}

function readFields(row: CsvRow, header: ShopifyColumns, faults: FaultList): FieldValues {
  const draft: ProductFieldsDraft = { title: header.cell(row.cells, 'title') };
  for (const field of ['vendor', 'productType'] as const) {
    if (header.has(field)) draft[field] = header.cell(row.cells, field);
  }
  if (header.has('category')) draft.category = categoryOf(header.cell(row.cells, 'category'));
  if (header.has('tags')) draft.tags = tagsOfCell(header.cell(row.cells, 'tags'));
  const { patch, problems } = readProductFields(draft);
  const fields = { ...patch } as FieldValues;
  for (const { code, message, field } of problems) {
    const column = columnOfField(field?.[0] ?? '') ?? 'title';
    // Part of a list that does not hold as a whole would be a guess.
    delete fields[column];
    // Shopify writes categories in words, and only in words: that is no fault of whoever sends the file.
    if (column === 'category') faults.noteProduct(row, column, column, code, `${message}; left as it is`);
    else faults.refuseProduct(row, column, code, message, column === 'title' ? 'the handle stands in' : 'left unset');
  }
  return fields;
}

/** Shopify takes the taxonomy's own id too (`aa-1-13-8`), which is the end of the gid. */
function categoryOf(cell: string): string {
  return /^[a-z]{2}(?:-\d+)*$/.test(cell) ? `gid://shopify/TaxonomyCategory/${cell}` : cell;
}

/** Shopify exports a product without options as one option "Title" with the value "Default Title". */
function optionNamesOf(first: CsvRow, header: ShopifyColumns): string[] {
  const names = OPTION_COLUMNS.map(([name]) => header.cell(first.cells, name));
  while (names.at(-1) === '') names.pop();
  const plain = names.length === 1 && names[0]?.toLowerCase() === 'title';
  return plain && header.cell(first.cells, 'option1Value').toLowerCase() === 'default title' ? [] : names;
}

/** ACTIVE or DRAFT by Shopify's status; files from before the status existed say by "Published" (design 6). */
function stateOf(row: CsvRow, header: ShopifyColumns, faults: FaultList): LifecycleState {
  const status = header.cell(row.cells, 'status').toLowerCase();
  if (status === 'active') return 'ACTIVE';
  if (status === 'draft') return 'DRAFT';
  if (status !== '') {
    faults.noteProduct(
      row,
      'status',
      'state',
      'INVALID_FORMAT',
      'neither active nor draft; its SKUs are taken as DRAFT',
    );
    return 'DRAFT';
  }
  const published = header.cell(row.cells, 'published').toLowerCase();
  if (!['', 'true', 'false'].includes(published)) {
    faults.noteProduct(
      row,
      'published',
      'state',
      'INVALID_FORMAT',
      'neither true nor false; its SKUs are taken as DRAFT',
    );
  }
  return published === 'true' ? 'ACTIVE' : 'DRAFT';
}
