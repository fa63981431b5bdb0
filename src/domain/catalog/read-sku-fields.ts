import type { AttributeDraft, Definitions } from '../attributes/read-attribute-list.js';
import { NO_DEFINITIONS, readAttributeList } from '../attributes/read-attribute-list.js';
import { compareDecimals, decimalPlaces, decimalText, isPlainDecimal, moneyText } from '../primitives/decimal.js';
import { hasControls, hasHtml, isLongerThan, isPrintableAscii, textOrNull } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem, under } from '../problem.js';
import { isCountry } from './country.js';
import type { GtinRules } from './gtin.js';
import { gtinFault } from './gtin.js';
import type { OptionValue, SkuContent, SystemValue, Weight } from './sku.js';
import { WEIGHT_UNITS } from './sku.js';

/** Fields as a caller names them: left out stays, null clears. Nothing is trusted yet but the JSON types. */
export interface SkuFieldsDraft {
  title?: string | null;
  optionValues?: OptionValue[] | null;
  gtin?: string | null;
  price?: string | null;
  compareAtPrice?: string | null;
  cost?: string | null;
  weight?: { value: string; unit: string } | null;
  hsCode?: string | null;
  countryOfOrigin?: string | null;
  requiresShipping?: boolean | null;
  taxable?: boolean | null;
  taxCode?: string | null;
  unitOfMeasure?: string | null;
  attributes?: AttributeDraft[] | null;
  successor?: string | null;
  listedIn?: string[] | null;
  systemValues?: SystemValue[] | null;
}

/** The fields of a change, checked and in canonical form. Attributes hold only the keys that the change names; null clears all. */
export type SkuPatch = Partial<Omit<SkuContent, 'state' | 'attributes'>> & {
  attributes?: SkuContent['attributes'] | null;
};

export const TITLE_LIMIT = 255;
const MONEY_PLACES = 4;
const MONEY_LIMIT = '9999999999';
/** Of at most 60 digits before and behind the point; zeros in front do not count. */
const LONG_DECIMAL = /^0{0,60}(\d{1,60}?)(?:\.(\d{1,60}))?$/;
const WHO_CLEARS_WHAT = new Set(['title', 'optionValues', 'requiresShipping', 'taxable', 'listedIn']);

/** Collects every problem of one change instead of stopping at the first. */
class Reading {
  readonly problems: Problem[] = [];
  readonly patch: SkuPatch = {};

  /** @param field its name, or its path where it is a list: `["optionValues", "1", "name"]`. */
  fault(code: Problem['code'], field: string | string[], message: string): void {
    this.problems.push(problem(code, message, typeof field === 'string' ? [field] : field));
  }
}

/**
 * Checks the fields of a SKU as a caller gave them and brings them into canonical form.
 * @param systems codes of the systems that exist.
 * @param definitions the attributes that there are.
 * @param gtins which GTINs the house takes; left out: any that is a GTIN, and the house is asked when it is planned.
 * @returns the patch (what was sound) and every problem, each with the path of its field.
 */
export function readSkuFields(
  draft: SkuFieldsDraft,
  systems: readonly string[],
  definitions: Definitions = NO_DEFINITIONS,
  gtins: GtinRules = { allowRestricted: true },
): { patch: SkuPatch; problems: Problem[] } {
  const out = new Reading();
  for (const [field, value] of Object.entries(draft)) {
    if (value === null && WHO_CLEARS_WHAT.has(field)) out.fault('REQUIRED', field, `${field} cannot be cleared`);
  }
  readTexts(draft, out);
  readMoney(draft, out);
  readTrade(draft, gtins, out);
  readLists(draft, systems, out);
  readAttributes(draft.attributes, definitions, out);
  if (typeof draft.requiresShipping === 'boolean') out.patch.requiresShipping = draft.requiresShipping;
  if (typeof draft.taxable === 'boolean') out.patch.taxable = draft.taxable;
  return { patch: out.patch, problems: out.problems };
}

/** A title that may go to a storefront: 1 to 255 characters, no controls, no markup (design 4.1). */
export function titleFault(title: string): { code: Problem['code']; message: string } | null {
  if (title.trim() === '') return { code: 'REQUIRED', message: 'a title has at least one character' };
  if (isLongerThan(TITLE_LIMIT, title))
    return { code: 'TOO_LONG', message: `a title has at most ${TITLE_LIMIT} characters` };
  if (hasControls(title))
    return { code: 'INVALID_FORMAT', message: 'a title holds no control or invisible characters' };
  if (hasHtml(title)) return { code: 'INVALID_FORMAT', message: 'a title holds no HTML' };
  return null;
}

