import type { Json } from '../primitives/json.js';
import { sameJson } from '../primitives/json.js';
import { foldCode } from '../primitives/text.js';

/** One line of what a bundle is made of, as systems show it. */
export interface ComponentLine {
  /** SKU code as the system has it; null where the component bears none there. */
  code: string | null;
  /** Whole in the master; a system may show any number, or text that is none. */
  quantity: Json;
}

/**
 * The same lines in one order and under one spelling of their codes, each code once with its quantities added up: a
 * system may list a component twice, and none promises an order. What is no list of lines stays as it is, and so differs.
 */
export function normaliseComponents(value: Json): Json {
  if (value === null || (Array.isArray(value) && value.length === 0)) return [];
  const lines = componentLines(value);
  if (!lines) return value;
  const byCode = new Map<string, ComponentLine>();
  for (const line of lines) {
    const key = JSON.stringify([line.code === null ? null : foldCode(line.code)]);
    const earlier = byCode.get(key);
    byCode.set(key, earlier ? { ...earlier, quantity: sum(earlier.quantity, line.quantity) } : line);
  }
  return [...byCode].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { code, quantity }]) => ({ code, quantity }));
}

/** Do both show the same SKUs, as many of each? Both are normalised. */
export function sameComponents(a: Json, b: Json): boolean {
  return sameJson(folded(a), folded(b));
}

/** The lines of a list; null where it is none, or where one of them is no line. */
export function componentLines(value: Json): ComponentLine[] | null {
  if (!Array.isArray(value)) return null;
  const lines = value.map(lineOf);
  return lines.every((line) => line !== null) ? lines : null;
}

function folded(value: Json): Json {
  if (!Array.isArray(value)) return value;
  return value.map((each) => {
    const line = lineOf(each);
    return line ? { code: line.code === null ? null : foldCode(line.code), quantity: line.quantity } : each;
  });
}

function lineOf(value: Json): ComponentLine | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { code = null, quantity = null } = value;
  if (code !== null && typeof code !== 'string') return null;
  return { code: code === '' ? null : code, quantity: wholeNumber(quantity) };
}

/** ERPs send decimals as text: "2.0000" is 2. What is no whole number is kept as it came. */
function wholeNumber(quantity: Json): Json {
  if (typeof quantity !== 'string' || !/^\d{1,9}(?:\.0+)?$/.test(quantity)) return quantity;
  return Number(quantity);
}

function sum(a: Json, b: Json): Json {
  return typeof a === 'number' && typeof b === 'number' ? a + b : [a, b];
}
