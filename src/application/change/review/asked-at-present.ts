import type { ApprovalRequirement, ApprovalWorld } from '../../../domain/change/approval.js';
import { reask } from '../../../domain/change/approval.js';
import { isOfSku } from '../../../domain/change/change.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { Problem } from '../../../domain/problem.js';
import { problem } from '../../../domain/problem.js';
import type { ChangeRequest, StoredChange } from '../../ports/change-request-store.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { readApproving } from '../plan-request.js';

/** Parties that are named to somebody who is not asked. */
const NAMED = 3;
const NO_SUCCESSORS: ReadonlyMap<string, string> = new Map();

/** Of whom a request asks its approvals at this very moment, whatever was last kept of it. */
export interface AskedNow {
  requirements: ApprovalRequirement[];
  world: ApprovalWorld;
}

/**
 * Whom a request asks as parties are at this very moment: a delegation or an absence may have begun or ended, a key may
 * have been revoked, and nobody sends word of that. Nothing is written.
 */
export async function askedAtPresent(stores: Stores, request: ChangeRequest): Promise<AskedNow> {
  const world = await approvingOf(stores, request);
  const { approvedBy } = request;
  return { requirements: request.requirements.map((each) => reask(each, world, approvedBy, NO_SUCCESSORS)), world };
}

/** Who may approve a request as parties are at this moment. */
export async function approvingOf(stores: Stores, { author, editors }: ChangeRequest): Promise<ApprovalWorld> {
  const approving = await readApproving(stores, await stores.now());
  return {
    ...approving,
    authorPartyId: author.partyId,
    editorPartyIds: editors.flatMap(({ partyId }) => partyId ?? []),
  };
}

/**
 * Why somebody may not send changes back: nobody asked them. Whoever is asked for any part may reject the whole, because it
 * is applied whole or not at all; a part only where it is theirs, or nobody's in particular.
 * @param named ids of the changes that are to go; null: all of them.
 */
export function notAsked(
  request: ChangeRequest,
  partyId: string,
  { requirements, world }: AskedNow,
  named: readonly string[] | null,
): Problem[] {
  const mine = requirements.filter(({ eligible }) => eligible.includes(partyId));
  if (mine.length === 0) {
    return [problem('NOT_ASKED', `no rule asks you about ${request.number}${whoIs(requirements, world)}`, ['id'])];
  }
  const changes = new Map(request.changes.map((change) => [change.id, change]));
  return (named ?? []).flatMap((id, index) => {
    const change = changes.get(id);
    const asking = change === undefined ? [] : requirements.filter((each) => covers(each, change));
    if (change === undefined || asking.length === 0 || asking.some((each) => mine.includes(each))) return [];
    const message = `no rule asks you about ${change.target}${whoIs(asking, world)}`;
    return [problem('NOT_ASKED', message, ['changes', String(index)])];
  });
}

/** Who is asked instead, for whoever wonders. */
export function whoIs(
  requirements: readonly ApprovalRequirement[],
  { parties }: Pick<ApprovalWorld, 'parties'>,
): string {
  const asked = [...new Set(requirements.map(({ partyId }) => parties.get(partyId)?.name ?? partyId))];
  if (asked.length === 0) return '; it asks nobody';
  const more = asked.length > NAMED ? ` and ${asked.length - NAMED} more` : '';
  return `; it asks ${asked.slice(0, NAMED).join(', ')}${more}`;
}

function covers({ targets }: ApprovalRequirement, { operation, target }: StoredChange): boolean {
  if (!isOfSku(operation)) return targets.includes(target);
  const key = foldCode(target);
  return targets.some((each) => foldCode(each) === key);
}
