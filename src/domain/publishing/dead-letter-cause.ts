import { createHash } from 'node:crypto';
import type { DeliveryFault } from './system.js';

/** Why deliveries died, so far that all which died of one thing share it. */
export interface Cause {
  /** 16 hexadecimal digits, the same for the same class, code and shape. */
  fingerprint: string;
  /** The message without what differs from record to record. */
  shape: string;
}

const GAP = '…';
const SHAPE_CHARACTERS = 300;

/** What differs from record to record, in the order in which it is taken out; each is linear in the text. */
const PARTICULARS: readonly RegExp[] = [
  /https?:\/\/[^\s"']+/gi,
  /gid:\/\/[^\s"',)\]]+/gi,
  /\[[^[\]]*\]|\{[^{}]*\}/g,
  /"[^"]*"|“[^”]*”|«[^»]*»|‘[^’]*’|`[^`]*`/g,
  // An apostrophe within a word is no quotation mark.
  /(?<![\p{L}\d])'[^']*'(?![\p{L}\d])/gu,
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi,
  // Whatever holds a digit: amounts, dates, ids, most codes.
  /[\p{L}\d._/:#@%+-]*\d[\p{L}\d._/:#@%+-]*/gu,
];

/**
 * The cause of a dead letter: class, code, and the shape of the message with ids, numbers and quoted parts removed.
 * @param target the SKU code or handle that the delivery was about: systems like to name it.
 */
export function causeOf(fault: Pick<DeliveryFault, 'class' | 'code' | 'message'>, target: string): Cause {
  const shape = shapeOf(fault.message, target);
  const told = [fault.class, fault.code ?? '', shape].join('\n');
  return { fingerprint: createHash('sha256').update(told, 'utf8').digest('hex').slice(0, 16), shape };
}

function shapeOf(message: string, target: string): string {
  let text = message.normalize('NFC').slice(0, 4_000);
  if (target !== '') text = text.replaceAll(target, GAP);
  for (const particular of PARTICULARS) text = text.replace(particular, GAP);
  // A list of any length has one shape.
  text = text.replace(/…(?:\s*(?:,|and|&|;)?\s*…)+/g, GAP);
  return text.replace(/\s+/g, ' ').trim().slice(0, SHAPE_CHARACTERS);
}
