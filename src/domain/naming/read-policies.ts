import { isPrintableAscii, foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { GrammarSegment } from './grammar.js';
import { CODE_LIMIT, parseGrammar } from './grammar.js';
import type { CompiledPolicy, NamingPolicy } from './policy.js';
import { compilePolicy, ruleOf, specificity, upperAscii } from './policy.js';
import { sourceFault } from './segment.js';

/**
 * Everything that is wrong with naming policies beyond their JSON form: checked once, when they are set, so that no
 * policy fails when a code is judged. Paths begin at the list.
 */
export function policyFaults(policies: readonly NamingPolicy[]): Problem[] {
  const faults = policies.flatMap((policy, index) => faultsOfOne(policy, [String(index)]));
  const names = policies.map(({ name }) => foldCode(name));
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) !== index) {
      faults.push(problem('DUPLICATE_CHANGE', 'another policy has this name', [String(index), 'name']));
    }
  }
  return faults.length > 0 ? faults : ties(policies.map(compilePolicy));
}

function faultsOfOne(policy: NamingPolicy, path: string[]): Problem[] {
  const faults: Problem[] = [];
  const fault = (message: string, ...at: string[]): void => {
    faults.push(problem('INVALID_FORMAT', message, [...path, ...at]));
  };
  const upperCase = policy.upperCase ?? true;
  const { parts, faults: inGrammar } = parseGrammar(policy.grammar);
  for (const { at, message } of inGrammar) fault(`at character ${at}: ${message}`, 'grammar');
  if (inGrammar.length > 0) return faults;
  let counters = 0;
  for (const part of parts) {
    if ('literal' in part) {
      if (upperCase && /[a-z]/.test(part.literal)) {
        fault(`"${part.literal}" has lower-case letters, and the policy wants upper case`, 'grammar');
      }
      continue;
    }
    const rule = ruleOf(policy, part.segment);
    if (!rule) {
      fault(`segment ${part.segment} is not described: say under segments what stands in it`, 'grammar');
      continue;
    }
    const at = ['segments', part.segment];
    if (rule.kind === 'COUNTER') {
      counters += 1;
      if ((part.most ?? 0) > 9) fault('a running number has at most 9 digits', 'grammar');
    }
    if (rule.kind !== 'DICTIONARY' && rule.kind !== 'VALUE') continue;
    const source = sourceFault(rule.of);
    if (source) fault(source, ...at, 'of');
    if (rule.kind === 'DICTIONARY') {
      for (const each of dictionaryFaults(rule.values, part, upperCase))
        fault(each.message, ...at, 'values', ...each.at);
    }
  }
  if (counters > 1) fault('a grammar has at most one running number', 'grammar');
  const used = new Set(parts.flatMap((part) => ('segment' in part ? [part.segment] : [])));
  for (const name of Object.keys(policy.segments ?? {})) {
    if (!used.has(name)) fault('the grammar has no such segment', 'segments', name);
  }
  return faults;
}

function dictionaryFaults(
  values: Record<string, string>,
  part: GrammarSegment,
  upperCase: boolean,
): { at: string[]; message: string }[] {
  const faults: { at: string[]; message: string }[] = [];
  const seen = new Set<string>();
  const [least, most] = [part.least ?? 1, part.most ?? CODE_LIMIT];
  const length = least === most ? String(least) : `${least} to ${most}`;
  for (const [key, short] of Object.entries(values)) {
    const fault = (message: string): void => {
      faults.push({ at: [key], message });
    };
    const folded = foldCode(key);
    if (folded === '') fault('a value is not empty');
    if (seen.has(folded)) fault('the value is there twice, compared without case');
    seen.add(folded);
    if (!isPrintableAscii(short) || short.includes(' ')) fault('an abbreviation is printable ASCII without spaces');
    else if (upperCase && /[a-z]/.test(short)) fault(`the policy wants upper case: ${upperAscii(short)}`);
    if (short.length < least || short.length > most) {
      fault(`"${short.slice(0, 40)}" has ${short.length} characters; the grammar wants ${length}`);
    }
  }
  if (seen.size === 0) faults.push({ at: [], message: 'a dictionary has at least one value' });
  return faults;
}

/** Two policies of one rank that reach one product: which of them holds would be a guess, so they are refused. */
function ties(policies: readonly CompiledPolicy[]): Problem[] {
  const holders = new Map<string, string>();
  const faults: Problem[] = [];
  for (const [index, policy] of policies.entries()) {
    const clashes = new Set<string>();
    for (const type of policy.types.size > 0 ? policy.types : ['']) {
      for (const vendor of policy.vendors.size > 0 ? policy.vendors : ['']) {
        const key = JSON.stringify([specificity(policy), type, vendor]);
        const other = holders.get(key);
        if (other === undefined) holders.set(key, policy.name);
        else clashes.add(other);
      }
    }
    if (clashes.size > 0) {
      const others = [...clashes].join(', ');
      const message = `${policy.name} and ${others} reach the same products and are equally specific`;
      faults.push(problem('DUPLICATE_CHANGE', message, [String(index), 'scope']));
    }
  }
  return faults;
}
