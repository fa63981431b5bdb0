import type { BundleLine } from '../../bundle/composition.js';
import { COMPONENT_LIMIT, compositionFaults, QUANTITY_LIMIT } from '../../bundle/composition.js';
import { codeFault } from '../../catalog/read-sku-fields.js';
import type { RowFault } from '../csv-row.js';
import type { BundleColumns } from './bundle-columns.js';
import type { BundleRows } from './group-bundles.js';

/** Also as systems write it that keep quantities as decimals: `2.0`. No sign, no exponent, no full-width digits. */
const WHOLE_NUMBER = /^0{0,20}(\d{1,9})(?:\.0{1,20})?$/;

/** What is in the bundle as its rows list it, a row a component; and what is wrong with the rows, whatever the SKUs are. */
export function readComponents(
  bundle: BundleRows,
  columns: BundleColumns,
): { lines: BundleLine[]; faults: RowFault[] } {
  const faults: RowFault[] = [];
  const lines = bundle.rows.map(({ cells }) => ({
    sku: columns.cell(cells, 'component'),
    quantity: quantityOf(columns.cell(cells, 'quantity')),
  }));
  for (const [index, row] of bundle.rows.entries()) {
    const unfit = codeFault(columns.cell(row.cells, 'bundle'));
    const component = codeFault(lines[index]?.sku ?? '');
    if (unfit) faults.push(columns.reject(row, 'bundle', unfit));
    if (component) faults.push(columns.reject(row, 'component', component));
    if (columns.cell(row.cells, 'quantity') === '') {
      faults.push(columns.reject(row, 'quantity', { code: 'REQUIRED', message: `${QUANTITY}; this cell is empty` }));
    } else if (Number.isNaN(lines[index]?.quantity)) {
      faults.push(columns.reject(row, 'quantity', { code: 'INVALID_FORMAT', message: `${QUANTITY}, in plain digits` }));
    }
  }
  for (const row of bundle.rows.slice(COMPONENT_LIMIT)) {
    const message = `a bundle has at most ${COMPONENT_LIMIT} components, not ${lines.length}`;
    faults.push(columns.reject(row, 'component', { code: 'TOO_MANY', message }));
  }
  if (lines.length > COMPONENT_LIMIT) return { lines, faults };
  const told = new Set(faults.map(({ line, column }) => `${line} ${column}`));
  for (const { code, message, field } of compositionFaults(lines)) {
    const [index = '0', name] = field ?? [];
    const row = bundle.rows[Number(index)];
    const column = name === 'quantity' ? 'quantity' : 'component';
    // What a cell lacks in itself says more than what that makes of the list.
    if (row && !told.has(`${row.line} ${columns.nameOf(column)}`)) {
      faults.push(columns.reject(row, column, { code, message }));
    }
  }
  return { lines, faults };
}

const QUANTITY = `a quantity is a whole number from 1 to ${QUANTITY_LIMIT}`;

function quantityOf(text: string): number {
  const digits = WHOLE_NUMBER.exec(text)?.[1];
  return digits === undefined ? Number.NaN : Number(digits);
}
