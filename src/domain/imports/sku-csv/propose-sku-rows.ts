import type { ProposedChange } from '../../change/change.js';
import type { FieldValues } from '../../primitives/json.js';
import type { CsvRow, RowFault } from '../csv-row.js';
import { derivedTitle } from '../derived-title.js';
import type { Held } from '../held.js';
import type { GroupReading, Known, RowChange } from '../import-format.js';
import type { ProductProposal } from './propose-product-cells.js';
import { proposeProductCells } from './propose-product-cells.js';
import { proposeSkuUpdate } from './propose-sku-update.js';
import { fieldsOf, readSkuCells } from './read-sku-cells.js';
import type { SkuColumns } from './sku-columns.js';
import type { RowProposal } from './sku-row.js';
import { SkuRow } from './sku-row.js';

/**
 * The rows of one product as a proposal against what the master holds: unknown codes are created, of known ones only
 * what the author changed. A row with anything wrong is not taken at all; a cell that was left as it is, is not judged.
 * @param rows all of one product, or a single row where the file does not name products.
 */
export function proposeSkuRows(rows: readonly CsvRow[], columns: SkuColumns, held: Held, known: Known): GroupReading {
  const [first, ...others] = rows.map((row) => new SkuRow(row, columns));
  if (!first) return { changes: [], faults: [] };
  const product = proposeProductCells(first, columns, held, known);
  const faults: RowFault[] = [];
  const skus: RowChange[] = [];
  let firstTaken: SkuRow | null = null;
  for (const row of [first, ...others]) {
    const otherwise = row === first ? null : row.disagreesWith(first);
    const made = otherwise ? { changes: [], faults: [otherwise] } : proposeRow(row, { columns, held, known, product });
    faults.push(...made.faults);
    if (made.faults.length > 0) continue;
    firstTaken ??= row;
    for (const change of made.changes) skus.push({ line: row.line, change });
  }
  const { change } = product;
  const changes = change && firstTaken ? [{ line: firstTaken.line, change }, ...skus] : skus;
  return { changes, faults };
}

/** What a row is one of. */
interface Of {
  columns: SkuColumns;
  held: Held;
  known: Known;
  product: ProductProposal;
}

function proposeRow(row: SkuRow, of: Of): RowProposal {
  const code = row.code();
  const revision = row.revision('revision');
  const faults = of.product.faultsOf(row);
  if (code.fault) faults.push(row.reject('code', code.fault));
  if (revision.fault) faults.push(row.reject('revision', revision.fault));
  if (code.value === null || faults.length > 0) return { changes: [], faults };
  const sku = of.held.sku(code.value);
  if (sku) return proposeSkuUpdate(row, { ...of, sku, revision: revision.value });
  if (revision.value === null) return createSku(row, code.value, of);
  const message = 'no SKU has this code, though the row has a revision, as exported rows do: was the code edited?';
  return { changes: [], faults: [row.reject('code', { code: 'NOT_FOUND', message })] };
}

function createSku(row: SkuRow, code: string, { columns, known, product }: Of): RowProposal {
  if (row.handle === '') {
    const message = 'the master does not know this code, and a new SKU needs a product';
    return { changes: [], faults: [row.reject('product.handle', { code: 'REQUIRED', message })] };
  }
  const state = row.state();
  const kind = row.kind();
  const { optionNames } = product;
  const against = { sku: null, optionNames, known };
  const read = readSkuCells(row.row.cells, columns, columns.ofSku, against);
  const faults = read.faults.map((fault) => row.rejectCell(fault));
  if (state.fault) faults.push(row.reject('state', state.fault));
  if (kind.fault) faults.push(row.reject('kind', kind.fault));
  const title = read.patch.title ?? derivedTitle(product.title, read.patch.optionValues ?? []);
  const patch: FieldValues = { ...fieldsOf(read.patch), ...(title !== null && { title }), product: row.handle };
  if (kind.value === 'BUNDLE') patch.kind = kind.value;
  const changes: ProposedChange[] = [{ operation: 'SKU_CREATE', target: code, baseRevision: null, patch }];
  if (state.value !== null && state.value !== 'DRAFT') {
    // Whether the step is allowed, and the gates let it through, is the plan's to say.
    changes.push({ operation: 'SKU_TRANSITION', target: code, baseRevision: null, patch: { state: state.value } });
  }
  return { changes, faults };
}
