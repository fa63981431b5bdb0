import { plainLetters } from '../../naming/segment.js';

/** Long enough for any title that people read; with a code behind it, still shorter than a handle may be. */
const HANDLE_LENGTH = 180;

/** Text as a handle: lower-case letters and digits of ASCII, parted by single hyphens. Empty where it holds none. */
function handleText(text: string): string {
  const words = text.split(/[^\p{L}\p{N}\p{M}]+/u).map((word) => plainLetters(word).toLowerCase());
  return words
    .filter((word) => word !== '')
    .join('-')
    .slice(0, HANDLE_LENGTH)
    .replace(/-$/, '');
}

/**
 * Handles for a new bundle's product, the best first: of the title, then of title and code (design 4.4). A title without
 * a letter of ASCII leaves the code alone; there may be none at all.
 */
export function bundleHandles(title: string, code: string): string[] {
  const [ofTitle, ofCode] = [handleText(title), handleText(code)];
  const both = [ofTitle, ofCode].filter((each) => each !== '').join('-');
  return [...new Set([ofTitle, both])].filter((each) => each !== '');
}
