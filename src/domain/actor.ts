/** Who did something. `partyId` is who answers for it; nobody may approve what their own party proposed. */
export interface Actor {
  kind: 'USER' | 'API_KEY' | 'SYSTEM';
  id: string;
  name: string;
  partyId: string | null;
}

export const ROLES = ['VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN'] as const;
export type Role = (typeof ROLES)[number];

/** An actor together with what it may do (design 4.11; roles add up). */
export interface Caller {
  actor: Actor;
  roles: readonly Role[];
}

/** Our own processes. They never author or approve anything that a person should answer for. */
export function systemActor(name: string): Actor {
  return { kind: 'SYSTEM', id: `system:${name}`, name, partyId: null };
}

/** Of the actor that every version of the matrix acts as. */
export const POLICY_ID = 'system:policy';

/** The source-of-truth matrix where it acts by itself: a version of it has approved what is done (design 4.6). */
export function policyActor(version: number): Actor {
  return { kind: 'SYSTEM', id: POLICY_ID, name: `policy v${version}`, partyId: null };
}

export function isPolicy(actor: Actor | null): boolean {
  return actor?.id === POLICY_ID;
}

/** ADMIN may do all that other roles may (design 4.11); there is nothing that it may not read. */
export function mayActAs(caller: Caller, roles: readonly Role[]): boolean {
  return caller.roles.includes('ADMIN') || roles.some((role) => caller.roles.includes(role));
}
