import { searchFaults } from '../../domain/catalog/search-words.js';
import { MASTER_SIDE } from '../../domain/onboarding/match-record.js';
import type { MatchRow } from '../../domain/onboarding/match-row.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import { gtinRulesOf } from '../../domain/settings/gtin-setting.js';
import type { MatchHead, MatchQuery } from '../ports/onboarding-store.js';
import { MatchReplaced } from '../ports/onboarding-store.js';
import type { Page, PageRequest } from '../ports/page.js';
import type { Ports } from '../ports/ports.js';
import { matchWork } from './compute-match.js';

export type MatchPorts = Pick<Ports, 'onboarding' | 'masterCurrency' | 'settings'>;

/** A page of a match, and the whole that it is a page of. */
export interface MatchPage {
  head: MatchHead;
  page: Page<MatchRow>;
}

/** Counts up when the same sources make another match than before: what is stored is then of no more use. */
const RULES = 1;

/** The match as things stand now, worked out only if they have moved since the last one. */
export async function presentMatch({ onboarding, masterCurrency, settings }: MatchPorts): Promise<MatchHead> {
  const rules = gtinRulesOf((await settings.current()).gtin);
  return onboarding.present(JSON.stringify([RULES, masterCurrency, rules]), matchWork(masterCurrency, rules));
}

/** What a question about the match asks in vain: more words than searches take (TOO_MANY), a side that is none (SYSTEM_UNKNOWN). */
export async function matchFaults(
  { onboarding }: Pick<MatchPorts, 'onboarding'>,
  { search, system, notIn }: MatchQuery,
): Promise<Problem[]> {
  const problems = searchFaults(search, ['filter', 'search']);
  const asked = Object.entries({ system, notIn }).filter(([, side]) => typeof side === 'string');
  if (asked.length === 0) return problems;
  const sides = [...(await onboarding.systems()).map(({ code }) => code), MASTER_SIDE];
  for (const [field, side] of asked) {
    if (sides.some((known) => known === side)) continue;
    const message = `${field}: there is no side ${String(side).slice(0, 60)}; there are ${sides.join(', ')}`;
    problems.push(problem('SYSTEM_UNKNOWN', message, ['filter', field]));
  }
  return problems;
}

/**
 * A page of the onboarding match. The first page is of the match as things stand now; the pages after it are of the
 * last match that was made, so that whoever reads on reads one and the same.
 * Rejects with BadCursor for a cursor that is not one of its own.
 */
export async function readMatch(ports: MatchPorts, page: PageRequest, query: MatchQuery): Promise<MatchPage> {
  const last = page.after === null ? null : await ports.onboarding.latest();
  const head = last ?? (await presentMatch(ports));
  try {
    return { head, page: await ports.onboarding.rows(head.id, page, query) };
  } catch (error) {
    // Two others were made since we asked which one is the last.
    if (error instanceof MatchReplaced) return readMatch(ports, page, query);
    throw error;
  }
}
