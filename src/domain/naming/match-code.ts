import { CODE_LIMIT } from './grammar.js';
import type { CompiledPolicy, Segment } from './policy.js';
import { cut, expectedText, knownOf, lowerAscii, upperAscii } from './policy.js';
import type { NamingFacts } from './segment.js';

type Part = CompiledPolicy['parts'][number];

/** What one part of the grammar takes, at which place of a code, and how to say what it takes. */
interface Taker {
  /** Places at which the part may end when it begins at `start`. */
  ends(start: number): number[];
  wants: string;
}

/**
 * Why a code does not fit its policy, in the words of what would be right; null when it fits.
 * All readings of the code are followed at once, place by place, as by a finite automaton: no text makes it go back, so
 * the work is bounded by the square of the longest code times the parts of the grammar, and longer texts end at once.
 * @param facts what the segments are compared with; null: only the form is judged.
 */
export function namingFault(policy: CompiledPolicy, code: string, facts: NamingFacts | null): string | null {
  if (code.length > CODE_LIMIT) return `it has ${code.length} characters; a SKU code has at most ${CODE_LIMIT}`;
  if (policy.upperCase && code !== upperAscii(code)) return `its letters are upper case: ${upperAscii(code)}`;
  const text = policy.upperCase ? code : lowerAscii(code);
  let places = new Set([0]);
  for (const part of policy.parts) {
    const taker = takerOf(part, policy, facts, text);
    const next = new Set<number>();
    for (const start of places) for (const end of taker.ends(start)) next.add(end);
    if (next.size === 0) return faultAt(code, Math.max(...places), taker.wants);
    places = next;
  }
  return places.has(code.length) ? null : faultAt(code, Math.max(...places), 'nothing more');
}

function faultAt(code: string, place: number, wants: string): string {
  const found = place < code.length ? `"${cut(code.slice(place))}"` : 'nothing';
  return `at character ${place + 1} it has ${found} where the policy wants ${wants}`;
}

function takerOf(part: Part, policy: CompiledPolicy, facts: NamingFacts | null, text: string): Taker {
  const fold = (each: string): string => (policy.upperCase ? each : lowerAscii(each));
  const oneOf = (texts: readonly string[], wants: string): Taker => ({
    ends: (start) => texts.flatMap((each) => (text.startsWith(each, start) ? [start + each.length] : [])),
    wants,
  });
  if ('literal' in part) return oneOf([fold(part.literal)], `"${part.literal}"`);
  const expected = facts && expectedText(part, policy, facts);
  if (expected && 'fault' in expected) return oneOf([], expected.fault);
  if (expected) return oneOf([fold(expected.text)], `${part.name} ${expected.text}`);
  if (part.rule.kind === 'DICTIONARY') {
    const { lengths, shorts } = part;
    const fits = (start: number) => (length: number) => shorts.has(text.slice(start, start + length));
    return {
      ends: (start) => lengths.filter(fits(start)).map((length) => start + length),
      wants: `${part.name}; ${knownOf(part)}`,
    };
  }
  return { ends: (start) => runEnds(part, text, start), wants: formOf(part) };
}

/** Ends of a run of characters of the segment's alphabet; a running number is written in one way only. */
function runEnds({ rule, least, most }: Segment, text: string, start: number): number[] {
  const fits = ALPHABETS[rule.kind];
  const ends: number[] = [];
  for (let end = start; end < text.length && end - start < most && fits(text.charCodeAt(end));) {
    end += 1;
    const length = end - start;
    // Zeros fill a number up to its least length and no further: else 1 and 01 would be two codes of one number.
    if (rule.kind === 'COUNTER' && length > least && text.charAt(start) === '0') break;
    if (length >= least) ends.push(end);
  }
  return ends;
}

const isDigit = (char: number): boolean => char >= 48 && char <= 57;
const isLetter = (char: number): boolean => (char >= 65 && char <= 90) || (char >= 97 && char <= 122);
const isAlphanumeric = (char: number): boolean => isDigit(char) || isLetter(char);
const isVisible = (char: number): boolean => char > 32 && char < 127;

const ALPHABETS: Readonly<Record<Segment['rule']['kind'], (char: number) => boolean>> = {
  DICTIONARY: isVisible,
  VALUE: isAlphanumeric,
  COUNTER: isDigit,
  DIGITS: isDigit,
  LETTERS: isLetter,
  FREE: isVisible,
};

const FORMS: Readonly<Record<Segment['rule']['kind'], string>> = {
  DICTIONARY: 'characters',
  VALUE: 'letters or digits',
  COUNTER: 'digits',
  DIGITS: 'digits',
  LETTERS: 'letters',
  FREE: 'characters without spaces',
};

/** What a segment takes, in words: "style of 2 to 4 letters". */
export function formOf({ name, rule, least, most }: Segment): string {
  const length = least === most ? `${least}` : `${least} to ${most}`;
  return `${name} of ${length} ${FORMS[rule.kind]}`;
}

/** Does a text fit a segment whose content is the author's choice? */
export function fitsSegment(segment: Segment, text: string): boolean {
  return text.length <= segment.most && runEnds(segment, text, 0).includes(text.length);
}
