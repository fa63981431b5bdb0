import type { BundleLine } from '../../domain/bundle/composition.js';
import { compositionsOf, timelineSnapshot } from '../../domain/bundle/timeline.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { ChangeSet, World } from '../../domain/change/draft.js';
import { compositionsIn, reachOf } from '../../domain/change/reach.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { RowChange } from '../../domain/imports/import-format.js';
import type { RehearsedSku } from '../../domain/imports/rehearsed-world.js';
import { rehearsedWorld } from '../../domain/imports/rehearsed-world.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Stores } from '../ports/unit-of-work.js';
import type { BaselineGround, Made } from './baseline-ground.js';
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
    const components = changes.flatMap(({ patch }) => compositionsIn(patch)).flatMap(codesIn);
    const skus = await withComponents(rehearsals, importId, [...codes, ...components]);
    const products = await rehearsals.products(
      importId,
      handles,
      skus.map(({ sku }) => sku.productId),
    );
    const master = await catalog.world([...changes, ...skus.flatMap(lookUp)], { lock: false });
    const productIds = [...master.products.values(), ...products].map(({ id }) => id);
    const around = await rehearsals.around(importId, { productIds, gtins, skeletons });
    return rehearsedWorld(master, { products, skus, ...around }, codes);
  }

  async write(
    { rehearsals }: Stores,
    set: ChangeSet,
    rows: readonly RowChange[],
    faults: readonly RowFault[],
  ): Promise<Made> {
    const lines = new Map(rows.map(({ line, change }) => [foldCode(change.target), line]));
    await rehearsals.add(this.importId, set, lines);
    return { skusCreated: set.skus.length, qualityIssues: notedIssues(faults, targetsOf(set), rows).length };
  }

  linesOf({ rehearsals }: Stores, foldedCodes: readonly string[]): Promise<Map<string, number>> {
    return rehearsals.linesOf(this.importId, foldedCodes);
  }

  /** Nothing was made that anybody should hear of. */
  async settle(): Promise<void> {}
}

/** SKUs by folded code, and everything that the bundles among them hold; one statement for each level of bundles. */
async function withComponents(
  rehearsals: Stores['rehearsals'],
  importId: string,
  foldedCodes: readonly string[],
): Promise<RehearsedSku[]> {
  const seen = new Set(foldedCodes);
  const all: RehearsedSku[] = [];
  for (let next = [...seen]; next.length > 0;) {
    const found = await rehearsals.skus(importId, next);
    all.push(...found);
    const held = found.flatMap(({ bundle }) => (bundle ? compositionsOf(bundle).flatMap(codesIn) : []));
    next = [...new Set(held)].filter((code) => !seen.has(code));
    for (const code of next) seen.add(code);
  }
  return all;
}

/** The change by which the catalogue finds out what a rehearsed bundle holds of the master. */
function lookUp({ sku, bundle }: RehearsedSku): ProposedChange[] {
  if (!bundle) return [];
  return [
    {
      operation: 'SKU_CREATE',
      target: sku.code,
      baseRevision: null,
      patch: { product: '', ...timelineSnapshot(bundle) },
    },
  ];
}

function codesIn(lines: readonly BundleLine[]): string[] {
  return lines.map(({ sku }) => foldCode(sku));
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
