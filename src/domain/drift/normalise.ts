import type { Json } from '../primitives/json.js';
import { canonicalJson, sameJson } from '../primitives/json.js';
import { normaliseComponents, sameComponents } from '../publishing/component-line.js';
import { compareDecimals, decimalDistance, decimalText, isPlainDecimal, moneyText } from '../primitives/decimal.js';

/** What it means for a field to be the same, and what to write so that it becomes so. */
export interface FieldLaw {
  /** One text for one meaning: both sides go through it before they are compared. Idempotent. */
  normalise(value: Json): Json;
  /** Is `observed` as the master wants it? `base` is what was last published; both are normalised. */
  agrees(canonical: Json, observed: Json, base: Json | undefined, tolerance: string | null): boolean;
  /** Did `observed` stay as it was last published? */
  unmoved(base: Json, observed: Json, tolerance: string | null): boolean;
  /** What to write so that `observed` becomes as the master wants it. */
  target(canonical: Json, observed: Json | undefined, base: Json | undefined): Json;
  /** What of `observed` counts as published, where writes of ours (`expected`) may have left it there. */
  acknowledged(observed: Json, base: Json | undefined, expected: readonly Json[]): Json;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  '#39': "'",
};

/** Empty is null; entities are what they stand for; NFC, so that é is é however it was typed. */
function normaliseText(value: Json): Json {
  if (typeof value !== 'string') return value;
  const plain = value.replace(/&(amp|lt|gt|quot|apos|nbsp|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);
  const trimmed = plain.normalize('NFC').trim();
  return trimmed === '' ? null : trimmed;
}

/** A number that a system sent as text or as a JSON number. What is no number stays as it is, and so differs. */
function normaliseNumber(value: Json, text: (plain: string) => string): Json {
  const raw = typeof value === 'number' ? String(value) : value;
  if (typeof raw !== 'string' || raw.trim() === '') return raw === '' ? null : raw;
  return isPlainDecimal(raw.trim()) ? text(raw.trim()) : raw;
}

function near(a: Json, b: Json, tolerance: string | null): boolean {
  if (typeof a !== 'string' || typeof b !== 'string' || !isPlainDecimal(a) || !isPlainDecimal(b)) return sameJson(a, b);
  return compareDecimals(decimalDistance(a, b), tolerance ?? '0') <= 0;
}

function plainLaw(normalise: (value: Json) => Json): FieldLaw {
  return {
    normalise,
    agrees: (canonical, observed) => sameJson(canonical, observed),
    unmoved: (base, observed) => sameJson(base, observed),
    target: (canonical) => canonical,
    acknowledged: (observed) => observed,
  };
}

function numberLaw(text: (plain: string) => string): FieldLaw {
  return {
    normalise: (value) => normaliseNumber(value, text),
    agrees: (canonical, observed, _base, tolerance) => near(canonical, observed, tolerance),
    unmoved: (base, observed, tolerance) => near(base, observed, tolerance),
    target: (canonical) => canonical,
    acknowledged: (observed) => observed,
  };
}

function words(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** Tags are compared without case, as Shopify keeps them apart (shopify.md 2.2 [R]); the first spelling stays. */
function normaliseTags(value: Json): Json {
  const seen = new Map<string, string>();
  for (const tag of words(value)) {
    const clean = tag.normalize('NFC').trim();
    if (clean !== '' && !seen.has(clean.toLowerCase())) seen.set(clean.toLowerCase(), clean);
  }
  return [...seen.keys()].sort().map((key) => seen.get(key) ?? key);
}

function has(list: Json | undefined, tag: string): boolean {
  return words(list).some((each) => each.toLowerCase() === tag.toLowerCase());
}

/** The master's tags must be there, other people's are theirs, and one that the master dropped is taken away (design 4.7). */
const tagLaw: FieldLaw = {
  normalise: normaliseTags,
  agrees: (canonical, observed, base) =>
    words(canonical).every((tag) => has(observed, tag)) &&
    words(base).every((tag) => has(canonical, tag) || !has(observed, tag)),
  unmoved: (base, observed) => words(base).every((tag) => has(observed, tag)),
  target: (canonical, observed, base) => {
    const foreign = words(observed).filter((tag) => !has(canonical, tag) && !has(base, tag));
    return normaliseTags([...words(canonical), ...foreign]);
  },
  // Others' tags never become ours: we would take them away some day.
  acknowledged: (observed, base, expected) =>
    words(observed).filter((tag) => has(base, tag) || expected.some((each) => has(each, tag))),
};

/** Only what the master says of it counts: a system may show more (an inventory policy that nobody governs now). */
const lifecycleLaw: FieldLaw = {
  normalise: (value) => value,
  agrees: (canonical, observed) => covers(canonical, observed),
  unmoved: (base, observed) => covers(base, observed),
  target: (canonical, observed) => {
    if (!isObject(canonical) || !isObject(observed)) return canonical;
    return Object.fromEntries(Object.entries(canonical).filter(([key, value]) => !sameJson(value, observed[key])));
  },
  acknowledged: (observed) => observed,
};

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function covers(wanted: Json, shown: Json): boolean {
  if (!isObject(wanted) || !isObject(shown)) return sameJson(wanted, shown);
  return Object.entries(wanted).every(([key, value]) => sameJson(value, shown[key]));
}

/** What Shopify shows where a product has no options at all: one option "Title" with one value (shopify.md 2.2 [D]). */
const NO_OPTIONS = canonicalJson([{ name: 'Title', value: 'Default Title' }]);

/** Option values by name: systems list them in an order of their own. */
function normaliseOptions(value: Json): Json {
  if (!Array.isArray(value)) return value;
  if (canonicalJson(value) === NO_OPTIONS) return [];
  return [...value].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

/** Shopify shows no weight as a weight of 0, and an ERP may: both mean that nobody has weighed it. */
const weightLaw: FieldLaw = {
  ...numberLaw((plain) => decimalText(plain)),
  normalise: (value) => {
    const weight = normaliseNumber(value, (plain) => decimalText(plain));
    return weight === '0' ? null : weight;
  },
};

/** What a bundle is made of counts as a whole: which SKUs, and how many of each. */
const componentsLaw: FieldLaw = {
  normalise: normaliseComponents,
  agrees: (canonical, observed) => sameComponents(canonical, observed),
  unmoved: (base, observed) => sameComponents(base, observed),
  target: (canonical) => canonical,
  acknowledged: (observed) => observed,
};

const textLaw = plainLaw(normaliseText);
const LAWS: Readonly<Record<string, FieldLaw>> = {
  price: numberLaw(moneyText),
  compareAtPrice: numberLaw(moneyText),
  cost: numberLaw(moneyText),
  weight: weightLaw,
  'product.tags': tagLaw,
  optionValues: plainLaw(normaliseOptions),
  lifecycle: lifecycleLaw,
  'bundle.components': componentsLaw,
};

/** The law of a field; text where nothing else is said. */
export function lawOf(field: string): FieldLaw {
  return LAWS[field] ?? textLaw;
}

/** All values of a record, each by its field's law. */
export function normaliseAll(values: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, lawOf(field).normalise(value)]));
}
