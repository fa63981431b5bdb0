import type { Actor } from '../../domain/actor.js';
import type { Party } from '../../domain/ownership/party.js';
import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import { reaskRequests } from '../change/review/reask-requests.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import type { Parties } from './party-leaves.js';
import { auditRules } from './audit-rules.js';

export interface HandedOver {
  rules: number;
  /** Codes of teams that the successor joined. */
  joined: string[];
  /** Codes of parties whose delegate the successor is now. */
  delegateOf: string[];
  /** By the id of who left: whose place was taken. */
  successors: Map<string, string>;
}

/**
 * A successor takes the place of a party that leaves. A person joins the teams that would be left without anybody; where a
 * team is the successor, the rules of those teams go to it. Rules change hands now: who owned what before is not rewritten,
 * and each new rule ranks where the one before it did, so that nothing else is decided anew.
 * @param at the instant at which the one cannot answer any more and the other does: one, so that nobody owns nothing between.
 */
export async function handOver(
  ports: Pick<Ports, 'newId'>,
  stores: Stores,
  actor: Actor,
  {
    changed,
    successor,
    leftIds,
    parties,
    at,
  }: { changed: Party; successor: Party; leftIds: readonly string[]; parties: Parties; at: Date },
): Promise<HandedOver> {
  const teams = leftIds.filter((id) => id !== changed.id);
  const joins = successor.kind === 'USER' ? teams : [];
  const from = leftIds.filter((id) => !joins.includes(id));
  if (joins.length > 0) await stores.parties.join(joins, successor.id, at);
  const rules = await moveRules(ports, stores, from, successor.id, at);
  await auditRules(stores, actor, 'OWNERSHIP_HANDED_OVER', successor.code, rules, { from: changed.code });
  await stores.findings.handOver(from, successor.id);
  const delegateOf =
    successor.kind === 'USER' && !changed.active ? await stores.parties.moveDelegations(changed.id, successor.id) : [];
  return {
    rules: rules.length,
    joined: joins.flatMap((id) => parties.get(id)?.code ?? []),
    delegateOf,
    successors: new Map(from.map((id) => [id, successor.id])),
  };
}

async function moveRules(
  ports: Pick<Ports, 'newId'>,
  stores: Stores,
  from: readonly string[],
  to: string,
  at: Date,
): Promise<OwnershipRule[]> {
  const live = await stores.ownership.liveRulesOf(from, at);
  if (live.length === 0) return [];
  const moved = live.map((rule) => ({
    ...rule,
    id: ports.newId(),
    ownerId: to,
    effectiveFrom: rule.effectiveFrom > at ? rule.effectiveFrom : at,
  }));
  await stores.ownership.endRules(live.map(({ id }) => ({ id, at })));
  await stores.ownership.addRules(moved.map((rule) => ({ ...rule, match: rule.written })));
  return moved;
}

/** Whose approvals may be another's now that these parties have changed: theirs, their teams', and whose delegate they are. */
export function concerned(parties: readonly Party[], ids: readonly string[]): string[] {
  const isOf = ({ memberIds, delegateId }: Party): boolean =>
    memberIds.some((id) => ids.includes(id)) || (delegateId !== null && ids.includes(delegateId));
  return [...new Set([...ids, ...parties.filter(isOf).map(({ id }) => id)])];
}

/** Asks anew for the approvals of requests in review that these parties were asked for; how many ask others now. */
export async function reaskReviews(
  stores: Stores,
  actor: Actor,
  partyIds: readonly string[],
  successors: ReadonlyMap<string, string>,
): Promise<number> {
  const requests = await stores.requests.inReviewOf(partyIds, { lock: true });
  return (await reaskRequests(stores, actor, requests, successors)).size;
}
