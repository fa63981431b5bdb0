import { decimalText, isPlainDecimal } from '../primitives/decimal.js';
import type { Json } from '../primitives/json.js';
import { hasControls, isLongerThan } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import type { AttributeDefinition, AttributeType } from './definition.js';

/** The canonical value, or why there is none; the message goes on from the attribute's name: "takes a date …". */
export type AttributeReading = { ok: true; value: Json } | { ok: false; code: Problem['code']; message: string };

/** As every text of one line. */
const TEXT_LIMIT = 255;

/**
 * A value brought into the canonical form of its definition, or why it is none of it. Empty text, like null, clears.
 * NUMBER: exact decimal text ("12.5"); BOOLEAN: true or false; DATE: "2026-11-25"; ENUM: one of the values, as written
 * there; TEXT: one line. Reading a canonical value again changes nothing.
 */
export function readAttribute(definition: AttributeDefinition, value: Json): AttributeReading {
  if (value === null) return { ok: true, value: null };
  if (typeof value === 'string') {
    if (isLongerThan(TEXT_LIMIT, value)) return refused(`takes at most ${TEXT_LIMIT} characters`, 'TOO_LONG');
    if (hasControls(value)) return refused('takes no control or invisible characters');
    const text = value.trim();
    return text === '' ? { ok: true, value: null } : READERS[definition.type](text, definition);
  }
  return READERS[definition.type](value, definition);
}

type Reader = (
  value: string | number | boolean | Json[] | { [key: string]: Json },
  of: AttributeDefinition,
) => AttributeReading;

const READERS: Readonly<Record<AttributeType, Reader>> = {
  TEXT: (value) => (typeof value === 'string' ? fits(value) : refused('takes text')),
  BOOLEAN: (value) => (typeof value === 'boolean' ? fits(value) : refused('takes true or false')),
  NUMBER: readNumber,
  ENUM: readEnum,
  DATE: readDate,
};

function fits(value: Json): AttributeReading {
  return { ok: true, value };
}

function refused(message: string, code: Problem['code'] = 'INVALID_FORMAT'): AttributeReading {
  return { ok: false, code, message };
}

/** A JSON number is taken where it is whole and safe: then it is exactly what was written. A fraction has been rounded by then. */
function readNumber(value: Json): AttributeReading {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return fits(decimalText(String(value)));
    return refused('takes an exact decimal as text, such as "12.5": a JSON fraction is not exact');
  }
  if (typeof value === 'string' && isPlainDecimal(value)) return fits(decimalText(value));
  return refused('takes a plain decimal such as "12.5", of at most 12 digits before the point and 12 behind it');
}

function readEnum(value: Json, { values = [] }: AttributeDefinition): AttributeReading {
  if (typeof value === 'string' && values.includes(value)) return fits(value);
  const some = values.slice(0, 20).join(', ');
  return refused(`takes one of: ${some}${values.length > 20 ? ` and ${values.length - 20} more` : ''}`);
}

const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;

/** A day of the Gregorian calendar as ISO 8601 writes it, which exists. */
function readDate(value: Json): AttributeReading {
  const [, year, month, day] = (typeof value === 'string' ? DATE.exec(value) : null) ?? [];
  if (year === undefined || month === undefined || day === undefined)
    return refused('takes a date such as "2026-11-25"');
  // Date.UTC would take a year below 100 for one of the last century.
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const exists = Number(year) > 0 && date.toISOString().slice(0, 10) === value;
  return exists ? fits(value ?? null) : refused(`${year}-${month}-${day} is not in the calendar`);
}
