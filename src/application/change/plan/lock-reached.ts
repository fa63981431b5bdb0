import type { ProposedChange } from '../../../domain/change/change.js';
import type { World } from '../../../domain/change/draft.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { Stores } from '../../ports/unit-of-work.js';

/**
 * Locks the records that changes reach, all at once. Catalogue rows are locked before them, then findings, deliveries and
 * lanes: the order of everybody who takes more than one of these.
 * @param requestId whose adoptions are reached as well; null where there is no request yet.
 * @param world read with its rows locked.
 */
export async function lockReached(
  stores: Pick<Stores, 'records'>,
  requestId: string | null,
  changes: readonly ProposedChange[],
  { products, skus }: Pick<World, 'products' | 'skus'>,
): Promise<void> {
  const composed = changes.filter(({ operation }) => operation === 'BUNDLE_SET');
  await stores.records.lock({
    productIds: [...products.values()].map(({ id }) => id),
    composedIds: composed.flatMap(({ target }) => skus.get(foldCode(target))?.id ?? []),
    requestId,
  });
}
