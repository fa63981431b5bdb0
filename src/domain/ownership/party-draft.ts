import { lineFault } from '../catalog/read-sku-fields.js';
import { foldCode, textOrNull } from '../primitives/text.js';
import type { Outcome, Problem } from '../problem.js';
import { accepted, problem } from '../problem.js';
import type { Party } from './party.js';
import { canAnswer } from './party.js';

/** A party as somebody words it. What is left out of the optional ones stays as it is. */
export interface PartyDraft {
  code: string;
  kind: 'USER' | 'TEAM';
  name: string;
  email: string | null;
  active: boolean;
  /** Codes of a team's people; null leaves them as they are. */
  members: string[] | null;
  engineering?: boolean | null;
  /** Null or empty: alerts name it and mention nobody. */
  slackId?: string | null;
  /** Code of the person who may approve in its place; null: nobody. */
  delegate?: string | null;
  /** Null: at once. */
  delegateFrom?: Date | null;
  /** Null: until another is named. */
  delegateUntil?: Date | null;
  /** Out of office from then on; null: not, or no more. */
  awayFrom?: Date | null;
  /** Null: until further notice. */
  awayUntil?: Date | null;
  /** Code of the party that takes over what nobody would answer for any more. */
  successor?: string | null;
  /** It is meant that nobody answers for it. */
  leaveOrphaned?: boolean | null;
}

const CODE = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** RFC 5321, 4.5.3.1: no address is longer. What stands before and after the @ is the mail server's to judge. */
const EMAIL_LIMIT = 254;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** Ids of Slack: U… and W… of members, S… of user groups. A handle is none, and no webhook could mention one. */
const SLACK_ID = /^[UWS][A-Z0-9]{2,20}$/;

/** Everything that is wrong with a draft whatever parties there are. */
export function partyFaults(draft: PartyDraft): Problem[] {
  const problems: Problem[] = [];
  if (!CODE.test(foldCode(draft.code)))
    problems.push(problem('INVALID_FORMAT', 'a party code is letters, digits, dots and hyphens', ['code']));
  const fault =
    draft.name.trim() === '' ? { code: 'REQUIRED' as const, message: 'a party has a name' } : lineFault(draft.name);
  if (fault) problems.push(problem(fault.code, fault.message, ['name']));
  const email = textOrNull(draft.email);
  if (email !== null && (email.length > EMAIL_LIMIT || !EMAIL.test(email) || lineFault(email))) {
    problems.push(problem('INVALID_FORMAT', 'an e-mail address is name@domain', ['email']));
  }
  const slackId = textOrNull(draft.slackId);
  if (slackId !== null && !SLACK_ID.test(slackId)) {
    problems.push(problem('INVALID_FORMAT', 'an id of Slack is U, W or S and capitals and digits', ['slackId']));
  }
  if (draft.kind === 'USER' && (draft.members ?? []).length > 0) {
    problems.push(problem('INVALID_FORMAT', 'only a team has members', ['members']));
  }
  if (
    (draft.delegateFrom || draft.delegateUntil) &&
    (draft.delegate === undefined || textOrNull(draft.delegate) === null)
  ) {
    problems.push(problem('REQUIRED', 'a delegation that begins or ends names the delegate', ['delegate']));
  }
  if (draft.delegateFrom && draft.delegateUntil && draft.delegateUntil <= draft.delegateFrom) {
    problems.push(problem('INVALID_FORMAT', 'the delegation ends before it begins', ['delegateUntil']));
  }
  if (draft.awayUntil && !draft.awayFrom) {
    problems.push(problem('REQUIRED', 'whoever comes back has been away from a day on', ['awayFrom']));
  }
  if (draft.awayFrom && draft.awayUntil && draft.awayUntil <= draft.awayFrom) {
    problems.push(problem('INVALID_FORMAT', 'that is back before it is away', ['awayUntil']));
  }
  return problems;
}

/**
 * The party that a draft makes of what there is, or everything that stands against it.
 * @param id of the party, were it new.
 */
