import type { Sku } from '../../catalog/sku.js';
import type { ProposedChange } from '../../change/change.js';
import type { FieldValues } from '../../primitives/json.js';
import type { RowFault } from '../csv-row.js';
import type { Held } from '../held.js';
import type { Known } from '../import-format.js';
import { conflictTold, proposedFields } from '../proposed-fields.js';
import { fieldsOf, readSkuCells } from './read-sku-cells.js';
import { fieldOf } from './sku-column.js';
import type { PlacedSkuColumn, SkuColumns } from './sku-columns.js';
import type { RowProposal, SkuRow } from './sku-row.js';
import type { WrittenSku } from './write-cell.js';
import { skuCell } from './write-cell.js';

/**
 * What a row changes of a SKU that is there: cells that say what the export would have said at the revision that the
 * author looked at are left alone, whether or not they would pass today.
 * @param of `revision` null: the author looked at the present one.
 */
export function proposeSkuUpdate(
  row: SkuRow,
  of: { columns: SkuColumns; held: Held; known: Known; sku: Sku; revision: number | null },
): RowProposal {
  const { columns, held, known, sku, revision } = of;
  const looked = held.lookedAtSku(sku, revision);
  if (!looked) {
    const message = `${sku.code} never had a revision ${revision}; it is at ${sku.revision}`;
    return { changes: [], faults: [row.reject('revision', { code: 'REVISION_UNKNOWN', message })] };
  }
  const base = { ...(looked.base as unknown as WrittenSku), revision: looked.revision };
  const changed = columns.ofSku.filter(
    ({ column, place }) => columns.at(row.row.cells, place) !== skuCell(column, base),
  );
  const product = held.productOf(sku);
  const faults = [...movedFaults(row, columns, product.handle), ...fixedFaults(row, changed, sku)];
  const state = changed.some(({ column }) => column.kind === 'state') ? row.state() : null;
  if (state?.fault) faults.push(row.reject('state', state.fault));
  if (state && !state.fault && state.value === null) {
    faults.push(row.reject('state', { code: 'REQUIRED', message: 'a SKU has a state' }));
  }
  const against = { sku: base, optionNames: product.optionNames, known };
  const read = readSkuCells(row.row.cells, columns, changed, against);
  for (const fault of read.faults) faults.push(row.rejectCell(fault));
  const said: FieldValues = { ...fieldsOf(read.patch), ...(state?.value && { state: state.value }) };
  const { patch, conflicts } = proposedFields(said, looked);
  for (const conflict of conflicts) {
    const fault = { code: 'STALE_BASE' as const, message: conflictTold(conflict) };
    faults.push(row.rejectAt(columnOf(conflict.field, changed), fault));
  }
  return { changes: patch ? changesOf(sku.code, looked.revision, patch) : [], faults };
}

/** A change of state is a step of its own, with gates and approvals of its own. */
function changesOf(code: string, baseRevision: number, patch: FieldValues): ProposedChange[] {
  const { state, ...fields } = patch;
  const changes: ProposedChange[] = [];
  if (Object.keys(fields).length > 0) {
    changes.push({ operation: 'SKU_UPDATE', target: code, baseRevision, patch: fields });
  }
  if (state !== undefined) changes.push({ operation: 'SKU_TRANSITION', target: code, baseRevision, patch: { state } });
  return changes;
}

/** A SKU stays in the product that it was created in. */
function movedFaults(row: SkuRow, columns: SkuColumns, handle: string): RowFault[] {
  if (!columns.has('product.handle') || row.handle === handle) return [];
  const message = `the SKU belongs to product ${handle}, and stays there`;
  return [row.reject('product.handle', { code: row.handle === '' ? 'REQUIRED' : 'FIELD_IMMUTABLE', message })];
}

function fixedFaults(row: SkuRow, changed: readonly PlacedSkuColumn[], sku: Sku): RowFault[] {
  if (!changed.some(({ column }) => column.kind === 'kind')) return [];
  const kind = row.kind();
  if (kind.fault) return [row.reject('kind', kind.fault)];
  const message = `the SKU is ${sku.kind}, and stays so`;
  if (kind.value === sku.kind) return [];
  return [row.reject('kind', { code: kind.value === null ? 'REQUIRED' : 'FIELD_IMMUTABLE', message })];
}

/** The column behind a field of a conflict: `attributes.material` and `systemValues.uk.price` have one each. */
function columnOf(field: string, changed: readonly PlacedSkuColumn[]): PlacedSkuColumn | undefined {
  const exact = changed.find(({ column }) => {
    if (column.kind === 'attribute') return field === `attributes.${column.key}`;
    return column.kind === 'systemAmount' && field === `systemValues.${column.system}.${column.field}`;
  });
  return exact ?? changed.find(({ column }) => fieldOf(column) === field.split('.')[0]);
}
