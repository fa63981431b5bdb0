import { decimalPlaces, decimalText, isPlainDecimal } from '../../domain/primitives/decimal.js';
import type { Item } from './item-doc.js';
import type { FieldProblem, Kits } from './kit-input.js';
import { readComponents } from './kit-input.js';

type Reader = (value: unknown) => { value: unknown } | { detail: string };

const COUNTRY_NAMES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
const READ_ONLY = ['id', 'updatedAt', 'updatedBy'];

/**
 * The writable fields, and what this ERP makes of them: it writes decimals its own way ("52" is answered "52.00", a cost
 * has four places), so that a client has to compare values, not texts.
 */
const READERS: Record<string, Reader> = {
  name: (value) => {
    const isName = typeof value === 'string' && value.trim() !== '' && value.length <= 255;
    return isName ? { value: value.trim() } : { detail: 'must be text of 1 to 255 characters' };
  },
  gtin: pattern(/^(?:\d{8}|\d{12,14})$/, 'must have 8, 12, 13 or 14 digits'),
  listPrice: decimal(2, 4),
  cost: decimal(4, 4),
  weightGrams: decimal(3, 4),
  hsCode: pattern(/^\d{6,13}$/, 'must have 6 to 13 digits'),
  countryOfOrigin: (value) => {
    if (value === null) return { value };
    const isCountry = typeof value === 'string' && /^[A-Z]{2}$/.test(value) && COUNTRY_NAMES.of(value) !== undefined;
    return isCountry ? { value } : { detail: 'must be an ISO 3166-1 alpha-2 country' };
  },
  unitOfMeasure: pattern(/^.{1,32}$/, 'must be text of 1 to 32 characters'),
  active: flag,
  salable: flag,
  purchasable: flag,
};

/** The item with the given fields replaced; fields that are not given stay. Answers every problem at once. */
export function writeItem(
  item: Item,
  input: Record<string, unknown>,
  kits: Kits,
): { item: Item; problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const written: Record<string, unknown> = {};
  for (const [field, given] of Object.entries(input)) {
    const pointer = `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (field === 'code') {
      if (given !== item.code) problems.push({ pointer, detail: 'must be the code of the address' });
      continue;
    }
    if (field === 'components') {
      const read = readComponents(item.code, given, kits);
      problems.push(...read.problems);
      written[field] = read.components;
      continue;
    }
    const reader = Object.hasOwn(READERS, field) ? READERS[field] : undefined;
    if (!reader) {
      problems.push({ pointer, detail: READ_ONLY.includes(field) ? 'is read-only' : `unknown field ${field}` });
      continue;
    }
    const read = reader(given);
    if ('detail' in read) problems.push({ pointer, detail: read.detail });
    else written[field] = read.value;
  }
  const result: Item = { ...item, ...written };
  if (result.name === '' && !problems.some((one) => one.pointer === '/name')) {
    problems.push({ pointer: '/name', detail: 'is required' });
  }
  return { item: result, problems };
}

function pattern(shape: RegExp, detail: string): Reader {
  return (value) => {
    if (value === null) return { value };
    return typeof value === 'string' && shape.test(value) ? { value } : { detail };
  };
}

function decimal(answeredPlaces: number, mostPlaces: number): Reader {
  return (value) => {
    if (value === null) return { value };
    if (typeof value !== 'string' || !isPlainDecimal(value)) return { detail: 'must be a decimal as text' };
    if (decimalPlaces(value) > mostPlaces) return { detail: `must have at most ${mostPlaces} places` };
    const text = decimalText(value, answeredPlaces);
    return text.startsWith('-') ? { detail: 'must not be negative' } : { value: text };
  };
}

function flag(value: unknown): { value: unknown } | { detail: string } {
  return typeof value === 'boolean' ? { value } : { detail: 'must be true or false' };
}
