import { SCHEDULED_FIELD } from '../../domain/bundle/timeline.js';
import type { ChangeSet } from '../../domain/change/draft.js';
import { canaryRuleOf } from '../../domain/settings/publishing-setting.js';
import type { Stamp, WrittenRevision } from '../ports/catalog-store.js';
import type { Stores } from '../ports/unit-of-work.js';

/**
 * The one write path into the master. `DELIVER`: what changed is owed to every system that holds it.
 * `BASELINE`: the master learns what is out there already, so nothing is owed; new records wait for a scan to match them.
 */
export async function writeChangeSet(
  stores: Stores,
  set: ChangeSet,
  stamp: Stamp,
  mode: 'DELIVER' | 'BASELINE',
): Promise<WrittenRevision[]> {
  const written = await stores.catalog.write(set, stamp);
  await stores.quality.settle(written, stamp.changeRequestId);
  for (const at of beginningsOf(set)) await stores.wake.bundleDue(at);
  if (mode === 'BASELINE') {
    await stores.records.ensure(written, 'WAITING');
    return written;
  }
  await stores.records.ensure(written, 'TO_CREATE');
  const { publishing } = await stores.settings.current();
  const systems = await stores.deliveries.enqueue(written, stamp.changeRequestId, canaryRuleOf(publishing));
  if (systems.length > 0) await stores.wake.deliveriesDue(systems);
  return written;
}

/** Moments at which versions of bundles are to take effect; each once. */
function beginningsOf({ skus }: ChangeSet): Date[] {
  const changed = skus.filter(({ changes }) => changes.some(({ field }) => field === SCHEDULED_FIELD));
  const instants = new Set(changed.flatMap(({ bundle }) => [...(bundle?.scheduled.keys() ?? [])]));
  return [...instants].map((instant) => new Date(instant));
}
