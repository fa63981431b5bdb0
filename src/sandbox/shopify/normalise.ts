import { isPlainDecimal, moneyText } from '../../domain/primitives/decimal.js';

/**
 * What Shopify makes of what it is given [R: shopify.md 2.2]. A client that compares what it sent with what it reads
 * back has to expect these.
 */

/** Tags: trimmed, de-duplicated without regard to case (first spelling wins), sorted. */
export function normaliseTags(tags: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const tag of tags.flatMap((one) => one.split(','))) {
    const trimmed = tag.trim();
    const key = trimmed.toLowerCase();
    if (trimmed !== '' && !seen.has(key)) seen.set(key, trimmed);
  }
  return [...seen.values()].sort((a, b) => compareText(a.toLowerCase(), b.toLowerCase()));
}

/** Handle: lower case, everything but letters and digits becomes one hyphen, accents are dropped. */
export function slug(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const slugged = plain.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  return slugged === '' ? 'product' : slugged;
}

/** The slug itself, or with the first free `-1`, `-2`, … behind it. */
export function freeHandle(wanted: string, isTaken: (handle: string) => boolean): string {
  const base = slug(wanted);
  if (!isTaken(base)) return base;
  for (let suffix = 1; ; suffix += 1) {
    if (!isTaken(`${base}-${suffix}`)) return `${base}-${suffix}`;
  }
}

/** Money has two places in a shop whose currency has two: `"19.9"` and `"19.900"` are `"19.90"`, halves round up. */
export function shopMoney(text: string): string {
  const [whole = '0', fraction = ''] = moneyText(text).split('.');
  if (fraction.length <= 2) return `${whole}.${fraction}`;
  const negative = whole.startsWith('-');
  const cents = BigInt(whole.replace('-', '') + fraction.slice(0, 2)) + (Number(fraction[2]) >= 5 ? 1n : 0n);
  const digits = cents.toString().padStart(3, '0');
  return `${negative ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function isNegative(money: string): boolean {
  return money.startsWith('-');
}

/** Plain decimal text, as `Money` and `Decimal` take it. */
export function isMoney(text: string): boolean {
  return isPlainDecimal(text);
}

/** Empty text is stored as "not set". */
export function orNull(text: string | null | undefined): string | null {
  return text === undefined || text === null || text.trim() === '' ? null : text;
}

export function isHsCode(code: string): boolean {
  return /^\d{6,13}$/.test(code);
}

/** Order by code unit: the same on every machine, unlike a locale's. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
