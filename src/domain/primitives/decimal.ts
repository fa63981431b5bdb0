import Big from 'big.js';

/** Plain decimals only: no exponent, no sign of plus, no full-width digits, no grouping. */
const PLAIN = /^-?\d{1,12}(\.\d{1,12})?$/;

/** Amounts as catalogues write them: already canonical but for zeros at the end, and exact as they stand. */
const USUAL = /^(?:0|[1-9]\d{0,9})(?:\.\d{1,5})?$/;

/** True for text that is an exact decimal as the API takes it ("19.90"); "1e3", "１９" and "+1" are not. */
export function isPlainDecimal(text: string): boolean {
  return PLAIN.test(text);
}

/**
 * Canonical text of an exact decimal: no leading or trailing zeros beyond `minimumPlaces`, negative zero is zero.
 * @throws RangeError when the text is no plain decimal.
 */
export function decimalText(text: string, minimumPlaces = 0): string {
  if (!isPlainDecimal(text)) throw new RangeError(`not a plain decimal: ${text.slice(0, 40)}`);
  if (USUAL.test(text)) return padded(text, minimumPlaces);
  const value = new Big(text);
  const places = decimalPlaces(value.toFixed());
  const out = value.toFixed(Math.max(places, minimumPlaces));
  return value.eq(0) ? out.replace('-', '') : out;
}

function padded(text: string, minimumPlaces: number): string {
  const [whole = '0', fraction = ''] = text.split('.');
  const kept = fraction.replace(/0+$/, '').padEnd(minimumPlaces, '0');
  return kept === '' ? whole : `${whole}.${kept}`;
}

/** As `moneyText` writes it already; most amounts are, and scans and matches see millions of them. */
const MONEY = /^(?:0|[1-9]\d{0,11})\.\d{2}$/;

/** Money has at least two places, as people write it: "19.9" reads back as "19.90". */
export function moneyText(text: string): string {
  if (MONEY.test(text)) return text;
  return decimalText(text, 2);
}

/** Places after the point that carry a value: "1.50" has one. */
export function decimalPlaces(text: string): number {
  const fraction = text.split('.')[1] ?? '';
  return fraction.replace(/0+$/, '').length;
}

/** -1, 0 or 1; exact. */
export function compareDecimals(a: string, b: string): number {
  // Up to 15 digits are exact as numbers and stay in order.
  if (USUAL.test(a) && USUAL.test(b)) return Math.sign(Number(a) - Number(b));
  return new Big(a).cmp(b);
}

/** Sum of exact decimals, as plain decimal text; "0" of none. */
export function addDecimals(amounts: readonly string[]): string {
  return amounts.reduce((sum, each) => sum.plus(each), new Big(0)).toFixed();
}

/** |a − b|, exact, as plain decimal text. */
export function decimalDistance(a: string, b: string): string {
  return new Big(a).minus(b).abs().toFixed();
}

/** a × b, exact, as plain decimal text. */
export function multiplyDecimals(a: string, b: string): string {
  return new Big(a).times(b).toFixed();
}

/** a ÷ b rounded half up to so many places, as plain decimal text. @throws RangeError where b is zero. */
export function divideDecimals(a: string, b: string, places: number): string {
  if (compareDecimals(b, '0') === 0) throw new RangeError('nothing is divided by zero');
  // Big divides to 20 places unless its constructor says otherwise: no amount has so many.
  return new Big(a).div(b).round(places, Big.roundHalfUp).toFixed();
}

/** Rounded half up to so many places, as plain decimal text. */
export function roundDecimal(text: string, places: number): string {
  return new Big(text).round(places, Big.roundHalfUp).toFixed();
}
