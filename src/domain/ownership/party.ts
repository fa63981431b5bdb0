/** Who can be accountable: a person, or a team of persons. */
export interface Party {
  id: string;
  code: string;
  kind: 'USER' | 'TEAM';
  name: string;
  email: string | null;
  /** Slack's id of the member or user group, by which alerts mention it; absent where nobody asked for it. */
  slackId?: string | null;
  active: boolean;
  /** Builds or runs systems, and so should not be who is accountable for SKUs: told as a warning where it is. */
  engineering: boolean;
  /** Ids of a team's people; empty for a person. */
  memberIds: string[];
  /** The person who may approve in its place. */
  delegateId: string | null;
  /** When the delegation begins; null: it has. */
  delegateFrom: Date | null;
  /** When the delegation ends; null: it does not. */
  delegateUntil: Date | null;
  /** Out of office from then on; null: not at all. */
  awayFrom: Date | null;
  /** When it is back; null: not known yet. */
  awayUntil: Date | null;
}

/** Can this party answer for a SKU? A team only through somebody active in it. A delegate does not count: the duty stays. */
export function canAnswer(party: Party, parties: ReadonlyMap<string, Party>): boolean {
  if (!party.active) return false;
  return party.kind === 'USER' || party.memberIds.some((id) => parties.get(id)?.active === true);
}

/** The active person who may approve in a party's place at an instant; null where there is none. */
export function delegateOf(party: Party, parties: ReadonlyMap<string, Party>, at: Date): Party | null {
  if (party.delegateFrom !== null && party.delegateFrom > at) return null;
  if (party.delegateUntil !== null && party.delegateUntil <= at) return null;
  const delegate = party.delegateId === null ? undefined : parties.get(party.delegateId);
  return delegate?.active === true && delegate.kind === 'USER' ? delegate : null;
}

/** Is it out of office at an instant? What it is asked meanwhile is asked of others as well. */
export function isAway({ awayFrom, awayUntil }: Pick<Party, 'awayFrom' | 'awayUntil'>, at: Date): boolean {
  return awayFrom !== null && awayFrom <= at && (awayUntil === null || awayUntil > at);
}

/** A party that is flagged so, or a team of which every active member is. */
export function isEngineering(party: Party, parties: ReadonlyMap<string, Party>): boolean {
  if (party.engineering) return true;
  const people = party.memberIds.flatMap((id) => parties.get(id) ?? []).filter(({ active }) => active);
  return people.length > 0 && people.every(({ engineering }) => engineering);
}

/** Ids of parties that could answer for SKUs before a change of parties and cannot after it. */
export function silencedBy(before: ReadonlyMap<string, Party>, after: ReadonlyMap<string, Party>): string[] {
  return [...before.values()]
    .filter((party) => {
      const now = after.get(party.id);
      return canAnswer(party, before) && (now === undefined || !canAnswer(now, after));
    })
    .map(({ id }) => id);
}
