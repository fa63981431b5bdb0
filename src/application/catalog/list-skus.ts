import type { SkuOrder, SkuQuery } from '../ports/catalog-reader.js';
import type { Page, PageRequest } from '../ports/page.js';
import type { Ports } from '../ports/ports.js';
import { searchFaults } from '../../domain/catalog/search-words.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { OwnerAnswer, OwnerQuestion } from '../../domain/ownership/owner-question.js';
import { answerOwners } from '../../domain/ownership/owner-question.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import { foldCode } from '../../domain/primitives/text.js';
import { readAsOf } from './read-as-of.js';

/** A list of SKUs as callers narrow it. */
export interface SkuFilter extends Omit<SkuQuery, 'owners'> {
  /** Party code of the accountable owner. */
  owner?: string | null;
  /** true: only SKUs that no ownership rule reaches, or whose owner cannot answer. */
  orphaned?: boolean | null;
}

/**
 * A page of SKUs, as they are or as they stood at an instant. Owners are those by the rules in force at that instant, and
 * orphans those whose owner could not answer then.
 * A filter that speaks of the present is refused for the past, as is an instant that has not come.
 */
export async function listSkus(
  ports: Pick<Ports, 'catalog' | 'clock' | 'ownership'>,
  page: PageRequest,
  filter: SkuFilter,
  order: SkuOrder,
  asOf: Date | null,
): Promise<Outcome<Page<Sku>>> {
  const problems = faultsOf(filter, asOf);
  if (problems.length > 0) return { ok: false, problems };
  const { owner, orphaned, ...query } = filter;
  const asked = isGiven(owner) || isGiven(orphaned);
  const owners = asked ? { answer: await answerOf(ports, { owner, orphaned }, asOf), at: asOf } : null;
  return readAsOf(ports, asOf, () => ports.catalog.skus(page, { ...query, owners }, order, asOf));
}

function faultsOf(filter: SkuFilter, asOf: Date | null): Problem[] {
  const problems = searchFaults(filter.search, ['filter', 'search']);
  if (asOf === null) return problems;
  if (isGiven(filter.hasOpenDrift)) {
    const message =
      'hasOpenDrift cannot be asked of the past: of findings no history is kept; leave out asOf or hasOpenDrift';
    problems.push(problem('INVALID_FORMAT', message, ['filter', 'hasOpenDrift']));
  }
  return problems;
}

/** Whose SKUs a question about owners means, as callers word it, by who could answer at an instant (null: now). */
export async function answerOf(
  ports: Pick<Ports, 'catalog' | 'ownership'>,
  { owner, orphaned }: OwnerQuestion,
  at: Date | null,
): Promise<OwnerAnswer> {
  const parties = await (at === null ? ports.catalog.parties() : ports.ownership.partiesAt(at));
  const question = { owner: isGiven(owner) ? foldCode(owner) : null, orphaned: orphaned ?? null };
  return answerOwners(new Map(parties.map((party) => [party.id, party])), question);
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