export function partyAfter(draft: PartyDraft, parties: readonly Party[], id: string, now: Date): Outcome<Party> {
  const problems: Problem[] = [];
  const byCode = new Map(parties.map((each) => [each.code, each]));
  const code = foldCode(draft.code);
  const before = byCode.get(code);
  if (before && before.kind !== draft.kind)
    problems.push(problem('IN_USE', `${code} is a ${before.kind} already`, ['kind']));
  const person = (each: string): Party | undefined => {
    const found = byCode.get(foldCode(each));
    return found?.kind === 'USER' ? found : undefined;
  };
  const unknown = (draft.members ?? []).filter((member) => !person(member));
  if (unknown.length > 0) {
    problems.push(problem('NOT_FOUND', `no person has the code ${unknown.join(', ')}`, ['members']));
  }
  const delegation = delegationOf(draft, before, person, now, problems);
  const away = awayOf(draft, before, now, problems);
  if (problems.length > 0) return { ok: false, problems };
  const members = draft.members?.flatMap((member) => person(member)?.id ?? []);
  return accepted({
    id: before?.id ?? id,
    code,
    kind: draft.kind,
    name: draft.name.trim(),
    email: textOrNull(draft.email),
    active: draft.active,
    slackId: draft.slackId === undefined ? (before?.slackId ?? null) : textOrNull(draft.slackId),
    engineering: draft.engineering ?? before?.engineering ?? false,
    memberIds: members ? [...new Set(members)] : (before?.memberIds ?? []),
    ...delegation,
    ...away,
  });
}

function awayOf(
  { awayFrom, awayUntil = null }: PartyDraft,
  before: Party | undefined,
  now: Date,
  problems: Problem[],
): Pick<Party, 'awayFrom' | 'awayUntil'> {
  if (awayFrom === undefined) return { awayFrom: before?.awayFrom ?? null, awayUntil: before?.awayUntil ?? null };
  if (awayUntil && awayUntil <= now) {
    problems.push(problem('EFFECTIVE_IN_PAST', 'that is over already', ['awayUntil']));
  }
  return { awayFrom, awayUntil };
}

function delegationOf(
  draft: PartyDraft,
  before: Party | undefined,
  person: (code: string) => Party | undefined,
  now: Date,
  problems: Problem[],
): Pick<Party, 'delegateId' | 'delegateFrom' | 'delegateUntil'> {
  if (draft.delegate === undefined) {
    const { delegateId = null, delegateFrom = null, delegateUntil = null } = before ?? {};
    return { delegateId, delegateFrom, delegateUntil };
  }
  const code = textOrNull(draft.delegate);
  if (code === null) return { delegateId: null, delegateFrom: null, delegateUntil: null };
  const delegate = person(code);
  if (!delegate) problems.push(problem('NOT_FOUND', `no person has the code ${code}`, ['delegate']));
  else if (delegate.code === foldCode(draft.code)) {
    problems.push(problem('INVALID_FORMAT', 'nobody is their own delegate', ['delegate']));
  } else if (!delegate.active) {
    problems.push(problem('WRONG_STATE', `${delegate.code} is inactive`, ['delegate']));
  }
  if (draft.delegateUntil && draft.delegateUntil <= now) {
    problems.push(problem('EFFECTIVE_IN_PAST', 'the delegation would have ended already', ['delegateUntil']));
  }
  const { delegateFrom = null, delegateUntil = null } = draft;
  return { delegateId: delegate?.id ?? null, delegateFrom, delegateUntil };
}

/** Who is to take over, as parties will be; undefined where nobody is named, or why it cannot be. */
export function successorOf(draft: PartyDraft, after: ReadonlyMap<string, Party>): Outcome<Party | null> {
  const code = textOrNull(draft.successor);
  if (code === null) return accepted(null);
  const refuse = (fault: Problem['code'], message: string): Outcome<Party | null> => {
    return { ok: false, problems: [problem(fault, message, ['successor'])] };
  };
  const party = [...after.values()].find((each) => each.code === foldCode(code));
  if (!party) return refuse('NOT_FOUND', `no party has the code ${code}`);
  if (party.code === foldCode(draft.code)) return refuse('INVALID_FORMAT', 'nobody takes their own place');
  if (!canAnswer(party, after)) return refuse('WRONG_STATE', `${party.code} could not answer for it either`);
  return accepted(party);
}
