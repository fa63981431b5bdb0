import { linesJson } from '../../bundle/composition.js';
import type { ProposedChange } from '../../change/change.js';
import type { FieldValues } from '../../primitives/json.js';
import type { FaultSubject } from '../csv-row.js';
import type { BundleColumns } from './bundle-columns.js';
import type { BundleInFile } from './bundle-in-file.js';
import type { OwnColumn } from './group-bundles.js';
import type { Home } from './new-bundle-homes.js';
import { readBundleFields } from './read-bundle-fields.js';

/** Whose value a cell is: the title of a bundle is its product's too. */
const BEARERS: Readonly<Record<OwnColumn, readonly FaultSubject['entity'][]>> = {
  title: ['PRODUCT', 'SKU'],
  handle: ['PRODUCT'],
  vendor: ['PRODUCT'],
  productType: ['PRODUCT'],
  price: ['SKU'],
};

/**
 * Makes a bundle and its product of what the file says: DRAFT, and without a price unless the file has one.
 * @param refuses what is not taken where a value does not hold: the bundle (as a proposal does), or just that value.
 */
export function createBundle(
  bundle: BundleInFile,
  home: Home,
  columns: BundleColumns,
  refuses: 'ROWS' | 'VALUES',
): void {
  const { code, first, lines: together, components, own } = bundle;
  const { sku, product, faults } = readBundleFields(bundle, {});
  if (!own.title) faults.push({ column: 'title', code: 'REQUIRED', message: 'a title has at least one character' });
  if (home.fault) bundle.faults.push(columns.reject(own.handle?.row ?? first, 'handle', home.fault));
  for (const { column, ...told } of faults) {
    const row = own[column]?.row ?? first;
    if (refuses === 'ROWS' || home.fault) bundle.faults.push(columns.reject(row, column, told));
    else {
      for (const entity of BEARERS[column]) {
        const subject: FaultSubject = { entity, key: entity === 'SKU' ? code : home.handle, field: column };
        const instead = column === 'title' ? `the handle stands in for the ${entity}'s` : 'left unset';
        const message = `${told.message}; ${instead}`;
        bundle.faults.push(columns.note(row, column, { code: told.code, message }, subject));
      }
    }
  }
  if (/^'\d+$/.test(code)) {
    const message = 'begins with an apostrophe, as spreadsheets write numbers; kept as it is';
    const subject: FaultSubject = { entity: 'SKU', key: code, field: 'code' };
    bundle.faults.push(columns.note(first, 'bundle', { code: 'INVALID_FORMAT', message }, subject));
  }
  if (home.fault) return;
  const title = sku.title === undefined ? {} : { title: sku.title };
  const make = (operation: ProposedChange['operation'], target: string, patch: FieldValues): void => {
    bundle.changes.push({ line: first.line, change: { operation, target, baseRevision: null, patch }, together });
  };
  if (home.isNew) make('PRODUCT_CREATE', home.handle, { ...title, ...product, optionNames: [] } as FieldValues);
  const content = { ...sku, ...title, product: home.handle, kind: 'BUNDLE', bundle: linesJson(components) };
  make('SKU_CREATE', code, content);
}
