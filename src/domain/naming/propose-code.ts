import { codeFault } from '../catalog/read-sku-fields.js';
import { fitsSegment, formOf } from './match-code.js';
import type { CompiledPolicy, Segment } from './policy.js';
import { expectedText, upperAscii } from './policy.js';
import type { NamingFacts } from './segment.js';

/** A code but for its running number: what stands before and behind it. */
export interface CodeTemplate {
  prefix: string;
  suffix: string;
  /** How many digits the running number has; null where the grammar has none, and the code is `prefix` alone. */
  digits: { least: number; most: number } | null;
}

/** Why a segment cannot be filled. */
export interface TemplateFault {
  segment: string;
  /** Where its value was to come from (`option.Color`); null where it is, or is not, the author's to give. */
  of: string | null;
  message: string;
}

/**
 * What a policy makes of a SKU's facts: the code, or the series of codes that differ by their running number.
 * @param given texts of the segments whose content is the author's choice, by name.
 * @returns every segment that cannot be filled, with its reason, where there is one.
 */
export function templateOf(
  policy: CompiledPolicy,
  facts: NamingFacts,
  given: ReadonlyMap<string, string>,
): { template: CodeTemplate; faults: TemplateFault[] } {
  const faults: TemplateFault[] = [];
  const template: CodeTemplate = { prefix: '', suffix: '', digits: null };
  const names = new Set<string>();
  for (const part of policy.parts) {
    if ('literal' in part) append(template, part.literal);
    else {
      names.add(part.name);
      if (part.rule.kind === 'COUNTER') {
        template.digits = { least: part.least, most: part.most };
        if (given.has(part.name)) faults.push(authors(part.name, `${part.name} counts by itself, and cannot be given`));
      } else {
        const filled = fill(part, policy, facts, given.get(part.name));
        if ('text' in filled) append(template, filled.text);
        else faults.push({ segment: part.name, of: 'of' in part.rule ? part.rule.of : null, message: filled.fault });
      }
    }
  }
  for (const segment of given.keys()) {
    if (!names.has(segment)) {
      faults.push(authors(segment, `the grammar of ${policy.name} has no segment ${segment.slice(0, 40)}`));
    }
  }
  return { template, faults };
}

function authors(segment: string, message: string): TemplateFault {
  return { segment, of: null, message };
}

function append(template: CodeTemplate, text: string): void {
  if (template.digits === null) template.prefix += text;
  else template.suffix += text;
}

function fill(
  segment: Segment,
  policy: CompiledPolicy,
  facts: NamingFacts,
  given: string | undefined,
): { text: string } | { fault: string } {
  const { name, rule } = segment;
  if (rule.kind === 'DICTIONARY' || rule.kind === 'VALUE') {
    if (given !== undefined) return { fault: `${name} is worked out from ${rule.of}, and cannot be given` };
    const expected = expectedText(segment, policy, facts);
    return expected ?? { fault: `${name} is worked out from ${rule.of}, which has no value` };
  }
  if (given === undefined) return { fault: `${name} is the author's choice; give it as a segment: ${formOf(segment)}` };
  const text = policy.upperCase ? upperAscii(given) : given;
  return fitsSegment(segment, text) ? { text } : { fault: `the policy wants ${formOf(segment)}` };
}

/** The code of a number in a series; null where the number has more digits than the grammar gives it. */
export function codeAt(template: CodeTemplate, number: number): string | null {
  const { prefix, suffix, digits } = template;
  if (digits === null) return prefix;
  const text = String(number).padStart(digits.least, '0');
  return text.length > digits.most ? null : prefix + text + suffix;
}

/** Why a code that a template made can be nobody's code, or null. */
export function proposedFault(code: string): string | null {
  return codeFault(code)?.message ?? null;
}
