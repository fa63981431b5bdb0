import { normaliseAll } from '../../../domain/drift/normalise.js';
import type { FieldValues, Json } from '../../../domain/primitives/json.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { LockedFinding } from '../../ports/finding-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { isProposedBy, proposalsOf } from './adoption.js';

/** What a stranger showed, as it is compared from now on. Tags stay out: B of tags is what is ours. */
function shownBy(found: Json): FieldValues {
  const shown = typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
  return normaliseAll(Object.fromEntries(Object.entries(shown).filter(([field]) => field !== 'product.tags')));
}

/**
 * What was adopted is the master's own now: what was found there counts as published, a stranger's record is its new SKU's,
 * and the findings end. A finding whose value moved on since it was proposed is not what was approved: it stays open, free
 * to be decided anew.
 * @param linked findings that the request proposes, locked, as they are now.
 */
export async function closeAdopted(
  ports: Ports,
  stores: Stores,
  request: Pick<ChangeRequest, 'author' | 'changes'>,
  linked: readonly LockedFinding[],
): Promise<void> {
  if (linked.length === 0) return;
  const proposals = await proposalsOf(ports, stores, linked);
  const adopted = proposals.filter((each) => isProposedBy(request.changes, each)).map(({ finding }) => finding);
  const moved = linked.filter((finding) => !adopted.includes(finding));
  if (moved.length > 0) await stores.findings.releaseAdoption(moved.map(({ id }) => id));
  if (adopted.length === 0) return;
  const values = adopted.flatMap(({ recordId, field, found }) =>
    recordId && field ? [{ recordId, field, value: found }] : [],
  );
  await stores.records.adoptBase(values);
  await stores.records.adoptStrangers(
    adopted.flatMap(({ kind, system, target, externalId, root, found }) =>
      kind === 'UNEXPECTED' && externalId && root
        ? [{ system, code: target, externalId, root, base: shownBy(found) }]
        : [],
    ),
  );
  await stores.findings.close(adopted.map(({ id }) => ({ findingId: id, resolution: 'ADOPTED', by: request.author })));
}
