/**
 * The grammar of a naming policy: literal text and segments, `{vendor:3}-{style:6}-{number:4}`. A segment is
 * `{name}`, `{name:length}` or `{name:least-most}`; a brace that is meant as itself is written twice.
 */
export type GrammarPart = { literal: string } | GrammarSegment;

export interface GrammarSegment {
  segment: string;
  /** Null, like `most`, where the grammar names no length. */
  least: number | null;
  most: number | null;
}

/** What is wrong with a grammar, and at which character of it, counted from 1. */
export interface GrammarFault {
  at: number;
  message: string;
}

/** No SKU code is longer than this (design 4.1), so no segment is either. */
export const CODE_LIMIT = 64;
const SEGMENT_LIMIT = 20;
/** Longer ones are no grammar of a code of 64 characters. */
export const GRAMMAR_LIMIT = 500;
const NAME = /^[A-Za-z][A-Za-z0-9]{0,31}$/;
const LENGTH = /^([1-9][0-9]?)(?:-([1-9][0-9]?))?$/;
const UNFIT_LITERAL = /[^\x20-\x7e]/;

/** Reads a grammar; every fault at once, each with its place. */
export function parseGrammar(text: string): { parts: GrammarPart[]; faults: GrammarFault[] } {
  const parts: GrammarPart[] = [];
  const faults: GrammarFault[] = [];
  if (text.length > GRAMMAR_LIMIT) {
    return { parts, faults: [{ at: GRAMMAR_LIMIT + 1, message: `a grammar has at most ${GRAMMAR_LIMIT} characters` }] };
  }
  let literal = '';
  const endLiteral = (): void => {
    if (literal !== '') parts.push({ literal });
    literal = '';
  };
  for (let place = 0; place < text.length;) {
    const char = text.charAt(place);
    if ((char === '{' || char === '}') && text.charAt(place + 1) === char) {
      literal += char;
      place += 2;
    } else if (char === '{') {
      endLiteral();
      const end = text.indexOf('}', place);
      if (end < 0) {
        faults.push({
          at: place + 1,
          message: 'this { is never closed; a brace that is meant as itself is written {{',
        });
        break;
      }
      const segment = readSegment(text.slice(place + 1, end), place + 2, faults);
      if (segment) parts.push(segment);
      place = end + 1;
    } else {
      if (char === '}') faults.push({ at: place + 1, message: 'this } closes nothing; as itself it is written }}' });
      if (UNFIT_LITERAL.test(char)) faults.push({ at: place + 1, message: 'a SKU code is printable ASCII' });
      literal += char;
      place += 1;
    }
  }
  endLiteral();
  // Of a text that cannot be read, nothing more can be said.
  return { parts, faults: faults.length > 0 ? faults : faultsOfWhole(text, parts) };
}

/** @param at where the text between the braces begins, counted from 1. */
function readSegment(inner: string, at: number, faults: GrammarFault[]): GrammarPart | null {
  const colon = inner.indexOf(':');
  const name = colon < 0 ? inner : inner.slice(0, colon);
  const before = faults.length;
  if (!NAME.test(name)) {
    faults.push({ at, message: 'a segment has a name of at most 32 letters and digits that begins with a letter' });
  }
  if (colon < 0) return faults.length > before ? null : { segment: name, least: null, most: null };
  const length = LENGTH.exec(inner.slice(colon + 1));
  const least = Number(length?.[1]);
  const most = Number(length?.[2] ?? length?.[1]);
  if (!length || most < least || most > CODE_LIMIT) {
    const message = `a length is a number from 1 to ${CODE_LIMIT}, or a range such as 2-4`;
    faults.push({ at: at + colon + 1, message });
  }
  return faults.length > before ? null : { segment: name, least, most };
}

function faultsOfWhole(text: string, parts: readonly GrammarPart[]): GrammarFault[] {
  const faults: GrammarFault[] = [];
  const names = parts.flatMap((part) => ('segment' in part ? [part.segment] : []));
  if (names.length === 0) faults.push({ at: 1, message: 'a grammar has at least one segment, such as {style:6}' });
  if (names.length > SEGMENT_LIMIT) faults.push({ at: 1, message: `a grammar has at most ${SEGMENT_LIMIT} segments` });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) faults.push({ at: 1, message: `the segment ${twice} is named twice` });
  if (text.startsWith(' ') || text.endsWith(' ')) {
    faults.push({ at: text.startsWith(' ') ? 1 : text.length, message: 'a SKU code has no spaces at its ends' });
  }
  const shortest = parts.reduce((sum, part) => sum + ('literal' in part ? part.literal.length : (part.least ?? 1)), 0);
  if (shortest > CODE_LIMIT) {
    faults.push({ at: 1, message: `its shortest code has ${shortest} characters, more than ${CODE_LIMIT}` });
  }
  return faults;
}

/** The grammar as text again: what `parseGrammar` reads back as the same parts. */
export function printGrammar(parts: readonly GrammarPart[]): string {
  return parts.map(printPart).join('');
}

function printPart(part: GrammarPart): string {
  if ('literal' in part) return part.literal.replaceAll(/[{}]/g, (brace) => brace + brace);
  const { segment, least, most } = part;
  if (least === null || most === null) return `{${segment}}`;
  return least === most ? `{${segment}:${least}}` : `{${segment}:${least}-${most}}`;
}
