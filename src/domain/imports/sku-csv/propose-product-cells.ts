import { handleFault } from '../../catalog/read-product-fields.js';
import type { Product } from '../../catalog/product.js';
import type { ProposedChange } from '../../change/change.js';
import type { ProblemCode } from '../../problem.js';
import type { RowFault } from '../csv-row.js';
import type { Held } from '../held.js';
import type { Known } from '../import-format.js';
import { conflictTold, proposedFields } from '../proposed-fields.js';
import { fieldsOf, readProductCells } from './read-sku-cells.js';
import { fieldOf } from './sku-column.js';
import type { PlacedColumn, PlacedProductColumn, SkuColumns } from './sku-columns.js';
import type { SkuRow } from './sku-row.js';
import type { WrittenProduct } from './write-cell.js';
import { productCell } from './write-cell.js';

interface ProductFault {
  column: PlacedColumn | undefined;
  code: ProblemCode;
  message: string;
}

/** What the rows of one product ask of the product itself. */
export class ProductProposal {
  constructor(
    /** Null where nothing of it changes, or where something is wrong. */
    readonly change: ProposedChange | null,
    /** Title and option names as they will be, for new SKUs. */
    readonly title: string,
    readonly optionNames: readonly string[],
    private readonly faults: readonly ProductFault[],
  ) {}

  /** Every row repeats the product's cells, so each of them says what is wrong with these. */
  faultsOf(row: SkuRow): RowFault[] {
    return this.faults.map(({ column, code, message }) => row.rejectAt(column, { code, message }));
  }
}

/** @param row the first of the product's rows; the others agree with it. */
export function proposeProductCells(row: SkuRow, columns: SkuColumns, held: Held, known: Known): ProductProposal {
  // A file that names no products says nothing of them.
  if (row.handle === '') return new ProductProposal(null, '', [], []);
  const revision = row.revision('product.revision');
  if (revision.fault) {
    const column = columns.ofProduct.find((each) => each.column.kind === 'revision');
    return new ProductProposal(null, row.handle, [], [{ column, ...revision.fault }]);
  }
  const product = held.product(row.handle);
  return product
    ? updateProduct(row, { columns, held, known, product, revision: revision.value })
    : createProduct(row, columns, known, revision.value);
}

function createProduct(row: SkuRow, columns: SkuColumns, known: Known, revision: number | null): ProductProposal {
  const { patch, faults } = readProductCells(row.row.cells, columns, columns.ofProduct, { product: null, known });
  const wrong: ProductFault[] = [...faults];
  const column = columns.ofProduct.find((each) => each.column.kind === 'handle');
  const handle = handleFault(row.handle);
  if (revision !== null) {
    const message = 'no product has this handle, though the row has a revision, as exported rows do: was it edited?';
    wrong.push({ column, code: 'NOT_FOUND', message });
  } else if (handle) wrong.push({ column, ...handle });
  const optionNames = patch.optionNames ?? ownOptionNames(row, columns);
  const fields = fieldsOf({ ...patch, optionNames });
  const change: ProposedChange = { operation: 'PRODUCT_CREATE', target: row.handle, baseRevision: null, patch: fields };
  return new ProductProposal(wrong.length > 0 ? null : change, patch.title ?? row.handle, optionNames, wrong);
}

/** A file that does not name the product's options means those of its first SKU. */
function ownOptionNames(row: SkuRow, columns: SkuColumns): string[] {
  return ['1', '2', '3'].map((n) => columns.cell(row.row.cells, `option${n}.name`)).filter((name) => name !== '');
}

function updateProduct(
  row: SkuRow,
  of: { columns: SkuColumns; held: Held; known: Known; product: Product; revision: number | null },
): ProductProposal {
  const { columns, held, known, product, revision } = of;
  const { title, optionNames, handle } = product;
  const looked = held.lookedAtProduct(product, revision);
  if (!looked) {
    const column = columns.ofProduct.find((each) => each.column.kind === 'revision');
    const message = `product ${handle} never had a revision ${revision}; it is at ${product.revision}`;
    return new ProductProposal(null, title, optionNames, [{ column, code: 'REVISION_UNKNOWN', message }]);
  }
  const base = { ...(looked.base as unknown as WrittenProduct), revision: looked.revision };
  const changed = columns.ofProduct.filter(
    ({ column, place }) => columns.at(row.row.cells, place) !== productCell(column, base),
  );
  const faults: ProductFault[] = [];
  const options = changed.find(({ column }) => column.kind === 'optionName');
  if (options) {
    const message = `the options of product ${handle} are ${optionNames.join(', ') || 'none'}, and stay so`;
    faults.push({ column: options, code: 'FIELD_IMMUTABLE', message });
  }
  const fields = changed.filter(({ column }) => column.kind !== 'optionName');
  const read = readProductCells(row.row.cells, columns, fields, { product: base, known });
  const { patch, conflicts } = proposedFields(fieldsOf(read.patch), looked);
  faults.push(...read.faults);
  for (const conflict of conflicts) {
    faults.push({ column: columnOf(conflict.field, fields), code: 'STALE_BASE', message: conflictTold(conflict) });
  }
  if (!patch || faults.length > 0) return new ProductProposal(null, title, optionNames, faults);
  const change = { operation: 'PRODUCT_UPDATE' as const, target: handle, baseRevision: looked.revision, patch };
  return new ProductProposal(change, typeof patch.title === 'string' ? patch.title : title, optionNames, []);
}

function columnOf(field: string, columns: readonly PlacedProductColumn[]): PlacedProductColumn | undefined {
  return columns.find(({ column }) =>
    column.kind === 'attribute' ? field === `attributes.${column.key}` : fieldOf(column) === field,
  );
}
