import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { RuleQuery } from '../ports/ownership-reader.js';
import type { Page, PageRequest } from '../ports/page.js';
import type { Ports } from '../ports/ports.js';

/** A list of rules as callers narrow it. */
export interface RuleFilter extends Omit<RuleQuery, 'ownerId'> {
  /** Party code. */
  owner?: string | null;
}

/** No party has this id: what an owner that does not exist is asked by, so that the answer is an empty list. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** A page of rules, oldest first. An owner whom nobody knows has none. */
export async function listRules(
  ports: Pick<Ports, 'ownership' | 'catalog'>,
  page: PageRequest,
  { owner, match, ...filter }: RuleFilter,
): Promise<Page<OwnershipRule>> {
  const asked = owner === null || owner === undefined ? null : foldCode(owner);
  const party = asked === null ? null : (await ports.catalog.parties()).find(({ code }) => code === asked);
  const query = { ...filter, match: match === null || match === undefined ? null : foldCode(match) };
  return ports.ownership.rules(page, { ...query, ownerId: party === null ? null : (party?.id ?? NOBODY) });
}
