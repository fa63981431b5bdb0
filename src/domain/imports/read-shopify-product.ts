import type { ProductFieldsDraft } from '../catalog/read-product-fields.js';
import { readProductFields, tagsOfCell } from '../catalog/read-product-fields.js';
import type { ProposedChange } from '../change/change.js';
import type { FieldValues } from '../primitives/json.js';
import type { CsvRow } from './csv-row.js';
import type { GroupReading, ProductThere, RowChange } from './import-format.js';
import { columnOfField, readShopifySku } from './read-shopify-sku.js';
import type { ProductLead } from './fault-list.js';
import { FaultList, OPTION_COLUMNS } from './fault-list.js';
import type { ShopifyColumn, ShopifyColumns } from './shopify-columns.js';
import { rejectOtherwise } from './shopify-rows-agree.js';
import { noteStatus, stateOf } from './shopify-status.js';
import { takenHandleFault } from './taken-handle.js';

/** How the rows of one product are read. */
export interface ShopifyReading {
  /** What is not taken where a value does not hold: the row (as a proposal does), or just that value. */
  refuses: 'ROWS' | 'VALUES';
  /** The product, where it is there already: what its rows leave unsaid of it stays so. */
  there: ProductThere | null;
}

/**
 * Reads the rows of one product as Shopify exports them: one bears the product, the first but in files that were sorted; each with a price, an option or a
 * SKU is a variant, and the others are images. Real data is taken as it is (design 4.13): a row is rejected only for its
 * code or its structure; any other value that does not hold is noted and left unset.
 * @param rows at least one; all bear the same handle.
 */
export function readShopifyProduct(
  rows: readonly CsvRow[],
  header: ShopifyColumns,
  { refuses, there }: ShopifyReading,
): GroupReading {
  const first = leadOf(rows, header);
  const handle = header.cell(first.cells, 'handle');
  const faults = new FaultList(header, handle, refuses);
  const handleProblem = takenHandleFault(handle);
  // What would stand in for a value of a product that is not taken is of no interest.
  const fields = handleProblem ? {} : readFields(first, header, faults, there);
  const said = optionNamesOf(first, header);
  const isUnsaid = !header.has('option1Name') || (there !== null && leavesProduct(first, header));
  const names = isUnsaid && there ? there.optionNames : said;
  const title = typeof fields.title === 'string' ? fields.title : (there?.title ?? handle);
  const lead: ProductLead = { handle, title, optionNames: names, state: stateOf(first, header) };
  if (!handleProblem && refuses === 'VALUES') noteStatus(first, header, faults, there !== null);
  const optionProblem = readProductFields({ optionNames: [...names] }).problems[0];
  const skus: RowChange[] = [];
  for (const row of rows) {
    const agrees = handleProblem !== null || rejectOtherwise(row, first, names, faults);
    if (!isVariant(row, header, row === first)) continue;
    if (handleProblem) faults.reject(row, 'handle', handleProblem.code, handleProblem.message);
    else if (optionProblem) faults.reject(row, 'option1Name', optionProblem.code, optionProblem.message);
    else if (agrees) {
      const change = readShopifySku(row, header, lead, faults);
      if (change) skus.push({ line: row.line, change });
    }
  }
  // Should what the first rows of it say come to nothing, the rest of a product makes it, by the same name.
  const own: FieldValues = refuses === 'VALUES' && there ? { title: there.title } : {};
  const patch: FieldValues = {
    ...own,
    ...fields,
    ...(isUnsaid && refuses === 'ROWS' ? {} : { optionNames: [...names] }),
  };
  const product: ProposedChange = { operation: 'PRODUCT_CREATE', target: handle, baseRevision: null, patch };
  return { changes: [{ line: first.line, change: product }, ...skus], faults: faults.all };
}

/** The row that says what the product is called and what its options are; the first one where none does. */
export function leadOf(rows: readonly CsvRow[], header: ShopifyColumns): CsvRow {
  return rows.find((row) => !leavesProduct(row, header)) ?? rows[0] ?? { line: 1, cells: [] };
}

/** Does a row leave both to others? Shopify's first one of a product never does. */
export function leavesProduct({ cells }: CsvRow, header: ShopifyColumns): boolean {
  const told: ShopifyColumn[] = ['title', ...OPTION_COLUMNS.map(([name]) => name)];
  return told.every((column) => header.cell(cells, column) === '');
}

/** The first row is a variant unless it is all empty: what it lacks is told rather than skipped. */
export function isVariant(row: CsvRow, header: ShopifyColumns, isFirst: boolean): boolean {
  const told: ShopifyColumn[] = ['sku', 'price', 'option1Value', 'option2Value', 'option3Value'];
  if (isFirst) told.push('title');
  return told.some((column) => header.cell(row.cells, column) !== '');
}

function readFields(row: CsvRow, header: ShopifyColumns, faults: FaultList, there: ProductThere | null): FieldValues {
  const draft: ProductFieldsDraft = {};
  const title = header.cell(row.cells, 'title');
  // A proposal asks for the title of a new product where it knows which ones are new.
  if (title !== '' || (faults.refuses === 'VALUES' && there === null)) draft.title = title;
  // Of a product that is there, an empty cell of a later block says nothing: Shopify writes them once.
  const isRest = there !== null && leavesProduct(row, header);
  for (const field of ['vendor', 'productType'] as const) {
    const cell = header.cell(row.cells, field);
    if (header.has(field) && !(isRest && cell === '')) draft[field] = cell;
  }
  const category = categoryOf(header.cell(row.cells, 'category'));
  if (header.has('category') && !(isRest && category === '')) draft.category = category;
  const tags = header.cell(row.cells, 'tags');
  if (header.has('tags') && !(isRest && tags === '')) draft.tags = tagsOfCell(tags);
  const { patch, problems } = readProductFields(draft);
  const fields = { ...patch } as FieldValues;
  for (const { code, message, field } of problems) {
    const column = columnOfField(field?.[0] ?? '') ?? 'title';
    // Part of a list that does not hold as a whole would be a guess.
    delete fields[column];
    // Shopify writes categories in words, and only in words: that is no fault of whoever sends the file.
    if (column === 'category') {
      const instead = faults.refuses === 'VALUES' ? 'left unset' : 'the product keeps what it has';
      faults.noteProduct(row, column, column, code, `${message}; ${instead}`);
    } else faults.refuseProduct(row, column, code, message, column === 'title' ? 'the handle stands in' : 'left unset');
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
