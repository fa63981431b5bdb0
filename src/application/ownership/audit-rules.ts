import type { Actor } from '../../domain/actor.js';
import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import type { Stores } from '../ports/unit-of-work.js';

/** Rules that one event tells of: an entry of the audit log is read by a person, and hashed as a whole. */
const RULES_AN_EVENT = 500;

type Told = Pick<OwnershipRule, 'id' | 'scope' | 'ownerId' | 'effectiveFrom' | 'effectiveTo'> & {
  match: string | null;
};

/**
 * Every rule of a change of many on record, in as many events as they need: id, scope, match, owner's id, from and until.
 * Nothing is told of no rules.
 */
export async function auditRules(
  stores: Stores,
  actor: Actor,
  type: string,
  subject: string,
  rules: readonly Told[],
  data: object,
): Promise<void> {
  const parts = Math.ceil(rules.length / RULES_AN_EVENT);
  const events = Array.from({ length: parts }, (_, part) => ({
    actor,
    type,
    subject,
    data: {
      ...data,
      part: part + 1,
      of: parts,
      rules: rules
        .slice(part * RULES_AN_EVENT, (part + 1) * RULES_AN_EVENT)
        .map(({ id, scope, match, ownerId, effectiveFrom, effectiveTo }) => {
          return { id, scope, match, ownerId, from: effectiveFrom, until: effectiveTo };
        }),
    },
  }));
  await stores.audit(events);
}
