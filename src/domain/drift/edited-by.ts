import type { Actor } from '../actor.js';
import type { Party } from '../ownership/party.js';
import type { Attribution } from '../publishing/system.js';

/**
 * People who made edits in systems, as far as they can be told: systems name whoever wrote something in words of their own,
 * and it is somebody of ours where those are the address, the code or the name of a person, without case. Of two people of
 * one name it may be either, and so it is both: they only have to let somebody else approve it.
 */
export function editorsIn(attributions: readonly (Attribution | null)[], parties: readonly Party[]): Actor[] {
  const actors = new Set(attributions.flatMap((each) => (each?.actor ? [fold(each.actor)] : [])));
  if (actors.size === 0) return [];
  return parties.flatMap(({ id, kind, code, name, email }): Actor[] => {
    const isNamed = [code, name, email ?? ''].some((word) => word !== '' && actors.has(fold(word)));
    return kind === 'USER' && isNamed ? [{ kind: 'USER', id: `party:${id}`, name, partyId: id }] : [];
  });
}

function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}
