import { lineFault } from '../catalog/read-sku-fields.js';
import { foldCode, textOrNull } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { Party } from './party.js';
import { canAnswer, isEngineering } from './party.js';
import type { OwnershipScope } from './resolve-owner.js';

/** A rule as somebody words it. */
export interface RuleDraft {
  scope: OwnershipScope;
  match: string | null;
  /** Party code. */
  owner: string;
  /** Null: from now on. */
  effectiveFrom: Date | null;
  /** Null: until it is ended. */
  effectiveTo: Date | null;
}

/** What is wrong with a draft whatever there is in the master; all of it. */
export function draftFaults(draft: RuleDraft, now: Date): Problem[] {
  const problems: Problem[] = [];
  const match = textOrNull(draft.match);
  if (draft.scope === 'DEFAULT') {
    if (match !== null) problems.push(problem('INVALID_FORMAT', 'the default matches everything', ['match']));
  } else if (match === null || foldCode(match) === '') {
    problems.push(problem('REQUIRED', `a ${draft.scope} rule says what it matches`, ['match']));
  } else {
    const fault = lineFault(match);
    if (fault) problems.push(problem(fault.code, fault.message, ['match']));
  }
  if (textOrNull(draft.owner) === null) problems.push(problem('REQUIRED', 'a rule names its owner', ['owner']));
  if (draft.effectiveTo && draft.effectiveTo <= (draft.effectiveFrom ?? now)) {
    problems.push(problem('INVALID_FORMAT', 'the rule would end before it begins', ['effectiveTo']));
  }
  return problems;
}

/** Why a party cannot be named as owner; null where it can. */
export function ownerFault(
  code: string,
  parties: ReadonlyMap<string, Party>,
  byCode: ReadonlyMap<string, Party>,
): Problem | null {
  const party = byCode.get(foldCode(code));
  if (!party) return problem('NOT_FOUND', `no party has the code ${code.trim()}`, ['owner']);
  if (canAnswer(party, parties)) return null;
  const why = party.active ? 'is a team without anybody active in it' : 'is inactive';
  return problem('WRONG_STATE', `${party.code} ${why}, and could answer for nothing`, ['owner']);
}

/** A warning where somebody becomes owner who should not be. */
export function ownerWarning(party: Party, parties: ReadonlyMap<string, Party>): Problem | null {
  if (!isEngineering(party, parties)) return null;
  const message = `${party.code} is engineering: let merchandising or operations be accountable for SKUs`;
  return problem('ENGINEERING_OWNER', message, ['owner']);
}

/** A warning where somebody is asked to approve, and nobody of them can sign in to do so. */
export function approverWarning(
  party: Party,
  parties: ReadonlyMap<string, Party>,
  approverIds: ReadonlySet<string>,
): Problem | null {
  const people = party.kind === 'USER' ? [party] : party.memberIds.flatMap((id) => parties.get(id) ?? []);
  if (people.some(({ id, active }) => active && approverIds.has(id))) return null;
  const message = `nobody of ${party.code} has a live API key with the role APPROVER: what it is asked to approve waits, or falls to a delegate`;
  return problem('NO_APPROVER_KEY', message, ['owner']);
}
