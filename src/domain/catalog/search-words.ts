import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';

/** Each word is a condition of its own; nobody types more, and a text that was pasted by mistake should be told so. */
const WORDS_LIMIT = 10;

/** The words of a search, compared as codes are: after NFKC and without case. */
export function searchWords(search: string | null | undefined): string[] {
  return (search ?? '')
    .split(/\s+/)
    .map(foldCode)
    .filter((word) => word !== '');
}

/** What is wrong with a search. */
export function searchFaults(search: string | null | undefined, field: string[]): Problem[] {
  if (searchWords(search).length <= WORDS_LIMIT) return [];
  return [problem('TOO_MANY', `at most ${WORDS_LIMIT} words can be searched for`, field)];
}
