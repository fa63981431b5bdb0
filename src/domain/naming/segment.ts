import type { OptionValue } from '../catalog/sku.js';
import type { Json } from '../primitives/json.js';
import { foldCode } from '../primitives/text.js';

/**
 * What stands in a segment.
 * DICTIONARY: the abbreviation of a value. VALUE: the value's own letters and digits. COUNTER: a running number.
 * LETTERS, DIGITS and FREE are whatever the author chooses, of that alphabet.
 */
export type SegmentRule =
  | { kind: 'DICTIONARY'; of: string; values: Record<string, string> }
  | { kind: 'VALUE'; of: string }
  | { kind: 'COUNTER' | 'LETTERS' | 'DIGITS' | 'FREE' };

/** What is known of a SKU when its code is judged or made. */
export interface NamingFacts {
  product: {
    handle: string;
    title: string;
    vendor: string | null;
    productType: string | null;
    attributes: Readonly<Record<string, Json>>;
  };
  sku: { title: string | null; attributes: Readonly<Record<string, Json>> };
  optionValues: readonly OptionValue[];
}

const PRODUCT_FIELDS = ['handle', 'title', 'vendor', 'productType'] as const;
type ProductField = (typeof PRODUCT_FIELDS)[number];
const SOURCE =
  /^(?:option\.\S.*|product\.(?:handle|title|vendor|productType|attributes\..+)|sku\.(?:title|attributes\..+))$/;

/** Why a text names no place that a segment's value could come from, or null. */
export function sourceFault(of: string): string | null {
  if (of.length <= 300 && SOURCE.test(of)) return null;
  return `"${of.slice(0, 40)}" is none of option.NAME, product.${PRODUCT_FIELDS.join(', product.')}, product.attributes.KEY, sku.title, sku.attributes.KEY`;
}

/** The segment of a name that a policy does not describe: `number` counts, a field of the product is its own value. */
export function impliedRule(name: string): SegmentRule | null {
  if (name === 'number') return { kind: 'COUNTER' };
  const field = PRODUCT_FIELDS.find((each) => each === name);
  return field ? { kind: 'VALUE', of: `product.${field}` } : null;
}

/** The value that a source has for this SKU; null where nobody set one. Names of options are compared without case. */
export function valueOf(of: string, facts: NamingFacts): string | null {
  const dot = of.indexOf('.');
  const [room, rest] = [of.slice(0, dot), of.slice(dot + 1)];
  if (room === 'option') {
    return textOf(facts.optionValues.find(({ name }) => foldCode(name) === foldCode(rest))?.value);
  }
  const holder = room === 'product' ? facts.product : facts.sku;
  if (rest.startsWith('attributes.')) {
    const key = rest.slice('attributes.'.length);
    return Object.hasOwn(holder.attributes, key) ? textOf(holder.attributes[key]) : null;
  }
  if (room === 'sku') return textOf(facts.sku.title);
  return textOf(facts.product[rest as ProductField]);
}

function textOf(value: Json | undefined): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** Letters of other alphabets than ASCII's that do not come apart into a letter and an accent. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ł: 'l',
  Ł: 'L',
  þ: 'th',
  Þ: 'TH',
  ı: 'i',
};

/** The letters and digits of a value in ASCII: "Crème brûlée" is "Cremebrulee". What has no ASCII letter is dropped. */
export function plainLetters(value: string): string {
  return value
    .normalize('NFKD')
    .replaceAll(/[^\x00-\x7f]/gu, (char) => PLAIN_LETTERS[char] ?? '')
    .replaceAll(/[^A-Za-z0-9]/g, '');
}
