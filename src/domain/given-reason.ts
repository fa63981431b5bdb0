import { textFault } from './catalog/read-sku-fields.js';
import type { Problem } from './problem.js';
import { problem } from './problem.js';

/** A reason that somebody else can make sense of a quarter later. */
const SHORTEST_REASON = 10;

/** What is wrong with the reason that somebody gives for what they do; path `["reason"]`. */
export function reasonFaults(reason: string): Problem[] {
  if (reason.trim().length < SHORTEST_REASON) {
    return [problem('REASON_TOO_SHORT', `a reason has at least ${SHORTEST_REASON} characters`, ['reason'])];
  }
  const fault = textFault(reason.trim());
  return fault ? [problem(fault.code, fault.message, ['reason'])] : [];
}
