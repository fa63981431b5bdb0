import { systemActor } from '../../domain/actor.js';
import { linesJson } from '../../domain/bundle/composition.js';
import type { VersionFailure } from '../ports/bundle-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';

/** Who puts versions into effect. */
export const BUNDLE_ACTOR = systemActor('bundles');

/**
 * A version could not take effect when it was due: the one place that every such failure goes through, in the transaction
 * that decided it. It is kept where operators look (`bundleVersionFailures`), and told in the audit log the first time:
 * BUNDLE_VERSION_REFUSED where it does not stand and is gone, BUNDLE_VERSION_FAILED where it is tried again.
 * @returns whether it is the first failure of that version: whoever is to be alerted is alerted then.
 */
export async function versionFailed(
  ports: Pick<Ports, 'newId'>,
  stores: Stores,
  failure: Omit<VersionFailure, 'id'>,
): Promise<boolean> {
  const { version, kind, problems, error } = failure;
  const { code, at, changeRequestId } = version;
  const isFirst = await stores.bundles.fail({ ...failure, id: ports.newId() });
  if (isFirst || kind === 'REFUSED') {
    const data = { at, changeRequestId, lines: linesJson(version.lines), problems: [...problems], error };
    await stores.audit([{ actor: BUNDLE_ACTOR, type: `BUNDLE_VERSION_${kind}`, subject: code, data }]);
  }
  return isFirst;
}
