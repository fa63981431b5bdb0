import { foldCode } from '../primitives/text.js';

/** Letters that are read as digits. The column `skeleton` of the database is made by the same rule; a test holds both equal. */
const READ_AS: Readonly<Record<string, string>> = { o: '0', i: '1', l: '1' };

/**
 * One text for all codes that people take for each other: without case, O as 0, I and l as 1, and without the
 * separators `-`, `_`, space and `.` (design 4.1).
 */
export function skeletonOf(code: string): string {
  return foldCode(code).replaceAll(/[-_ .oil]/g, (char) => READ_AS[char] ?? '');
}

/** So many look-alikes are named; whoever looks into one finds the others. */
const NAMED = 5;

/** How to say which codes a code looks like. */
export function looksLike(code: string, others: readonly string[]): string {
  const named = others.slice(0, NAMED).join(', ');
  const more = others.length > NAMED ? ' and others' : '';
  return `${code} looks like ${named}${more}: they differ only by O and 0, I, l and 1, or separators`;
}

/** Codes that a reader of look-alikes asks for per skeleton: one more than are named tells that there are others. */
export const LOOK_ALIKE_LIMIT = NAMED + 1;
