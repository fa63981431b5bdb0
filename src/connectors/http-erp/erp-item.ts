import { ConnectorError } from '../../application/ports/connector.js';
import type { RecordWrite } from '../../application/ports/connector.js';
import type { StockLine } from '../../application/ports/stock-store.js';
import { decimalText, isPlainDecimal } from '../../domain/primitives/decimal.js';
import type { FieldValues, Json } from '../../domain/primitives/json.js';
import type { ObservedRecord } from '../../domain/publishing/system.js';
import { faultOf } from '../faults.js';
import { hsDigits } from '../hs-code.js';

type Item = { [key: string]: Json };

/** Canonical field by the item's own (design 7). All are texts or null; decimals are strings on the wire. */
const TEXTS: Record<string, string> = {
  title: 'name',
  gtin: 'gtin',
  price: 'listPrice',
  cost: 'cost',
  weight: 'weightGrams',
  hsCode: 'hsCode',
  countryOfOrigin: 'countryOfOrigin',
  unitOfMeasure: 'unitOfMeasure',
};
const FLAGS = ['active', 'salable', 'purchasable'] as const;

/**
 * An item in canonical field names. A field that the ERP leaves out is absent, one that is not of the promised type is
 * unreadable. An item without a code is nobody's of ours, and no reason not to see the others.
 * @throws ConnectorError UNKNOWN for an item without id.
 */
export function itemRecord(item: Item, etag: string | null): ObservedRecord {
  const { id, updatedAt, updatedBy } = item;
  const code = codeIn(item);
  if (typeof id !== 'string' || id === '') {
    const which = code === null ? 'without a code besides' : `of code ${code}`;
    throw new ConnectorError(faultOf('UNKNOWN', `the ERP answered an item without id as text, ${which}`));
  }
  const fields: FieldValues = {};
  const unreadable: string[] = [];
  for (const [field, key] of Object.entries(TEXTS)) {
    const value = item[key];
    if (value === undefined) continue;
    if (value === null || value === '') fields[field] = null;
    else if (typeof value === 'string') fields[field] = field === 'hsCode' ? hsDigits(value) : value;
    else unreadable.push(field);
  }
  const [active, salable, purchasable] = FLAGS.map((flag) => item[flag]);
  if (typeof active === 'boolean' && typeof salable === 'boolean' && typeof purchasable === 'boolean') {
    fields['lifecycle'] = { active, salable, purchasable };
  } else unreadable.push('lifecycle');
  readComponents(item, fields, unreadable);
  const at = typeof updatedAt === 'string' ? updatedAt : null;
  const actor = typeof updatedBy === 'string' && updatedBy !== '' ? updatedBy : null;
  return {
    entity: 'SKU',
    externalId: id,
    root: { externalId: id, code },
    code,
    fields,
    unreadable,
    updatedAt: at,
    attribution: actor === null ? null : { actor, app: null, at },
    token: etag,
  };
}

/** A list that is not of lines with code and quantity is not read; an ERP without kits leaves it out. */
function readComponents({ components }: Item, fields: FieldValues, unreadable: string[]): void {
  if (components === undefined) return;
  const lines = components ?? [];
  const readable = Array.isArray(lines) && lines.every((line) => isObject(line) && typeof line['code'] === 'string');
  if (!readable) unreadable.push('bundle.components');
  else
    fields['bundle.components'] = lines
      .filter(isObject)
      .map(({ code = null, quantity = null }) => ({ code, quantity }));
}

function isObject(value: Json): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function codeIn({ code }: Item): string | null {
  return typeof code === 'string' && code.trim() !== '' ? code : null;
}

/**
 * One line of the stock list; none for one without a code. A figure that is no exact decimal (a JSON number among them: it
 * has been rounded) is not read, and said so with null.
 */
export function stockLine(line: Item): StockLine[] {
  const [code, { onHand }] = [codeIn(line), line];
  if (code === null) return [];
  return [{ code, onHand: typeof onHand === 'string' && isPlainDecimal(onHand) ? decimalText(onHand) : null }];
}

/**
 * The writable item for the values given, and only for those: a PUT replaces just the fields that it names. On CREATE
 * what is not set is left out.
 * @throws ConnectorError VALIDATION for a field that the contract has no place for.
 */
export function itemBody(write: RecordWrite): Item {
  const body: Item = {};
  for (const [field, value] of Object.entries(write.values)) {
    if (write.action === 'CREATE' && value === null) continue;
    const key = TEXTS[field];
    if (field === 'lifecycle') Object.assign(body, flagsOf(value));
    else if (field === 'bundle.components') Object.assign(body, componentsOf(value, write.action));
    else if (key === undefined) throw refused(`the ERP has no place for ${field}`);
    else body[key] = value;
  }
  return body;
}

/** Quantities are decimals, and those are text on the wire. A new item has none unless it is told otherwise. */
function componentsOf(value: Json, action: RecordWrite['action']): Item {
  if (!Array.isArray(value) || !value.every(isObject)) throw refused('bundle.components is not a list of lines');
  if (action === 'CREATE' && value.length === 0) return {};
  return {
    components: value.map(({ code = null, quantity = null }) => {
      if (typeof quantity !== 'number') throw refused('bundle.components takes numbers as quantities');
      return { code, quantity: String(quantity) };
    }),
  };
}

function flagsOf(value: Json): Item {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw refused('lifecycle is not an object');
  for (const [flag, state] of Object.entries(value)) {
    if (!FLAGS.some((each) => each === flag)) throw refused(`the ERP has no place for lifecycle.${flag}`);
    if (typeof state !== 'boolean') throw refused(`lifecycle.${flag} is not a boolean`);
  }
  return value;
}

function refused(message: string): ConnectorError {
  return new ConnectorError(faultOf('VALIDATION', message));
}
