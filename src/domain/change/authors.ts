import type { Actor } from '../actor.js';
import type { Party } from '../ownership/party.js';

/** Whose a request is: its author's, and of everybody who has edited it since. */
export interface Authored {
  author: Actor;
  editors: readonly Actor[];
}

/** Parties that wrote or edited a request. */
export function authorPartiesOf({ author, editors }: Authored): string[] {
  return [...new Set([author, ...editors].flatMap(({ partyId }) => partyId ?? []))];
}

/** Is this actor one of its authors: by this or another key, of the same party, or of a team that the other is in? */
export function isAuthorOf(request: Authored, actor: Actor, parties: readonly Party[]): boolean {
  if ([request.author, ...request.editors].some(({ id }) => id === actor.id)) return true;
  const { partyId } = actor;
  return partyId !== null && authorPartiesOf(request).some((each) => areOne(each, partyId, parties));
}

/** The same party, or a team and somebody in it: whoever holds the team's key may be that person. */
function areOne(author: string, other: string, parties: readonly Party[]): boolean {
  const holds = (team: string, member: string): boolean =>
    parties.some(({ id, memberIds }) => id === team && memberIds.includes(member));
  return author === other || holds(author, other) || holds(other, author);
}

/** Who edited it beside its author, once this actor has too; each party once. */
export function withEditor({ author, editors }: Authored, actor: Actor): Actor[] {
  const known = [author, ...editors].some(
    ({ id, partyId }) => id === actor.id || (partyId !== null && partyId === actor.partyId),
  );
  return known ? [...editors] : [...editors, actor];
}
