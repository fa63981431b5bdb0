import type { Caller } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

/**
 * Signs the version in force, anew each quarter; every sign-off stays on record. An older version, or one that is not
 * there, is refused: what somebody signs is what holds. PARTY_REQUIRED of a key that belongs to nobody.
 */
export async function signSourceOfTruth(
  ports: Ports,
  caller: Caller,
  { version, comment }: { version: number; comment: string | null },
): Promise<Outcome<{ version: number }>> {
  const text = comment?.trim() ?? '';
  const fault = text === '' ? null : textFault(text);
  const problems = fault ? [problem(fault.code, fault.message, ['comment'])] : [];
  if (caller.actor.partyId === null)
    problems.push(problem('PARTY_REQUIRED', 'this key belongs to no party, so nobody would have signed', []));
  return ports.work.run(async (stores) => {
    // Nobody sets another version between what is read here and what is signed.
    await stores.settings.lock();
    const inForce = await stores.truth.version(null);
    if (inForce?.version !== version) {
      const isOlder = (await stores.truth.version(version)) !== null;
      const message = isOlder
        ? `version ${version} is no longer in force; version ${inForce?.version} is`
        : `there is no version ${version}; version ${inForce?.version} is in force`;
      problems.push(problem(isOlder ? 'WRONG_STATE' : 'NOT_FOUND', message, ['version']));
    }
    if (problems.length > 0) return refused(...problems);
    await stores.truth.signOff(version, { actor: caller.actor, comment: text === '' ? null : text });
    const data = { version, comment: text };
    await stores.audit([{ actor: caller.actor, type: 'SOURCE_OF_TRUTH_SIGNED', subject: `v${version}`, data }]);
    return accepted({ version });
  });
}
