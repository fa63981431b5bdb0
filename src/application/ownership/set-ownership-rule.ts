import type { Caller } from '../../domain/actor.js';
import type { RuleDraft } from '../../domain/ownership/rule-draft.js';
import { draftFaults, ownerFault } from '../../domain/ownership/rule-draft.js';
import { foldCode, textOrNull } from '../../domain/primitives/text.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { ownerWarnings } from './owner-warnings.js';

export interface RuleSet {
  id: string;
  /** What keeps nothing back: ENGINEERING_OWNER, NO_APPROVER_KEY. */
  warnings: Problem[];
}

/** Adds a rule; of two equally specific ones in force the later-created wins. Everything that is wrong is told at once. */
export async function setOwnershipRule(ports: Ports, caller: Caller, draft: RuleDraft): Promise<Outcome<RuleSet>> {
  return ports.work.run(async (stores) => {
    await stores.ownership.lock();
    const now = await stores.now();
    const match = textOrNull(draft.match);
    const parties = await stores.parties.parties();
    const byId = new Map(parties.map((party) => [party.id, party]));
    const byCode = new Map(parties.map((party) => [party.code, party]));
    const problems = draftFaults(draft, now);
    const said = problems.flatMap(({ field }) => field ?? []);
    if (!said.includes('match') && match !== null) problems.push(...(await unknownMatch(stores, draft.scope, match)));
    const fault = said.includes('owner') ? null : ownerFault(draft.owner, byId, byCode);
    if (fault) problems.push(fault);
    const owner = byCode.get(foldCode(draft.owner));
    if (problems.length > 0 || !owner) return { ok: false, problems };
    const id = ports.newId();
    const { scope, effectiveTo } = draft;
    const effectiveFrom = draft.effectiveFrom ?? now;
    await stores.ownership.addRules([{ id, scope, match, ownerId: owner.id, effectiveFrom, effectiveTo }]);
    const data = { id, scope, match, owner: owner.code, from: effectiveFrom, until: effectiveTo };
    await stores.audit([{ actor: caller.actor, type: 'OWNERSHIP_RULE_SET', subject: match ?? 'DEFAULT', data }]);
    return accepted({ id, warnings: await ownerWarnings(stores, [owner], byId) });
  });
}

/** A SKU or a product that is named must be there: a misspelt rule would cover nothing, and nobody would notice. */
async function unknownMatch(stores: Stores, scope: RuleDraft['scope'], match: string): Promise<Problem[]> {
  if (scope !== 'SKU' && scope !== 'PRODUCT') return [];
  const unknown = await stores.ownership.unknown(scope, [foldCode(match)]);
  if (unknown.length === 0) return [];
  const what = scope === 'SKU' ? 'SKU has the code' : 'product has the handle';
  return [problem('NOT_FOUND', `no ${what} ${match}`, ['match'])];
}