/** Free text of one line, or null; why it is refused, or null. */
export function lineFault(text: string): { code: Problem['code']; message: string } | null {
  if (isLongerThan(TITLE_LIMIT, text)) return { code: 'TOO_LONG', message: `at most ${TITLE_LIMIT} characters` };
  if (hasControls(text)) return { code: 'INVALID_FORMAT', message: 'no control or invisible characters' };
  return null;
}

/** As `lineFault`, of text that shoppers or other systems read: no markup either. */
export function labelFault(text: string): { code: Problem['code']; message: string } | null {
  return lineFault(text) ?? (hasHtml(text) ? { code: 'INVALID_FORMAT', message: 'no HTML' } : null);
}

const TEXT_LIMIT = 2_000;
const LINE_BREAKS = /[\t\n\r]/g;

/** Free text of several lines: a reason, a comment, a note. Why it is refused, or null. */
export function textFault(text: string): { code: Problem['code']; message: string } | null {
  if (isLongerThan(TEXT_LIMIT, text)) return { code: 'TOO_LONG', message: `at most ${TEXT_LIMIT} characters` };
  if (hasControls(text.replace(LINE_BREAKS, ' '))) {
    return { code: 'INVALID_FORMAT', message: 'no control characters but line breaks and tabs' };
  }
  return null;
}

function readTexts(draft: SkuFieldsDraft, out: Reading): void {
  if (typeof draft.title === 'string') {
    const fault = titleFault(draft.title);
    if (fault) out.fault(fault.code, 'title', fault.message);
    else out.patch.title = draft.title.trim();
  }
  for (const field of ['taxCode', 'unitOfMeasure', 'successor'] as const) {
    const given = draft[field];
    if (given === undefined) continue;
    const fault = given === null ? null : field === 'successor' ? referenceFault(given) : labelFault(given);
    if (fault) out.fault(fault.code, field, fault.message);
    else out.patch[field] = textOrNull(given);
  }
}

/** As `codeFault`, of a code that names another SKU: what looks like HTML may be part of it. Blank names none. */
function referenceFault(code: string): ReturnType<typeof codeFault> {
  const plain = textOrNull(code);
  return plain === null ? null : codeFault(plain);
}

function readMoney(draft: SkuFieldsDraft, out: Reading): void {
  for (const field of ['price', 'compareAtPrice', 'cost'] as const) {
    const given = draft[field];
    if (given === undefined) continue;
    const fault = given === null ? null : moneyFault(given);
    if (fault) out.fault('INVALID_FORMAT', field, fault);
    else out.patch[field] = given === null ? null : moneyText(given);
  }
}

/** Why a text is no amount of money: an exact decimal of at least 0 with at most 4 places (design 4.1). */
export function moneyFault(text: string): string | null {
  if (!isPlainDecimal(text)) {
    // Longer than any decimal that is kept, and so beyond one of the limits: say which.
    const [, whole, places] = LONG_DECIMAL.exec(text) ?? [];
    if (whole && whole.length > 12) return `an amount is at most ${MONEY_LIMIT}`;
    if (places) return `an amount has at most ${MONEY_PLACES} decimal places`;
    return `"${text.slice(0, 40).toWellFormed()}" is no plain decimal such as "19.90"`;
  }
  if (compareDecimals(text, '0') < 0) return 'an amount is at least 0';
  if (decimalPlaces(text) > MONEY_PLACES) return `an amount has at most ${MONEY_PLACES} decimal places`;
  if (compareDecimals(text, MONEY_LIMIT) > 0) return `an amount is at most ${MONEY_LIMIT}`;
  return null;
}

function readTrade(draft: SkuFieldsDraft, gtins: GtinRules, out: Reading): void {
  if (draft.gtin !== undefined) {
    const gtin = textOrNull(draft.gtin);
    const fault = gtin === null ? null : gtinFault(gtin, gtins);
    if (fault) out.fault('GTIN_INVALID', 'gtin', fault);
    else out.patch.gtin = gtin;
  }
  if (draft.hsCode !== undefined) {
    const hs = textOrNull(draft.hsCode);
    if (hs !== null && !/^[0-9]{6,13}$/.test(hs))
      out.fault('INVALID_FORMAT', 'hsCode', 'an HS code has 6 to 13 digits');
    else out.patch.hsCode = hs;
  }
  if (draft.countryOfOrigin !== undefined) {
    const country = textOrNull(draft.countryOfOrigin);
    if (country !== null && !isCountry(country)) {
      out.fault(
        'INVALID_FORMAT',
        'countryOfOrigin',
        'a country is two capital letters, as ISO 3166-1 alpha-2 assigns them',
      );
    } else out.patch.countryOfOrigin = country;
  }
  if (draft.weight !== undefined) readWeight(draft.weight, out);
}

