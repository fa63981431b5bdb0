import type { Caller } from '../../domain/actor.js';
import type { OwnershipScope } from '../../domain/ownership/resolve-owner.js';
import { foldCode, textOrNull } from '../../domain/primitives/text.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

export interface OwnershipRuleDraft {
  scope: OwnershipScope;
  match: string | null;
  /** Party code. */
  owner: string;
  effectiveFrom: Date | null;
  effectiveTo: Date | null;
}

/** Adds a rule; of two equally specific ones in force the later-created wins. */
export async function setOwnershipRule(
  ports: Ports,
  caller: Caller,
  draft: OwnershipRuleDraft,
): Promise<Outcome<{ id: string }>> {
  const match = textOrNull(draft.match);
  if (draft.scope === 'DEFAULT' && match !== null)
    return refused(problem('INVALID_FORMAT', 'the default matches everything', ['match']));
  if (draft.scope !== 'DEFAULT' && match === null)
    return refused(problem('REQUIRED', `a ${draft.scope} rule says what it matches`, ['match']));
  return ports.work.run(async (stores) => {
    const owner = (await stores.parties.parties()).find((each) => each.code === foldCode(draft.owner));
    if (!owner) return refused(problem('NOT_FOUND', `no party has the code ${draft.owner}`, ['owner']));
    const effectiveFrom = draft.effectiveFrom ?? (await stores.now());
    if (draft.effectiveTo && draft.effectiveTo < effectiveFrom) {
      return refused(problem('INVALID_FORMAT', 'the rule would end before it begins', ['effectiveTo']));
    }
    const id = ports.newId();
    await stores.parties.addRule({
      id,
      scope: draft.scope,
      match,
      ownerId: owner.id,
      effectiveFrom,
      effectiveTo: draft.effectiveTo,
    });
    const data = { scope: draft.scope, match, owner: owner.code };
    await stores.audit([{ actor: caller.actor, type: 'OWNERSHIP_RULE_SET', subject: match ?? 'DEFAULT', data }]);
    return accepted({ id });
  });
}
