/** What happens when another system than the owner writes a field. */
export type DriftAction = 'FLAG' | 'AUTO_REVERT' | 'AUTO_ADOPT' | 'IGNORE';

export const SEVERITIES = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type FieldRule = {
  /** Canonical name; a trailing `.*` covers a family (`attributes.*`). */
  field: string;
  /** MASTER, a system's code, or NONE: not governed. */
  owner: string;
  onDrift: DriftAction;
  severity: Severity;
  /** Absolute difference of a number that still counts as equal; a decimal as text. */
  tolerance: string | null;
};

function rule(field: string, severity: Severity, tolerance: string | null = null): FieldRule {
  return { field, owner: 'MASTER', onDrift: 'FLAG', severity, tolerance };
}

/** Version 0 of the matrix: what holds until somebody sets another (design 4.6). */
export const DEFAULT_RULES: readonly FieldRule[] = [
  rule('product.title', 'MEDIUM'),
  rule('product.handle', 'MEDIUM'),
  rule('product.vendor', 'MEDIUM'),
  rule('product.productType', 'MEDIUM'),
  rule('product.category', 'MEDIUM'),
  rule('product.tags', 'LOW'),
  rule('attributes.*', 'LOW'),
  rule('title', 'MEDIUM'),
  rule('optionValues', 'MEDIUM'),
  rule('price', 'HIGH'),
  rule('compareAtPrice', 'MEDIUM'),
  rule('cost', 'MEDIUM'),
  rule('gtin', 'MEDIUM'),
  // Half a gram: systems convert ounces and pounds with different roundings.
  rule('weight', 'MEDIUM', '0.5'),
  rule('hsCode', 'MEDIUM'),
  rule('countryOfOrigin', 'MEDIUM'),
  rule('requiresShipping', 'MEDIUM'),
  rule('taxable', 'MEDIUM'),
  rule('taxCode', 'MEDIUM'),
  rule('unitOfMeasure', 'MEDIUM'),
  rule('bundle.components', 'HIGH'),
  rule('lifecycle', 'HIGH'),
];

/** What was found of each matrix: a scan asks for few fields millions of times, and no matrix is ever changed in place. */
const FOUND = new WeakMap<readonly FieldRule[], Map<string, FieldRule | null>>();
/** Fields that are kept in mind of each; people may ask for any name. */
const KEPT = 1_000;

/** The rule of a field: its own, else its family's; null when nobody governs it. */
export function ruleOf(rules: readonly FieldRule[], field: string): FieldRule | null {
  let found = FOUND.get(rules);
  if (!found) FOUND.set(rules, (found = new Map()));
  const known = found.get(field);
  if (known !== undefined) return known;
  const rule = findRule(rules, field);
  if (found.size < KEPT) found.set(field, rule);
  return rule;
}

function findRule(rules: readonly FieldRule[], field: string): FieldRule | null {
  const own = rules.find((each) => each.field === field);
  if (own) return own.owner === 'NONE' ? null : own;
  const family = rules.find((each) => each.field.endsWith('.*') && field.startsWith(each.field.slice(0, -1)));
  return family && family.owner !== 'NONE' ? family : null;
}

/** Hours within which a finding must be resolved, by severity (design 4.8). */
export const DUE_HOURS: Readonly<Record<Severity, number>> = { CRITICAL: 4, HIGH: 24, MEDIUM: 168, LOW: 720 };
