import type { Caller } from '../../domain/actor.js';
import { lineFault } from '../../domain/catalog/read-sku-fields.js';
import { foldCode, textOrNull } from '../../domain/primitives/text.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

export interface PartyDraft {
  code: string;
  kind: 'USER' | 'TEAM';
  name: string;
  email: string | null;
  active: boolean;
  /** Codes of a team's people; null leaves them as they are. */
  members: string[] | null;
}

const CODE = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Makes a party, or changes the one that has the code. */
export async function setParty(ports: Ports, caller: Caller, draft: PartyDraft): Promise<Outcome<{ id: string }>> {
  const code = foldCode(draft.code);
  const problems: Problem[] = [];
  if (!CODE.test(code))
    problems.push(problem('INVALID_FORMAT', 'a party code is letters, digits, dots and hyphens', ['code']));
  const fault =
    draft.name.trim() === '' ? { code: 'REQUIRED' as const, message: 'a party has a name' } : lineFault(draft.name);
  if (fault) problems.push(problem(fault.code, fault.message, ['name']));
  if (draft.kind === 'USER' && (draft.members ?? []).length > 0) {
    problems.push(problem('INVALID_FORMAT', 'only a team has members', ['members']));
  }
  if (problems.length > 0) return { ok: false, problems };
  return ports.work.run(async (stores) => {
    const parties = await stores.parties.parties();
    const before = parties.find((each) => each.code === code);
    if (before && before.kind !== draft.kind)
      return refused(problem('IN_USE', `${code} is a ${before.kind} already`, ['kind']));
    const byCode = new Map(parties.map((each) => [each.code, each]));
    const members = draft.members?.map((member) => byCode.get(foldCode(member)));
    const unknown = draft.members?.filter((member) => byCode.get(foldCode(member))?.kind !== 'USER') ?? [];
    if (unknown.length > 0)
      return refused(problem('NOT_FOUND', `no person has the code ${unknown.join(', ')}`, ['members']));
    const id = before?.id ?? ports.newId();
    const memberIds = members?.flatMap((member) => (member ? [member.id] : [])) ?? before?.memberIds ?? [];
    await stores.parties.saveParty({
      id,
      code,
      kind: draft.kind,
      name: draft.name.trim(),
      email: textOrNull(draft.email),
      active: draft.active,
      memberIds,
    });
    await stores.audit([{ actor: caller.actor, type: 'PARTY_SET', subject: code, data: { active: draft.active } }]);
    return accepted({ id });
  });
}
