import type { Caller } from '../../../domain/actor.js';
import { skuSnapshot } from '../../../domain/catalog/sku.js';
import { withEditor } from '../../../domain/change/authors.js';
import { isOfSku } from '../../../domain/change/change.js';
import type { World } from '../../../domain/change/draft.js';
import { rebased } from '../../../domain/change/rebase.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { Outcome } from '../../../domain/problem.js';
import { accepted, problem, refused } from '../../../domain/problem.js';
import type { StoredChange } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import { planRequest } from '../plan-request.js';
import { goOn } from './go-on.js';
import { objectionsTo } from './own-request.js';

/**
 * Takes the present as the new base of a request: what it proposes stays, also where somebody else changed the same field
 * meanwhile, and whoever approved a field in conflict is asked again, because it runs over something that they have not
 * seen. Approvals that cover no conflict stay. Refused, with nothing changed, where what it proposes does not hold now.
 */
export async function rebaseChangeRequest(ports: Ports, caller: Caller, id: string): Promise<Outcome<{ id: string }>> {
  return ports.work.run(async (stores) => {
    const request = await stores.requests.lock(id);
    if (!request) return refused(problem('NOT_FOUND', 'there is no such change request', ['id']));
    const objections = objectionsTo(request, caller, 'REBASE');
    if (objections.length > 0) return { ok: false, problems: objections };
    const { author, title, reason, effectiveAt } = request;
    const onOld = await planRequest(ports, stores, request.changes, author, { lock: false });
    const changes = request.changes.map((change) => onPresent(onOld.world, change));
    const editors = withEditor(request, caller.actor);
    const planned = await planRequest(ports, stores, changes, author, { lock: false, editors });
    if (request.state !== 'DRAFT' && planned.problems.length > 0) {
      const found = planned.problems.map((each) => ({ ...each, field: ['id'] }));
      return { ok: false, problems: found };
    }
    const targets = [...new Set(onOld.set.conflicts.map(({ target }) => target))];
    const isSame = changes.every(({ baseRevision }, index) => baseRevision === request.changes[index]?.baseRevision);
    const now = { ...request, changes, editors: isSame ? request.editors : editors };
    if (!isSame) {
      await stores.requests.rewrite(id, { title, reason, effectiveAt, editors: now.editors }, changes);
    }
    const voided = await goOn(ports, stores, now, planned, targets);
    const { conflicts } = onOld.set;
    await stores.audit([
      { actor: caller.actor, type: 'CHANGE_REQUEST_REBASED', subject: request.number, data: { conflicts, voided } },
    ]);
    return accepted({ id });
  });
}

function onPresent(world: World, change: StoredChange): StoredChange {
  const { operation, target, baseRevision, id } = change;
  if (operation === 'PRODUCT_CREATE' || operation === 'SKU_CREATE') return change;
  if (!isOfSku(operation)) return { ...change, baseRevision: world.products.get(target)?.revision ?? baseRevision };
  const sku = world.skus.get(foldCode(target));
  if (!sku) return change;
  const current = skuSnapshot(sku);
  const base = world.bases.get(`SKU:${foldCode(target)}:${baseRevision}`) ?? current;
  return { ...rebased(change, { base, current, revision: sku.revision }), id };
}
