import { gtin14 } from '../catalog/gtin.js';
import { skeletonOf } from '../catalog/look-alike.js';
import { foldCode } from '../primitives/text.js';
import type { ProposedChange } from './change.js';
import { isOfSku, productOfPatch } from './change.js';

/** What of the master changes reach by themselves; what is around it is looked up from there. */
export interface Reach {
  /** SKUs, by folded code. */
  codes: string[];
  handles: string[];
  /** On 14 digits. */
  gtins: string[];
  /** SKUs that are to succeed others, by folded code. */
  successors: string[];
  /** New codes, folded, and what they look like. */
  newCodes: string[];
  skeletons: string[];
  /** Base revisions that may lie behind the present one. */
  bases: { entity: 'SKU' | 'PRODUCT'; key: string; revision: number }[];
}

export function reachOf(changes: readonly ProposedChange[]): Reach {
  const reach: Reach = { codes: [], handles: [], gtins: [], successors: [], newCodes: [], skeletons: [], bases: [] };
  for (const { operation, target, baseRevision, patch } of changes) {
    const isSku = isOfSku(operation);
    const key = isSku ? foldCode(target) : target;
    (isSku ? reach.codes : reach.handles).push(key);
    if (operation === 'SKU_CREATE') {
      reach.handles.push(productOfPatch(patch));
      reach.newCodes.push(key);
      reach.skeletons.push(skeletonOf(target));
    }
    if (typeof patch.gtin === 'string') reach.gtins.push(gtin14(patch.gtin));
    if (typeof patch.successor === 'string') reach.successors.push(foldCode(patch.successor));
    if (baseRevision !== null) reach.bases.push({ entity: isSku ? 'SKU' : 'PRODUCT', key, revision: baseRevision });
  }
  return reach;
}
