import type { Actor } from '../../domain/actor.js';
import type { ApprovalRequirement } from '../../domain/change/approval.js';
import { requirementsOf } from '../../domain/change/approval.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { ChangeSet } from '../../domain/change/draft.js';
import { planChanges } from '../../domain/change/plan-changes.js';
import { resolveOwner } from '../../domain/ownership/resolve-owner.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';

export interface PlannedRequest {
  set: ChangeSet;
  requirements: ApprovalRequirement[];
  problems: Problem[];
}

/**
 * What a request would do to the master as it is now, and who has to approve it: the same code before approval and at
 * apply, so that what was approved is what runs.
 * @param lock at apply: what the plan was made from stays true until the transaction ends.
 */
export async function planRequest(
  ports: Pick<Ports, 'newId'>,
  stores: Stores,
  changes: readonly ProposedChange[],
  author: Actor,
  options: { lock: boolean },
): Promise<PlannedRequest> {
  const world = await stores.catalog.world(changes, options);
  const set = planChanges(world, changes, () => ports.newId());
  const [parties, rules, at] = [
    await stores.parties.parties(),
    await stores.parties.ownershipRules(),
    await stores.now(),
  ];
  const approvers = await stores.parties.partiesWithRole('APPROVER');
  const admins = approvers.length > 0 ? [] : await stores.parties.partiesWithRole('ADMIN');
  const productOf = new Map(set.products.map(({ after }) => [after.id, after]));
  for (const product of world.products.values()) if (!productOf.has(product.id)) productOf.set(product.id, product);
  const touched = [
    ...set.products.map(({ after, changes: fields }) => ({
      target: after.handle,
      ownerId:
        resolveOwner(
          rules,
          { code: null, handle: after.handle, productType: after.productType, vendor: after.vendor },
          at,
        )?.ownerId ?? null,
      fields: fields.map(({ field }) => field),
    })),
    ...set.skus.map(({ after, changes: fields }) => {
      const product = productOf.get(after.productId);
      const thing = {
        code: after.code,
        handle: product?.handle ?? '',
        productType: product?.productType ?? null,
        vendor: product?.vendor ?? null,
      };
      return {
        target: after.code,
        ownerId: resolveOwner(rules, thing, at)?.ownerId ?? null,
        fields: fields.map(({ field }) => field),
      };
    }),
  ];
  const { requirements, orphans } = requirementsOf(touched, {
    parties: new Map(parties.map((party) => [party.id, party])),
    approvers: approvers.length > 0 ? approvers : admins,
    authorPartyId: author.partyId,
  });
  const nobody = orphans.length > 0 ? [nobodyLeft(orphans)] : [];
  return { set, requirements, problems: [...set.problems, ...nobody] };
}

function nobodyLeft(targets: readonly string[]): Problem {
  const named = targets.slice(0, 10).join(', ') + (targets.length > 10 ? ` and ${targets.length - 10} more` : '');
  return problem('NO_ELIGIBLE_APPROVER', `nobody but the author could approve the changes of ${named}`, ['changes']);
}