function readWeight(weight: { value: string; unit: string } | null, out: Reading): void {
  if (weight === null) {
    out.patch.weight = null;
    return;
  }
  const fault = moneyFault(weight.value);
  const unit = WEIGHT_UNITS.find((each) => each === weight.unit);
  if (fault) out.fault('INVALID_FORMAT', 'weight', fault.replaceAll('an amount', 'a weight'));
  else if (!unit) out.fault('INVALID_FORMAT', 'weight', `the unit is one of ${WEIGHT_UNITS.join(', ')}`);
  else out.patch.weight = { value: decimalText(weight.value), unit } satisfies Weight;
}

function readLists(draft: SkuFieldsDraft, systems: readonly string[], out: Reading): void {
  if (draft.optionValues) readOptions(draft.optionValues, out);
  const isKnown = (system: string, path: string[]): boolean => {
    if (systems.includes(system)) return true;
    out.fault('SYSTEM_UNKNOWN', path, `no such system: ${system.slice(0, 64).toWellFormed()}`);
    return false;
  };
  if (draft.listedIn) {
    const known = draft.listedIn.filter((system, index) => isKnown(system, ['listedIn', String(index)]));
    out.patch.listedIn = [...new Set(known)].sort();
  }
  if (draft.systemValues === undefined) return;
  const values = draft.systemValues ?? [];
  const known = values.filter(({ system }, index) => isKnown(system, ['systemValues', String(index), 'system']));
  const read = readSystemValues(values, out);
  out.patch.systemValues = read.filter(({ system }) => known.some((each) => each.system === system));
}

function readAttributes(given: AttributeDraft[] | null | undefined, definitions: Definitions, out: Reading): void {
  if (given === undefined) return;
  if (given === null) {
    out.patch.attributes = null;
    return;
  }
  const { values, problems } = readAttributeList(given, definitions);
  out.problems.push(...under(['attributes'], problems));
  out.patch.attributes = values;
}

function readOptions(values: OptionValue[], out: Reading): void {
  if (values.length > 3) out.fault('TOO_MANY', 'optionValues', 'a product has at most 3 options');
  const seen = new Set<string>();
  for (const [index, option] of values.entries()) {
    for (const part of ['name', 'value'] as const) {
      const place = ['optionValues', String(index), part];
      if (option[part].trim() === '') out.fault('REQUIRED', place, 'an option has a name and a value');
      const fault = labelFault(option[part]);
      if (fault) out.fault(fault.code, place, fault.message);
    }
    const name = option.name.trim();
    if (name !== '' && seen.has(name)) {
      out.fault('DUPLICATE_CHANGE', ['optionValues', String(index), 'name'], 'an option is named twice');
    }
    seen.add(name);
  }
  out.patch.optionValues = values.map(({ name, value }) => ({ name: name.trim(), value: value.trim() }));
}

/** In canonical form, whatever the order and whatever says nothing: one list is one value to compare. */
function readSystemValues(values: SystemValue[], out: Reading): SystemValue[] {
  const seen = new Set<string>();
  const read = values.map((each, index) => {
    const at = ['systemValues', String(index)];
    if (seen.has(each.system)) out.fault('DUPLICATE_CHANGE', [...at, 'system'], 'a system is named twice');
    seen.add(each.system);
    const money = (field: 'price' | 'compareAtPrice'): string | null => {
      const amount = each[field];
      const fault = amount === null ? null : moneyFault(amount);
      if (fault) out.fault('INVALID_FORMAT', [...at, field], fault);
      return amount === null || fault ? null : moneyText(amount);
    };
    return { system: each.system, price: money('price'), compareAtPrice: money('compareAtPrice') };
  });
  return read
    .filter(({ price, compareAtPrice }) => price !== null || compareAtPrice !== null)
    .sort((a, b) => (a.system < b.system ? -1 : 1));
}

/** Why a text cannot be a new SKU code, or null (design 4.1: at most 64 printable ASCII characters, no spaces at the ends). */
export function codeFault(code: string): { code: Problem['code']; message: string } | null {
  if (code === '') return { code: 'REQUIRED', message: 'a SKU has a code' };
  if (code.length > 64) return { code: 'TOO_LONG', message: 'a SKU code has at most 64 characters' };
  if (!isPrintableAscii(code)) {
    return { code: 'INVALID_FORMAT', message: 'a SKU code is printable ASCII without spaces at the ends' };
  }
  return null;
}
