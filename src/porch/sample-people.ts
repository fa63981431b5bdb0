import { createApiKey } from '../application/access/create-api-key.js';
import { setOwnershipRule } from '../application/ownership/set-ownership-rule.js';
import { setParty } from '../application/ownership/set-party.js';
import type { Ports } from '../application/ports/ports.js';
import type { Caller, Role } from '../domain/actor.js';
import { systemActor } from '../domain/actor.js';
import type { Outcome } from '../domain/problem.js';

export interface SamplePerson {
  code: string;
  name: string;
  role: Role;
}

/** Five people to try things as. Ada approves what the others propose; she answers for every SKU that nobody else owns. */
export const SAMPLE_PEOPLE: readonly SamplePerson[] = [
  { code: 'mia', name: 'Mia Marsh', role: 'MERCHANDISER' },
  { code: 'ada', name: 'Ada Approve', role: 'APPROVER' },
  { code: 'oli', name: 'Oli Ops', role: 'OPERATOR' },
  { code: 'ines', name: 'Ines Integration', role: 'INTEGRATION' },
  { code: 'alex', name: 'Alex Admin', role: 'ADMIN' },
];

const HOST: Caller = { actor: systemActor('sandbox'), roles: ['ADMIN'] };

/** Makes the sample people and their accountability; does nothing that is done already. */
export async function seedPeople(ports: Ports): Promise<void> {
  const known = new Set((await ports.catalog.parties()).map(({ code }) => code));
  for (const { code, name } of SAMPLE_PEOPLE.filter((person) => !known.has(person.code))) {
    done(await setParty(ports, HOST, { code, kind: 'USER', name, email: null, active: true, members: null }));
  }
  const rules = await ports.catalog.ownershipRules();
  if (rules.length === 0) {
    done(
      await setOwnershipRule(ports, HOST, {
        scope: 'DEFAULT',
        match: null,
        owner: 'ada',
        effectiveFrom: null,
        effectiveTo: null,
      }),
    );
  }
}

/** A key for each sample person. Secrets are answered here and kept nowhere. */
export async function keysForPeople(
  ports: Ports,
  expiresAt: Date | null,
): Promise<{ person: SamplePerson; secret: string }[]> {
  const keys = [];
  for (const person of SAMPLE_PEOPLE) {
    const draft = { name: `${person.name} (sample)`, party: person.code, roles: [person.role], expiresAt };
    keys.push({ person, secret: done(await createApiKey(ports, HOST, draft)).secret });
  }
  return keys;
}

export function done<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.problems.map(({ code, message }) => `${code}: ${message}`).join('; '));
}
