import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import type { DeliveryStore, NamedDelivery, WhichDeliveries } from '../ports/delivery-store.js';

type Deliveries = Pick<DeliveryStore, 'named' | 'unknownNames'>;

/** What each name in a filter is the name of. */
const NAMED: Readonly<Record<string, string>> = {
  system: 'system',
  target: 'SKU or product',
  changeRequest: 'change request',
  group: 'group of dead letters, or none of it is dead any more',
  assignee: 'party',
};

/**
 * What is wrong with naming deliveries so: nobody means all dead letters there are without saying so, and whoever misspells a
 * name is told that there is no such thing, and not that there was nothing to do.
 */
export async function namingFaults(deliveries: Deliveries, { ids, filter }: WhichDeliveries): Promise<Problem[]> {
  if ((ids === null || ids.length === 0) && filter === null)
    return [problem('REQUIRED', 'name deliveries by id or by filter', ['ids'])];
  const unknown = filter === null ? [] : await deliveries.unknownNames(filter);
  const problems = unknown.map((name) =>
    problem('NOT_FOUND', `there is no such ${NAMED[name] ?? name}`, ['filter', name]),
  );
  if (filter?.states && !filter.states.includes('DEAD_LETTERED')) {
    const message = `only dead letters are meant, and no delivery is one that is ${filter.states.join(' or ') || 'in no state'}`;
    problems.push(problem('WRONG_STATE', message, ['filter', 'states']));
  }
  return problems;
}

/**
 * Asked for by id, it is all of them or none: each to which it cannot be done is told, and why.
 * @param done those to which it can.
 */
export async function notDead(
  deliveries: Deliveries,
  ids: readonly string[] | null,
  done: readonly string[],
): Promise<Problem[]> {
  const can = new Set(done);
  const left = (ids ?? []).filter((id) => !can.has(id));
  if (left.length === 0) return [];
  const named = new Map((await deliveries.named(left)).map((each) => [each.id, each]));
  return (ids ?? []).flatMap((id, index) => (can.has(id) ? [] : [whyNot(named.get(id), index)]));
}

function whyNot(delivery: NamedDelivery | undefined, index: number): Problem {
  const at = ['ids', String(index)];
  if (!delivery) return problem('NOT_FOUND', 'there is no such delivery', at);
  if (delivery.state !== 'DEAD_LETTERED')
    return problem('WRONG_STATE', `it is ${delivery.state}, and no dead letter`, at);
  if (delivery.isReadOnly)
    return problem('WRONG_STATE', 'its system is READ_ONLY: nothing is sent there, and what differs is a finding', at);
  if (delivery.match === 'MISSING')
    return problem('WRONG_STATE', 'its record is missing in the system: resolve its finding', at);
  if (delivery.match === 'WAITING')
    return problem('WRONG_STATE', 'its record waits for a scan of the system to match it', at);
  return problem('WRONG_STATE', 'the filter does not mean it', at);
}
