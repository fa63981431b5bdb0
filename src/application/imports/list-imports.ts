import type { Caller } from '../../domain/actor.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import { BadCursor, PAGE_LIMIT } from '../ports/page.js';
import type { Ports } from '../ports/ports.js';
import type { ImportSummary } from './read-import.js';
import { summaryOf } from './read-import.js';

const DEFAULT_FIRST = 50;

/** A page of imports, newest first. */
export interface ImportList {
  items: ImportSummary[];
  /** What to give as `after` for the next page; null after the last one. */
  next: string | null;
}

/**
 * The imports that the caller may see, by keyset: an ADMIN all of them, anybody else those that are their own.
 * @param first how many, as callers word it; null: 50.
 * @param after the `next` of the page before; null from the start.
 * @returns the page, or everything that is wrong with the request: INVALID_FORMAT, TOO_MANY.
 */
export async function listImports(
  ports: Pick<Ports, 'imports'>,
  { actor, roles }: Caller,
  { first, after }: { first: string | null; after: string | null },
): Promise<Outcome<ImportList>> {
  const size = first === null ? DEFAULT_FIRST : /^[1-9]\d{0,8}$/.test(first) ? Number(first) : 0;
  const problems: Problem[] = [];
  if (size === 0) problems.push(problem('INVALID_FORMAT', 'first is a whole number, 1 or more', ['first']));
  if (size > PAGE_LIMIT) problems.push(problem('TOO_MANY', `first is at most ${PAGE_LIMIT}`, ['first']));
  try {
    const page = { first: Math.max(1, size), after };
    const { items, hasNextPage } = await ports.imports.list(page, roles.includes('ADMIN') ? null : actor);
    if (problems.length > 0) return refused(...problems);
    const next = hasNextPage ? (items.at(-1)?.cursor ?? null) : null;
    return accepted({ items: items.map(({ node }) => summaryOf(node)), next });
  } catch (error) {
    if (!(error instanceof BadCursor)) throw error;
    return refused(...problems, problem('INVALID_FORMAT', 'after is the `next` of an earlier page', ['after']));
  }
}
