import type { ProposedChange } from '../../../domain/change/change.js';
import type { Problem } from '../../../domain/problem.js';
import type { Proposal } from './adoption.js';
import { findingsAt } from './adoption.js';

/** The same problem, told of one of the findings that were named: `["ids", "3"]`. */
export function ofFinding(ids: readonly string[], findingId: string, fault: Problem): Problem {
  return { ...fault, field: ['ids', String(ids.indexOf(findingId))] };
}

/** What a request would be refused for, told of the findings that its changes come from; of none: of the whole. */
export function byFinding(
  ids: readonly string[],
  proposals: readonly Proposal[],
  changes: readonly ProposedChange[],
  problems: readonly Problem[],
): Problem[] {
  return problems.flatMap((each) => {
    const [at, place, ...rest] = each.field ?? [];
    const of = at === 'changes' && place !== undefined ? findingsAt(proposals, changes[Number(place)]) : [];
    // Of several fields of one SKU, the one that the problem is of.
    const meant = of.filter(({ field }) => field !== null && rest.includes(field.replace(/^product\./, '')));
    const told = meant.length > 0 ? meant : of;
    return told.length > 0 ? told.map(({ id }) => ofFinding(ids, id, each)) : [{ ...each, field: ['ids'] }];
  });
}
