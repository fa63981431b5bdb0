import { linesJson } from '../../bundle/composition.js';
import { BUNDLE_FIELD, compositionsOf, NOTHING_YET } from '../../bundle/timeline.js';
import type { BundleTimeline } from '../../bundle/timeline.js';
import type { Sku } from '../../catalog/sku.js';
import type { ProposedChange } from '../../change/change.js';
import { foldCode } from '../../primitives/text.js';
import type { FieldValues } from '../../primitives/json.js';
import { sameJson } from '../../primitives/json.js';
import type { Held } from '../held.js';
import { proposedFields } from '../proposed-fields.js';
import type { BundleColumns } from './bundle-columns.js';
import type { BundleInFile } from './bundle-in-file.js';
import { OWN_COLUMNS } from './group-bundles.js';
import { readBundleFields } from './read-bundle-fields.js';

const ON_DAY_ONE = 'a bundle is made by the file that has its code first: see docs/bundle-csv.md';

/** What a bundle that is there would become: what differs of it, and nothing where the file says what is so already. */
export function changeBundle(bundle: BundleInFile, sku: Sku, columns: BundleColumns, held: Held): void {
  if (!isBundle(bundle, sku, columns)) return;
  const { own, first, lines: together } = bundle;
  const home = held.productOf(sku);
  bundle.home = home.handle;
  const present = { title: sku.title, price: sku.price, vendor: home.vendor, productType: home.productType };
  if (own.handle && own.handle.text !== home.handle) {
    const message = `the bundle belongs to product ${home.handle}, and stays there`;
    bundle.faults.push(columns.reject(own.handle.row, 'handle', { code: 'FIELD_IMMUTABLE', message }));
  }
  const said = readBundleFields(bundle, present);
  for (const { column, ...told } of said.faults) {
    bundle.faults.push(columns.reject(own[column]?.row ?? first, column, told));
  }
  const make = (change: ProposedChange): void => {
    bundle.changes.push({ line: first.line, change, together });
  };
  const product = held.lookedAtProduct(home, null);
  const ofProduct = product && proposedFields({ ...said.product }, product).patch;
  if (ofProduct) {
    make({ operation: 'PRODUCT_UPDATE', target: home.handle, baseRevision: home.revision, patch: ofProduct });
  }
  const looked = held.lookedAtSku(sku, null);
  const patch = looked && proposedFields({ ...said.sku }, looked).patch;
  if (patch) make({ operation: 'SKU_UPDATE', target: sku.code, baseRevision: sku.revision, patch });
  if (!isComposedSo(bundle, timelineOf(sku, held))) make(composition(bundle, sku));
}

/**
 * A baseline only creates. The one thing that it adds to a bundle that is there is what the bundle has never had: its
 * first composition. What else the file says of it is not taken, and told where it is something else.
 */
export function composeBundle(bundle: BundleInFile, sku: Sku, columns: BundleColumns, held: Held): void {
  if (!isBundle(bundle, sku, columns)) return;
  const { first, lines: together } = bundle;
  if (compositionsOf(timelineOf(sku, held)).length > 0) {
    const message = 'the master knows this bundle, and what is in it; a baseline only creates: propose what differs';
    bundle.faults.push(columns.reject(first, 'bundle', { code: 'CODE_TAKEN', message }));
    return;
  }
  bundle.changes.push({ line: first.line, change: composition(bundle, sku), together });
  const home = held.productOf(sku);
  const { title, price } = sku;
  const has = { title, price, handle: home.handle, vendor: home.vendor, productType: home.productType };
  const { sku: ofSku, product, faults } = readBundleFields(bundle, has);
  const said: FieldValues = { ...product, ...ofSku };
  for (const column of OWN_COLUMNS) {
    const cell = bundle.own[column];
    const present = has[column];
    const isSo = cell?.text === present || sameJson(said[column] ?? null, present);
    if (!cell || (isSo && faults.every((fault) => fault.column !== column))) continue;
    const message = 'the bundle is there already, and not so; a baseline only creates: it stays as it is';
    const subject = { entity: 'SKU' as const, key: sku.code, field: column };
    bundle.faults.push(columns.note(cell.row, column, { code: 'ROWS_DISAGREE', message }, subject));
  }
}

function isBundle(bundle: BundleInFile, sku: Sku, columns: BundleColumns): boolean {
  if (sku.kind === 'BUNDLE') return true;
  const message = `SKU ${sku.code} is there as a simple one, and never becomes a bundle; ${ON_DAY_ONE}`;
  bundle.faults.push(columns.reject(bundle.first, 'bundle', { code: 'NOT_A_BUNDLE', message }));
  return false;
}

function composition({ components }: BundleInFile, sku: Sku): ProposedChange {
  const patch = { [BUNDLE_FIELD]: linesJson(components) };
  return { operation: 'BUNDLE_SET', target: sku.code, baseRevision: sku.revision, patch };
}

function timelineOf(sku: Sku, held: Held): BundleTimeline {
  return held.world.bundles.timelines.get(foldCode(sku.code)) ?? NOTHING_YET;
}

/** The same components in the same order, because people see it. */
function isComposedSo({ components }: BundleInFile, { current }: BundleTimeline): boolean {
  return (
    current?.length === components.length &&
    current.every(({ sku, quantity }, index) => {
      const said = components[index];
      return said !== undefined && foldCode(sku) === foldCode(said.sku) && quantity === said.quantity;
    })
  );
}
