import { foldCode } from '../primitives/text.js';
import type { GrammarSegment } from './grammar.js';
import { CODE_LIMIT, parseGrammar } from './grammar.js';
import type { NamingFacts, SegmentRule } from './segment.js';
import { impliedRule, plainLetters, valueOf } from './segment.js';

/** How SKU codes are to look for some products: data, kept in the setting `naming`. What is left out has its default. */
export type NamingPolicy = {
  name: string;
  /** Which products it is for; a list that is left out or empty asks nothing. */
  scope?: { productTypes?: string[]; vendors?: string[] };
  grammar: string;
  /** What stands in each segment. `number`, and names of product fields, need no description. */
  segments?: Record<string, SegmentRule>;
  /** Letters are upper case; true if left out. Else letters are compared without case. */
  upperCase?: boolean;
  /** A new code that does not fit is refused, not only warned about; false if left out. */
  enforce?: boolean;
};

/** A segment with all that matching needs. */
export interface Segment {
  name: string;
  rule: SegmentRule;
  least: number;
  most: number;
  /** DICTIONARY: abbreviations by folded value. */
  dictionary: ReadonlyMap<string, { value: string; short: string }>;
  /** DICTIONARY: its abbreviations as codes are compared, and their lengths. */
  shorts: ReadonlySet<string>;
  lengths: readonly number[];
}

/** A policy ready for use. */
export interface CompiledPolicy {
  name: string;
  types: ReadonlySet<string>;
  vendors: ReadonlySet<string>;
  parts: readonly ({ literal: string } | Segment)[];
  upperCase: boolean;
  enforce: boolean;
}

/** Where neither grammar nor dictionary bounds it: a running number has at most so many digits, a value so many letters. */
const COUNTER_DIGITS = 9;
const VALUE_LETTERS = 32;

/**
 * Brings a policy that was checked when it was set (`policyFaults`) into the form in which codes are matched.
 * @throws RangeError for one that was not.
 */
export function compilePolicy(policy: NamingPolicy): CompiledPolicy {
  const { parts, faults } = parseGrammar(policy.grammar);
  if (faults.length > 0) throw new RangeError(`policy ${policy.name}: ${faults[0]?.message}`);
  const fold = (list: readonly string[] | undefined): Set<string> => new Set((list ?? []).map(foldCode));
  return {
    name: policy.name,
    types: fold(policy.scope?.productTypes),
    vendors: fold(policy.scope?.vendors),
    parts: parts.map((part) => ('literal' in part ? part : segmentOf(policy, part))),
    upperCase: policy.upperCase ?? true,
    enforce: policy.enforce ?? false,
  };
}

/** The rule of a segment: as the policy describes it, else as its name implies. Own keys only: names come from outside. */
export function ruleOf(policy: NamingPolicy, name: string): SegmentRule | null {
  const described = policy.segments && Object.hasOwn(policy.segments, name) ? policy.segments[name] : undefined;
  return described ?? impliedRule(name);
}

function segmentOf(policy: NamingPolicy, part: GrammarSegment): Segment {
  const rule = ruleOf(policy, part.segment);
  if (!rule) throw new RangeError(`policy ${policy.name}: segment ${part.segment} is not described`);
  const entries = rule.kind === 'DICTIONARY' ? Object.entries(rule.values) : [];
  const dictionary = new Map(entries.map(([value, short]) => [foldCode(value), { value, short }]));
  const shorts = new Set(entries.map(([, short]) => ((policy.upperCase ?? true) ? short : lowerAscii(short))));
  const most = rule.kind === 'COUNTER' ? COUNTER_DIGITS : rule.kind === 'VALUE' ? VALUE_LETTERS : CODE_LIMIT;
  return {
    name: part.segment,
    rule,
    least: part.least ?? 1,
    most: part.most ?? most,
    dictionary,
    shorts,
    lengths: [...new Set([...shorts].map(({ length }) => length))],
  };
}

/**
 * The policy for a product: that for its type and vendor, else for its type, else for its vendor, else the one for
 * everything; null where none reaches it. Two that could tie are refused when they are set, so the order says nothing.
 */
export function policyFor(
  policies: readonly CompiledPolicy[],
  product: { productType: string | null; vendor: string | null },
): CompiledPolicy | null {
  const type = foldCode(product.productType ?? '');
  const vendor = foldCode(product.vendor ?? '');
  let best: CompiledPolicy | null = null;
  for (const policy of policies) {
    const reaches =
      (policy.types.size === 0 || policy.types.has(type)) && (policy.vendors.size === 0 || policy.vendors.has(vendor));
    if (reaches && (best === null || specificity(policy) > specificity(best))) best = policy;
  }
  return best;
}

/** 3: type and vendor, 2: type, 1: vendor, 0: everything. A product type weighs more, as with ownership (design 4.5). */
export function specificity(policy: { types: ReadonlySet<string>; vendors: ReadonlySet<string> }): number {
  return (policy.types.size > 0 ? 2 : 0) + (policy.vendors.size > 0 ? 1 : 0);
}

/** What a segment should hold for this SKU. */
export type Expected =
  /** Just this text. */
  | { text: string }
  /** Nothing that the policy knows would be right, and why. */
  | { fault: string }
  /** Anything of the segment's form. */
  | null;

/** What the facts make of a segment: its one right text, why there is none, or null where the facts say nothing. */
export function expectedText(segment: Segment, policy: CompiledPolicy, facts: NamingFacts): Expected {
  const { rule, name, least, most, dictionary } = segment;
  if (rule.kind !== 'DICTIONARY' && rule.kind !== 'VALUE') return null;
  const value = valueOf(rule.of, facts);
  if (value === null) return null;
  if (rule.kind === 'DICTIONARY') {
    const entry = dictionary.get(foldCode(value));
    if (entry) return { text: entry.short };
    return { fault: `${name}: the dictionary has no abbreviation of "${cut(value)}"; ${knownOf(segment)}` };
  }
  const plain = plainLetters(value);
  const text = (policy.upperCase ? plain.toUpperCase() : plain).slice(0, most);
  if (text.length >= least) return { text };
  const fault = `${name}: "${cut(value)}" has ${text.length} letters and digits, fewer than ${least}`;
  return { fault };
}

/** The first abbreviations of a dictionary, as people read them. */
export function knownOf({ dictionary }: Segment): string {
  const shown = [...dictionary.values()].slice(0, 10).map(({ value, short }) => `${cut(value)} is ${short}`);
  const more = dictionary.size - shown.length;
  return `it knows: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Letters of ASCII only, so that no text changes its length or its alphabet. */
export function upperAscii(text: string): string {
  return text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

export function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The beginning of a text that may be of any length. */
export function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text;
}
