import type { Json } from '../primitives/json.js';
import { sameJson } from '../primitives/json.js';
import { sameComponents } from '../publishing/component-line.js';
import { compareDecimals, decimalDistance, isPlainDecimal } from '../primitives/decimal.js';
import { normaliserOf } from './normalisers.js';

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

function near(a: Json, b: Json, tolerance: string | null): boolean {
  // Both are normalised, so equal amounts are mostly one text.
  if (a === b) return true;
  if (typeof a !== 'string' || typeof b !== 'string' || !isPlainDecimal(a) || !isPlainDecimal(b)) return sameJson(a, b);
  return compareDecimals(decimalDistance(a, b), tolerance ?? '0') <= 0;
}

/** A law without its normalisers, which are in a list of their own. */
type Comparing = Omit<FieldLaw, 'normalise'>;

const plainLaw: Comparing = {
  agrees: (canonical, observed) => sameJson(canonical, observed),
  unmoved: (base, observed) => sameJson(base, observed),
  target: (canonical) => canonical,
  acknowledged: (observed) => observed,
};

const numberLaw: Comparing = {
  ...plainLaw,
  agrees: (canonical, observed, _base, tolerance) => near(canonical, observed, tolerance),
  unmoved: (base, observed, tolerance) => near(base, observed, tolerance),
};

function words(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function has(list: Json | undefined, tag: string): boolean {
  return words(list).some((each) => each.toLowerCase() === tag.toLowerCase());
}

const normaliseTags = normaliserOf('product.tags');

/** The master's tags must be there, other people's are theirs, and one that the master dropped is taken away (design 4.7). */
const tagLaw: Comparing = {
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
const lifecycleLaw: Comparing = {
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
  for (const key of Object.keys(wanted)) if (!sameJson(wanted[key], shown[key])) return false;
  return true;
}

/** What a bundle is made of counts as a whole: which SKUs, and how many of each. */
const componentsLaw: Comparing = {
  ...plainLaw,
  agrees: (canonical, observed) => sameComponents(canonical, observed),
  unmoved: (base, observed) => sameComponents(base, observed),
};

const COMPARING: Readonly<Record<string, Comparing>> = {
  price: numberLaw,
  compareAtPrice: numberLaw,
  cost: numberLaw,
  weight: numberLaw,
  'product.tags': tagLaw,
  optionValues: plainLaw,
  lifecycle: lifecycleLaw,
  'bundle.components': componentsLaw,
};
const LAWS: ReadonlyMap<string, FieldLaw> = new Map(
  Object.entries(COMPARING).map(([field, comparing]) => [field, { ...comparing, normalise: normaliserOf(field) }]),
);
const TEXT_LAW: FieldLaw = { ...plainLaw, normalise: normaliserOf('title') };

/** The law of a field; text where nothing else is said. */
export function lawOf(field: string): FieldLaw {
  return LAWS.get(field) ?? TEXT_LAW;
}

/** All values of a record, each by its field's law. */
export function normaliseAll(values: Record<string, Json>): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const field of Object.keys(values)) out[field] = lawOf(field).normalise(values[field] ?? null);
  return out;
}
