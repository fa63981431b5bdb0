import type { CsvRow } from './csv-row.js';
import type { FaultList } from './fault-list.js';
import type { ProductThere } from './import-format.js';
import { OPTION_COLUMNS } from './fault-list.js';
import type { ShopifyColumn, ShopifyColumns } from './shopify-columns.js';

/** What the first row of a product says for all of them. */
const OF_PRODUCT = ['title', 'vendor', 'productType', 'category', 'tags'] as const satisfies ShopifyColumn[];
/** What it says in a few words, whose case says nothing. */
const STATUS = ['status', 'published'] as const satisfies ShopifyColumn[];

/**
 * Holds the rows of a product to what the first one that describes it says: an empty cell says nothing. Another option is another
 * product's, so the row is not taken; another title, vendor or status is told, and the first row's stands.
 * @param names of the options of the product.
 * @returns whether the row may be taken.
 */
export function rejectOtherwise(row: CsvRow, first: CsvRow, names: readonly string[], faults: FaultList): boolean {
  if (row === first) return true;
  const { columns, refuses } = faults;
  const message = `line ${first.line} says otherwise of this product; its rows must agree`;
  const instead = `what line ${first.line} says is taken`;
  const before = faults.all.length;
  // Of a product without options Shopify names one all the same, which is none.
  const plain = names.length === 0 ? 'title' : undefined;
  for (const column of OF_PRODUCT) {
    const [cell, lead] = [columns.cell(row.cells, column), columns.cell(first.cells, column)];
    if (cell === '' || cell === lead) continue;
    faults.refuseProduct(row, column, 'ROWS_DISAGREE', message, instead);
  }
  // Of a proposal no status is taken, and each row is compared with its SKU by its own.
  for (const column of refuses === 'VALUES' ? STATUS : []) {
    const [cell, lead] = [row, first].map(({ cells }) => columns.cell(cells, column).toLowerCase());
    if (cell === '' || cell === lead) continue;
    faults.noteProduct(row, column, 'state', 'ROWS_DISAGREE', `${message}; ${instead}`);
  }
  for (const [index, [column]] of OPTION_COLUMNS.entries()) {
    const cell = columns.cell(row.cells, column);
    if (cell === '' || cell === columns.cell(first.cells, column)) continue;
    const name = names[index]?.toLowerCase() ?? (index === 0 ? plain : undefined);
    if (cell.toLowerCase() !== name) faults.reject(row, column, 'ROWS_DISAGREE', message);
  }
  return faults.all.slice(before).every(({ rejected }) => !rejected);
}

/** What a row says of its product, for rows that stand apart from it. */
export function saidOfProduct(row: CsvRow, columns: ShopifyColumns): [name: string, cell: string][] {
  return [...OF_PRODUCT, ...OPTION_COLUMNS.map(([name]) => name)].flatMap((column): [string, string][] => {
    const cell = columns.cell(row.cells, column);
    return cell === '' ? [] : [[columns.nameOf(column) ?? column, cell]];
  });
}

/** A product as earlier rows of the file described it (`saidText` of `saidOfProduct`); null where none did. */
export function productSaid(text: string | null, columns: ShopifyColumns): ProductThere | null {
  if (text === null) return null;
  const said = new Map(JSON.parse(text) as [string, string][]);
  const cellOf = (column: ShopifyColumn): string => said.get(columns.nameOf(column) ?? column) ?? '';
  const title = cellOf('title');
  const names = OPTION_COLUMNS.map(([name]) => cellOf(name)).filter((name) => name !== '');
  // "Title" alone is how Shopify writes that there is none.
  const optionNames = names.length === 1 && names[0]?.toLowerCase() === 'title' ? [] : names;
  return title === '' ? null : { title, optionNames };
}
