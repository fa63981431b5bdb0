import type { LifecycleState } from '../catalog/lifecycle.js';
import type { Sku } from '../catalog/sku.js';
import { productStatus } from '../publishing/projection.js';
import type { CsvRow, RowFault } from './csv-row.js';
import type { FaultList } from './fault-list.js';
import type { ShopifyColumn, ShopifyColumns } from './shopify-columns.js';

/** What Shopify would show of a product; null for a word that is none of these. */
type Status = 'ACTIVE' | 'DRAFT' | 'ARCHIVED' | null;

const STATUSES: Readonly<Record<string, Status>> = { active: 'ACTIVE', draft: 'DRAFT', archived: 'ARCHIVED' };

/** Which cell says a status, and which; files from before the status existed say by "Published" (design 6). */
interface Said {
  column: ShopifyColumn;
  cell: string;
  status: Status;
}

function saidBy({ cells }: CsvRow, header: ShopifyColumns): Said | null {
  const status = header.cell(cells, 'status');
  if (status !== '') return { column: 'status', cell: status, status: STATUSES[status.toLowerCase()] ?? null };
  const published = header.cell(cells, 'published');
  if (published === '') return null;
  const shown = { true: 'ACTIVE', false: 'DRAFT' } as const;
  const word = published.toLowerCase();
  return { column: 'published', cell: published, status: word === 'true' || word === 'false' ? shown[word] : null };
}

/** ACTIVE or DRAFT by Shopify's status: the state in which a baseline takes the SKUs of a product. */
export function stateOf(first: CsvRow, header: ShopifyColumns): LifecycleState {
  return saidBy(first, header)?.status === 'ACTIVE' ? 'ACTIVE' : 'DRAFT';
}

/** Tells where a baseline takes SKUs as DRAFT though no row says so. @param isRest they join a product that is there. */
export function noteStatus(first: CsvRow, header: ShopifyColumns, faults: FaultList, isRest: boolean): void {
  const told = 'its SKUs are taken as DRAFT';
  const note = (column: ShopifyColumn, message: string): void =>
    faults.noteProduct(first, column, 'state', 'INVALID_FORMAT', `${message}; ${told}`);
  const said = saidBy(first, header);
  if (!said) {
    if (isRest && header.has('status')) note('status', 'these rows stand apart from those that say the status');
  } else if (said.column === 'published') {
    if (said.status === null) note('published', 'neither true nor false');
  } else if (said.status !== 'ACTIVE' && said.status !== 'DRAFT') note('status', 'neither active nor draft');
}

/** What SKUs of Shopify's variants are compared with. */
export interface Shown {
  /** Null: the SKU is new. */
  sku: Pick<Sku, 'state'> | null;
  /** All SKUs of its product, it among them. */
  siblings: readonly Pick<Sku, 'state'>[];
}

/**
 * What a proposal leaves alone: Shopify's status is a product's and does not say which state of a SKU is meant, and steps
 * have gates. Told where neither the SKU alone nor its product as a whole would show what the file says; null where one does.
 * @param first the product's first row, which says it for those that do not.
 */
export function leftStatus(
  row: CsvRow,
  first: CsvRow,
  header: ShopifyColumns,
  code: string,
  { sku, siblings }: Shown,
): RowFault | null {
  const said = saidBy(row, header) ?? saidBy(first, header);
  if (!said) return null;
  const shown = sku && sku.state !== 'DRAFT' ? productStatus([sku.state]) : 'DRAFT';
  const together = sku && productStatus(siblings.map(({ state }) => state));
  if (said.status !== null && (said.status === shown || said.status === together)) return null;
  const message = sku
    ? `SKU ${code} is ${sku.state}, and stays so: which state a status of Shopify's means is for a step to say`
    : `the new SKU ${code} begins as DRAFT: which state a status of Shopify's means is for a step to say`;
  const place = { line: row.line, column: header.nameOf(said.column), value: said.cell };
  const subject = { entity: 'SKU', key: code, field: 'state' } as const;
  return { ...place, code: 'WRONG_STATE', message, rejected: false, subject };
}
