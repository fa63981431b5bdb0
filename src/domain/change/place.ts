import { isBundleField } from '../bundle/timeline.js';
import type { ChangeOperation, ProposedChange } from './change.js';

/** The member of the API's ChangeInput that each operation comes as: where a caller has to look. */
const MEMBER: Readonly<Record<ChangeOperation, string>> = {
  PRODUCT_CREATE: 'productCreate',
  PRODUCT_UPDATE: 'productUpdate',
  SKU_CREATE: 'skuCreate',
  SKU_UPDATE: 'skuUpdate',
  SKU_TRANSITION: 'skuTransition',
  BUNDLE_SET: 'bundleSet',
};

/** The path of a change in the request that it came with: `["changes", "3", "skuUpdate"]`. */
export function placeOf(change: ProposedChange, index: number): string[] {
  return ['changes', String(index), MEMBER[change.operation]];
}

/** The path of the list of components that a change sets. */
export function placeOfComponents(change: ProposedChange, index: number): string[] {
  return [...placeOf(change, index), change.operation === 'SKU_CREATE' ? 'bundle' : 'components'];
}

/** The path of one of its fields. A product's fields stand beside its handle, a SKU's under `fields`. */
export function placeOfField(change: ProposedChange, index: number, field: string): string[] {
  if (isBundleField(field)) return placeOfComponents(change, index);
  const nested = change.operation === 'SKU_CREATE' || change.operation === 'SKU_UPDATE';
  return [...placeOf(change, index), ...(nested ? ['fields'] : []), field === 'state' ? 'to' : field];
}
