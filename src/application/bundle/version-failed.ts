import { systemActor } from '../../domain/actor.js';
import { bundleVersionRefused } from '../../domain/alerts/occasions.js';
import { linesJson } from '../../domain/bundle/composition.js';
import type { VersionFailure } from '../ports/bundle-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';

/** Who puts versions into effect. */
export const BUNDLE_ACTOR = systemActor('bundles');

/**
 * A version could not take effect when it was due: the one place that every such failure goes through, in the transaction
 * that decided it. It is kept where operators look (`bundleVersionFailures`), and told in the audit log the first time:
 * BUNDLE_VERSION_REFUSED where it does not stand and is gone, BUNDLE_VERSION_FAILED where it is tried again. Whoever is
 * accountable for the bundle is alerted with it, once of each.
 */
export async function versionFailed(
  ports: Pick<Ports, 'newId'>,
  stores: Stores,
  failure: Omit<VersionFailure, 'id'>,
): Promise<void> {
  const { version, kind, problems, error } = failure;
  const { code, at, changeRequestId } = version;
  const isFirst = await stores.bundles.fail({ ...failure, id: ports.newId() });
  if (isFirst || kind === 'REFUSED') {
    const data = { at, changeRequestId, lines: linesJson(version.lines), problems: [...problems], error };
    await stores.audit([{ actor: BUNDLE_ACTOR, type: `BUNDLE_VERSION_${kind}`, subject: code, data }]);
    const why = [...problems.map(({ message }) => message), ...(error === null ? [] : [error])];
    const owner = await stores.alerts.ownerOf(code);
    await stores.alerts.raise([bundleVersionRefused({ code, at, changeRequestId, kind }, owner, why)]);
  }
}
