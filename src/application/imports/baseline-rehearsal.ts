import type { ProposedChange } from '../../domain/change/change.js';
import type { ChangeSet, World } from '../../domain/change/draft.js';
import { reachOf } from '../../domain/change/reach.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { ImportHeader, RowChange } from '../../domain/imports/import-format.js';
import { rehearsedWorld } from '../../domain/imports/rehearsed-world.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Stores } from '../ports/unit-of-work.js';
import type { BaselineGround, Made } from './baseline-ground.js';
import { successorFaults } from './missing-successors.js';
import type { MadeTarget } from './noted-issues.js';
import { notedIssues } from './noted-issues.js';

/**
 * A dry run: each batch is planned against the master as it would be by now, and what it would make is kept beside the
 * import, where nobody else looks. Nothing is locked: the master is only read, and may change before the file is meant.
 */
export class BaselineRehearsal implements BaselineGround {
  constructor(private readonly importId: string) {}

  async world({ catalog, rehearsals }: Stores, changes: readonly ProposedChange[]): Promise<World> {
    const { importId } = this;
    const { codes, handles, gtins, skeletons } = reachOf(changes);
    const skus = await rehearsals.skus(importId, codes);
    const products = await rehearsals.products(
      importId,
      handles,
      skus.map(({ productId }) => productId),
    );
    const master = await catalog.world(changes, { lock: false });
    const productIds = [...master.products.values(), ...products].map(({ id }) => id);
    const around = await rehearsals.around(importId, { productIds, gtins, skeletons });
    return rehearsedWorld(master, { products, skus, ...around });
  }

  async write(
    { rehearsals }: Stores,
    set: ChangeSet,
    rows: readonly RowChange[],
    faults: readonly RowFault[],
  ): Promise<Made> {
    const lines = new Map(rows.map(({ line, change }) => [foldCode(change.target), line]));
    await rehearsals.add(this.importId, set, lines);
    const skusCreated = set.skus.filter(({ before }) => before === null).length;
    const qualityIssues = notedIssues(faults, targetsOf(set), rows).length;
    return { skusCreated, compositionsSet: set.skus.length - skusCreated, qualityIssues };
  }

  async takeBackSuccessors({ rehearsals }: Stores, header: ImportHeader, limit: number): Promise<RowFault[]> {
    return successorFaults(await rehearsals.takeBackSuccessors(this.importId, limit), header);
  }

  linesOf({ rehearsals }: Stores, foldedCodes: readonly string[]): Promise<Map<string, number>> {
    return rehearsals.linesOf(this.importId, foldedCodes);
  }

  /** Nothing was made that anybody should hear of. */
  async settle(): Promise<void> {}
}

function targetsOf({ products, skus }: ChangeSet): MadeTarget[] {
  return [
    ...products.map(({ before, after: { id, handle } }): MadeTarget => {
      return { entity: 'PRODUCT', productId: id, skuId: null, target: handle, created: before === null };
    }),
    ...skus.map(({ before, after: { id, productId, code } }): MadeTarget => {
      return { entity: 'SKU', productId, skuId: id, target: code, created: before === null };
    }),
  ];
}
