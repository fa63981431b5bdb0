import type { Caller } from '../../domain/actor.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem } from '../../domain/problem.js';
import type { DeadLettersMoved, WhichDeliveries } from '../ports/delivery-store.js';
import type { Ports } from '../ports/ports.js';
import { namingFaults, notDead } from './which-dead-letters.js';

/**
 * Makes dead letters a party's to look at. What dies of the same cause in the same system later is that party's by itself.
 * @param code of an active party; null: nobody's.
 */
export async function assignDeliveries(
  ports: Ports,
  caller: Caller,
  which: WhichDeliveries,
  code: string | null,
): Promise<Outcome<DeadLettersMoved>> {
  return ports.work.run(async (stores): Promise<Outcome<DeadLettersMoved>> => {
    const problems = await namingFaults(stores.deliveries, which);
    const parties = code === null ? [] : await stores.parties.parties();
    const party = parties.find((each) => foldCode(each.code) === foldCode(code ?? ''));
    if (code !== null && party?.active !== true) {
      const told = party ? `${party.name} is inactive` : `no party has the code ${code.slice(0, 40)}`;
      problems.push(problem(party ? 'WRONG_STATE' : 'NOT_FOUND', told, ['assignee']));
    }
    const dead = problems.length > 0 ? [] : await stores.deliveries.lockDead(which);
    const ids = dead.map(({ id }) => id);
    if (problems.length === 0) problems.push(...(await notDead(stores.deliveries, which.ids, ids)));
    if (problems.length > 0) return { ok: false, problems };
    await stores.deliveries.assign(ids, party?.id ?? null);
    await stores.audit(
      [...Map.groupBy(dead, ({ system }) => system)].map(([system, of]) => ({
        actor: caller.actor,
        type: 'DELIVERY_ASSIGNED',
        subject: system,
        data: { assignee: party?.code ?? null, deliveries: of.map(({ id, target }) => ({ id, target })) },
      })),
    );
    const skipped = which.ids === null ? await stores.deliveries.skipped(which, ids, false) : [];
    return accepted({ ids, skipped });
  });
}
