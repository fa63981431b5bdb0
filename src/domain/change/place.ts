import { isBundleField } from '../bundle/timeline.js';
import { foldCode } from '../primitives/text.js';
import type { ChangeOperation, ProposedChange } from './change.js';
import { isOfSku } from './change.js';

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

interface Placed {
  change: ProposedChange;
  index: number;
}

/** Where to point for a SKU that something is wrong with: the change that did it. Looked up, however long the request is. */
export class Places {
  /** Made only where something is wrong: an import of many batches asks for no place at all. */
  private known: { bySku: Map<string, Placed[]>; byProduct: Map<string, Placed[]> } | null = null;

  constructor(private readonly changes: readonly ProposedChange[]) {}

  /**
   * The first change of the SKU, or else of its product, that names one of the fields; else the first of either.
   * @param handle of the product, where a change of it may be at fault.
   */
  of(code: string, handle: string | null, fields: readonly string[]): string[] {
    this.known ??= this.lookUp();
    const { bySku, byProduct } = this.known;
    const mine = [...(bySku.get(foldCode(code)) ?? []), ...(byProduct.get(handle ?? '') ?? [])];
    for (const { change, index } of mine) {
      const field = fields.find((each) => each in change.patch);
      if (field !== undefined) return placeOfField(change, index, field);
    }
    const [first] = mine;
    return first ? placeOfField(first.change, first.index, fields[0] ?? 'state') : ['changes'];
  }

  private lookUp(): { bySku: Map<string, Placed[]>; byProduct: Map<string, Placed[]> } {
    const all = this.changes.map((change, index) => ({ change, index }));
    return {
      bySku: Map.groupBy(all.filter(isOfOneSku), ({ change }) => foldCode(change.target)),
      byProduct: Map.groupBy(
        all.filter((placed) => !isOfOneSku(placed)),
        ({ change }) => change.target,
      ),
    };
  }
}

function isOfOneSku({ change }: Placed): boolean {
  return isOfSku(change.operation);
}
