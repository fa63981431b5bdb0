import { decimalText, isPlainDecimal, moneyText } from '../primitives/decimal.js';
import type { Json } from '../primitives/json.js';
import { canonicalJson, sameJson } from '../primitives/json.js';
import { normaliseComponents } from '../publishing/component-line.js';

/**
 * One reason for which two values that are spelled differently mean the same. Every one of them has pairs of values in
 * `test/domain/normalisers/<name>.json`, which anybody may add to (docs/drift.md), and a test that runs all of them.
 */
export interface Normaliser {
  name: string;
  /** Whose values go through it. */
  concerns(field: string): boolean;
  /** What is none of its business comes back as it is. Never throws, whatever a system shows. */
  normalise(value: Json): Json;
}

const MONEY: ReadonlySet<string> = new Set(['price', 'compareAtPrice', 'cost']);
const TAGS = 'product.tags';
const OPTIONS = 'optionValues';
const COMPONENTS = 'bundle.components';
const WEIGHT = 'weight';
/** Fields that are no text, each with a form of its own. */
const FORMED: ReadonlySet<string> = new Set([...MONEY, WEIGHT, TAGS, OPTIONS, COMPONENTS, 'lifecycle']);

const isText = (field: string): boolean => !FORMED.has(field);

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  '#39': "'",
};
/** With all the layers in which an ampersand was escaped over and over. */
const ENTITY = /&(?:amp;)*(amp|lt|gt|quot|apos|nbsp|#39);/g;

/** NFC, so that é is é however it was typed. */
const unicodeForm: Normaliser = {
  name: 'unicode-form',
  concerns: (field) => isText(field) || field === TAGS || field === OPTIONS,
  normalise: composed,
};

/** No combining mark lies below U+0300: such text is composed already, and most text is such. */
const COMPOSED = /^[\u0000-\u02ff]*$/;
const isComposed = (value: Json): boolean => typeof value === 'string' && COMPOSED.test(value);

function composed(value: Json): Json {
  if (isComposed(value)) return value;
  if (typeof value === 'string') return value.normalize('NFC');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(composed);
  if (Object.values(value).every(isComposed)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, composed(inner)]));
}

/** Systems keep text as it was typed into a page, or as they escaped it: `&amp;` is &. */
const htmlEntities: Normaliser = {
  name: 'html-entities',
  concerns: isText,
  normalise: (value) =>
    typeof value === 'string' && value.includes('&')
      ? value.replace(ENTITY, (whole, name: string) => ENTITIES[name] ?? whole)
      : value,
};

/** Blanks around a value are nobody's decision, and a value of nothing but blanks is none. */
const emptyIsNull: Normaliser = {
  name: 'empty-is-null',
  concerns: (field) => isText(field) || MONEY.has(field) || field === WEIGHT,
  normalise: (value) => (typeof value === 'string' ? value.trim() || null : value),
};

/** 10, 10.0 and 10.00 are one price, sent as text or as a number of JSON. What is no number stays as it is, and so differs. */
const moneyScale: Normaliser = {
  name: 'money-scale',
  concerns: (field) => MONEY.has(field),
  normalise: (value) => inDecimals(value, moneyText),
};

/** Shopify shows no weight as a weight of 0, and an ERP may: both mean that nobody has weighed it. */
const weightInGrams: Normaliser = {
  name: 'weight-in-grams',
  concerns: (field) => field === WEIGHT,
  normalise: (value) => {
    const weight = inDecimals(value, (plain) => decimalText(plain));
    return weight === '0' ? null : weight;
  },
};

function inDecimals(value: Json, text: (plain: string) => string): Json {
  const raw = typeof value === 'number' ? String(value) : value;
  return typeof raw === 'string' && isPlainDecimal(raw) ? text(raw) : raw;
}

/** What Shopify shows where a product has no options at all: one option "Title" with one value (shopify.md 2.2 [D]). */
const NO_OPTIONS = [{ name: 'Title', value: 'Default Title' }];

/** Option values by name: systems list them in an order of their own. */
const optionOrder: Normaliser = {
  name: 'option-order',
  concerns: (field) => field === OPTIONS,
  normalise: (value) => {
    if (!Array.isArray(value)) return value;
    if (sameJson(value, NO_OPTIONS)) return [];
    if (value.length < 2) return value;
    return [...value].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  },
};

/** Tags are compared without case, as Shopify keeps them apart (shopify.md 2.2 [R]); the first spelling stays. */
const tagList: Normaliser = {
  name: 'tag-list',
  concerns: (field) => field === TAGS,
  normalise: (value) => {
    const seen = new Map<string, string>();
    for (const tag of Array.isArray(value) ? value : []) {
      const clean = typeof tag === 'string' ? tag.trim() : '';
      if (clean !== '' && !seen.has(clean.toLowerCase())) seen.set(clean.toLowerCase(), clean);
    }
    return [...seen.keys()].sort().map((key) => seen.get(key) ?? key);
  },
};

/** What a bundle is made of: in no order, without case, each component once, quantities as whole numbers. */
const componentList: Normaliser = {
  name: 'component-list',
  concerns: (field) => field === COMPONENTS,
  normalise: normaliseComponents,
};

/** In the order in which a value goes through them. */
export const NORMALISERS: readonly Normaliser[] = [
  unicodeForm,
  htmlEntities,
  emptyIsNull,
  moneyScale,
  weightInGrams,
  optionOrder,
  tagList,
  componentList,
];

/** Each round takes away what the one before has uncovered; three are the most that anybody has found. */
const ROUNDS = 16;

/** Printable ASCII without an ampersand, and without blanks at its ends: text that every normaliser leaves as it is. */
const PLAIN = /^[!-%'-~](?:[ -%'-~]*[!-%'-~])?$/;
/** Amounts as `moneyText` writes them. */
const AMOUNT = /^(?:0|[1-9]\d{0,9})\.\d{2}$/;

/** Grams as most stores weigh. */
const WHOLE = /^[1-9]\d{0,8}$/;

/** Tells what no normaliser of the field changes: most values are such, and a scan asks of millions. */
function isDone(field: string): (value: Json) => boolean {
  if (isText(field)) {
    return (value) => value === null || typeof value === 'boolean' || (typeof value === 'string' && PLAIN.test(value));
  }
  if (MONEY.has(field)) return (value) => value === null || (typeof value === 'string' && AMOUNT.test(value));
  if (field === WEIGHT) return (value) => value === null || (typeof value === 'string' && WHOLE.test(value));
  return () => false;
}

/**
 * All normalisers of a field, one after the other, and for text until nothing changes any more: an entity may stand for the
 * beginning of another one, and a letter may meet its accent only then. So normalising twice is normalising once.
 * @param among left out: all there are.
 */
export function normaliserOf(field: string, among: readonly Normaliser[] = NORMALISERS): (value: Json) => Json {
  const own = among.filter((each) => each.concerns(field));
  const isStable = isDone(field);
  const rounds = isText(field) ? ROUNDS : 0;
  const once = (value: Json): Json => {
    let told = value;
    for (const each of own) told = each.normalise(told);
    return told;
  };
  return (value) => {
    if (isStable(value)) return value;
    let told = once(value);
    if (typeof value !== 'string') return told;
    let before: Json = value;
    for (let round = 0; round < rounds && told !== before; round += 1) [before, told] = [told, once(told)];
    return told;
  };
}
