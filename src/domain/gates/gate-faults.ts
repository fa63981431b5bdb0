import { LIFECYCLE_STATES } from '../catalog/lifecycle.js';
import { CHOOSABLE_GATES } from '../settings/gates-setting.js';
import type { GateRule } from './gate.js';
import { NEVER_BLOCKING } from './gate.js';

const CODE = /^[A-Z]+(_[A-Z]+)*$/;

/**
 * Checked when the process starts, as the lifecycle's own table is: every gate has a code of its own, is asked by a state
 * that there is, keeps nobody from being recalled, and the setting knows just the gates that the house may choose.
 * @returns what is wrong with the table; empty when it is sound.
 */
export function faultsOfGates(rules: readonly GateRule[]): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { code, states, message, fields } of rules) {
    if (!CODE.test(code)) faults.push(`${code} is no code`);
    if (seen.has(code)) faults.push(`${code} is there twice`);
    seen.add(code);
    const named = Object.keys(states);
    if (named.length === 0) faults.push(`${code} is asked by no state`);
    const unknown = named.filter((state) => !(LIFECYCLE_STATES as readonly string[]).includes(state));
    if (unknown.length > 0) faults.push(`${code} is asked by ${unknown.join(', ')}, which is no state`);
    if (states.DRAFT !== undefined) faults.push(`${code} is asked by DRAFT, where everything begins`);
    const held = NEVER_BLOCKING.filter((state) => states[state] === 'BLOCK');
    if (held.length > 0) faults.push(`${code} blocks ${held.join(', ')}, which must be open to whatever is recalled`);
    if (message.trim() === '') faults.push(`${code} says nothing`);
    if (fields.length === 0) faults.push(`${code} names no field that decides it`);
  }
  const choosable = rules.filter((rule) => rule.choosable).map(({ code }) => code);
  const forgotten = choosable.filter((code) => !(CHOOSABLE_GATES as readonly string[]).includes(code));
  if (forgotten.length > 0) faults.push(`the setting gates does not know ${forgotten.join(', ')}`);
  const strange = CHOOSABLE_GATES.filter((code) => !choosable.includes(code));
  if (strange.length > 0) faults.push(`the setting gates knows ${strange.join(', ')}, which no gate is`);
  return faults;
}
