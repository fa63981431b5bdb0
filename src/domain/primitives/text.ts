/** C0 and C1 controls, and the bidirectional overrides with which one code can be made to look like another. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;
/**
 * What nobody sees, so that two texts look the same and are not: zero-width spaces, the byte-order mark, and code points
 * that are no characters at all. Joiners are left: emoji and many scripts are written with them.
 */
const UNSEEN = /[\u200b\u2060\ufeff\p{Noncharacter_Code_Point}]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;
const PRINTABLE_ASCII = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const TAG = /<[a-z!/][^>]*>/i;

/** The form under which a SKU code is unique: NFKC, trimmed, case-folded (design 4.1). */
export function foldCode(code: string): string {
  return code.normalize('NFKC').trim().toLowerCase();
}

/** Printable ASCII without spaces at the ends: what a SKU code may be made of. */
export function isPrintableAscii(text: string): boolean {
  return PRINTABLE_ASCII.test(text);
}

/** Control characters (NUL included), direction overrides, what nobody sees, or half a surrogate pair. */
export function hasControls(text: string): boolean {
  // A byte-order mark at the ends goes as other white space does.
  return CONTROLS.test(text) || UNSEEN.test(text.trim()) || LONE_SURROGATE.test(text);
}

/** Has the text more characters than that, as people and systems count them: an emoji of two UTF-16 units is one code point. */
export function isLongerThan(limit: number, text: string): boolean {
  if (text.length <= limit || text.length > 2 * limit) return text.length > limit;
  return Array.from(text).length > limit;
}

/** Whether PostgreSQL can hold the text at all: neither NUL nor half a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && !LONE_SURROGATE.test(text);
}

/** Something that a browser would read as markup. Titles go to storefronts, so it is refused rather than escaped. */
export function hasHtml(text: string): boolean {
  return TAG.test(text);
}

/** Empty text, after trimming, means "not set". */
export function textOrNull(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
