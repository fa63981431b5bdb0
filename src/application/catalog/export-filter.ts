import { LIFECYCLE_STATES } from '../../domain/catalog/lifecycle.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import { searchFaults } from '../../domain/catalog/search-words.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import type { SkuQuery } from '../ports/catalog-reader.js';

/** Which SKUs an export is of, as callers word it; lists are parted by commas, null asks nothing. */
export interface ExportFilter {
  states: string | null;
  vendor: string | null;
  productType: string | null;
  search: string | null;
}

/** @param problems what is wrong with the filter is added to them: INVALID_FORMAT, TOO_MANY words. */
export function exportQuery({ states, vendor, productType, search }: ExportFilter, problems: Problem[]): SkuQuery {
  problems.push(...searchFaults(search, ['search']));
  return { states: statesOf(states, problems), vendor, productType, search };
}

function statesOf(text: string | null, problems: Problem[]): LifecycleState[] | null {
  if (text === null) return null;
  return listOf(text).flatMap((each) => {
    const state = LIFECYCLE_STATES.find((known) => known === each.toUpperCase());
    if (!state)
      problems.push(problem('INVALID_FORMAT', `a state is one of ${LIFECYCLE_STATES.join(', ')}`, ['states']));
    return state ? [state] : [];
  });
}

/** What a parameter lists, parted by commas. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
