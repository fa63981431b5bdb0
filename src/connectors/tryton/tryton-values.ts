import { ConnectorError } from '../../application/ports/connector.js';
import type { RecordWrite } from '../../application/ports/connector.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { FieldValues, Json } from '../../domain/primitives/json.js';
import { faultOf } from '../faults.js';
import type { Surroundings, Unit } from './tryton-database.js';
import type { RecordToken } from './tryton-token.js';
import type { Row } from './tryton-wire.js';
import { decimal, isRow } from './tryton-wire.js';

/** The unit's symbol by the master's word for it. */
export type UnitSymbols = ReadonlyMap<string, string>;

/** A tariff code to be linked; null: none any more. Undefined: it stays. */
export type TariffWish = { code: string; country: string | null } | null | undefined;

/** What one record's write comes to in Tryton's own terms. */
export interface ItemValues {
  template: Row;
  variant: Row;
  tariff: TariffWish;
}

/** What is there, for values that are put beside or in the place of others; null on CREATE. */
type There = RecordToken | null;

const FLAGS = ['active', 'salable', 'purchasable'];

/** What a template holds for all of its variants. */
const SHARED = ['title', 'price', 'weight', 'hsCode', 'countryOfOrigin', 'unitOfMeasure', 'bundle.components'];

/** What has to be known of a Tryton to write to it. */
export interface Known {
  around: Surroundings;
  symbols: UnitSymbols;
  /** Row of the unit in which a variant is counted, by the variant's id; of those that kits are to be made of. */
  componentUnits: ReadonlyMap<number, number>;
}

/**
 * The values of a write as Tryton takes them.
 * @throws ConnectorError VALIDATION for a field or value that Tryton has no place for, with the field's name.
 */
export function itemValues(write: RecordWrite, there: There, known: Known): ItemValues {
  if (there?.isShared) refuseShared(write, there);
  if (write.action === 'CREATE') refuseNumbered(write, known.around);
  // What a module that is not activated would hold has no place here, is not read either, and keeps nothing else from its own.
  const tariff = known.around.hasTariffs ? tariffWish(write, there) : undefined;
  const out: ItemValues = { template: {}, variant: {}, tariff };
  for (const [field, value] of Object.entries(write.values)) put(field, value, { ...known, write, there, out });
  return out;
}

interface Putting extends Known {
  write: RecordWrite;
  there: There;
  out: ItemValues;
}

function put(field: string, value: Json, putting: Putting): void {
  const { there, out } = putting;
  switch (field) {
    case 'code':
      out.variant['suffix_code'] = suffixOf(textOf(field, value), there);
      return;
    case 'title':
      out.template['name'] = value;
      return;
    case 'price':
      out.template['list_price'] = value === null ? null : decimal(textOf(field, value));
      return;
    case 'cost':
      // A kit's cost is Tryton's own sum.
      if (!willBeKit(putting)) out.variant['cost_price'] = decimal(value === null ? '0' : textOf(field, value));
      return;
    case 'weight':
      putWeight(value, putting);
      return;
    case 'gtin':
      putGtin(value, there, out);
      return;
    case 'hsCode':
    case 'countryOfOrigin':
      return;
    case 'unitOfMeasure':
      putUnit(value, putting);
      return;
    case 'lifecycle':
      putLifecycle(value, putting);
      return;
    case 'bundle.components':
      putComponents(value, putting);
      return;
    default:
      throw refused(`Tryton has no place for ${field}`);
  }
}

/** A code is the template's, which all of its variants begin with, and the variant's own. */
function suffixOf(code: string, there: There): string {
  const prefix = there?.prefix ?? '';
  if (!code.startsWith(prefix)) throw refused(`code: the template's code ${prefix} stands before every code of it`);
  return code.slice(prefix.length);
}

function putWeight(value: Json, { around: { gram }, out }: Putting): void {
  if (!gram) return;
  if (value === null) Object.assign(out.template, { weight: null, weight_uom: null });
  else
    Object.assign(out.template, {
      weight: Math.round(Number(textOf('weight', value)) * 100) / 100,
      weight_uom: gram.id,
    });
}

function putGtin(value: Json, there: There, out: ItemValues): void {
  const row = there?.gtin ?? null;
  if (value === null) {
    if (row !== null) out.variant['identifiers'] = [['delete', [row]]];
  } else if (row !== null) out.variant['identifiers'] = [['write', [row], { code: value }]];
  else out.variant['identifiers'] = [['create', [{ type: 'ean', code: value }]]];
}

function putUnit(value: Json, { around, symbols, out, write }: Putting): void {
  const unit = unitOf(value, around, symbols);
  Object.assign(out.template, { default_uom: unit.id });
  // On an update they keep their own unless that was of another kind; Tryton says so itself.
  if (write.action === 'UPDATE') Object.assign(out.template, sellingUnits(unit, around));
}

function sellingUnits(unit: Unit, { hasSales, hasPurchases }: Surroundings): Row {
  return { ...(hasSales ? { sale_uom: unit.id } : {}), ...(hasPurchases ? { purchase_uom: unit.id } : {}) };
}

/** Empty is a piece. A word that is Tryton's own for a piece would come back as empty, and so is none of ours. */
function unitOf(value: Json, { units, piece }: Surroundings, symbols: UnitSymbols): Unit {
  if (value === null) return piece;
  const word = textOf('unitOfMeasure', value);
  const mapped = symbols.get(word);
  const unit = units.find(({ symbol, name }) => symbol === (mapped ?? word) || (mapped === undefined && name === word));
  if (!unit)
    throw refused(`unitOfMeasure: Tryton has no unit "${word}"; "units" of the system's settings may say which it is`);
  if (mapped === undefined && unit.symbol !== word)
    throw refused(`unitOfMeasure: Tryton's symbol for "${word}" is "${unit.symbol}"`);
  if (mapped === undefined && unit.id === piece.id)
    throw refused(
      `unitOfMeasure: leave it empty for a piece, or name your word for it in "units" of the system's settings`,
    );
  return unit;
}

function putLifecycle(value: Json, { around, there, out }: Putting): void {
  if (!isRow(value)) throw refused('lifecycle is not an object');
  const { hasSales, hasPurchases } = around;
  for (const [flag, state] of Object.entries(value)) {
    if (!FLAGS.includes(flag)) throw refused(`Tryton has no place for lifecycle.${flag}`);
    if (typeof state !== 'boolean') throw refused(`lifecycle.${flag} is not a boolean`);
    if (flag === 'active') {
      out.variant['active'] = state;
      // Others of the same template may be in use; Tryton wants both on, or lets none of them off.
      if (state || !there?.isShared) out.template['active'] = state;
      continue;
    }
    if (!(flag === 'salable' ? hasSales : hasPurchases)) continue;
    out.template[flag] = state;
    // What is sold is sold in some unit: one that was never sold has none yet.
    const hasUnit = flag === 'salable' ? there?.hasSaleUnit : there?.hasPurchaseUnit;
    if (state && there && !hasUnit) out.template[flag === 'salable' ? 'sale_uom' : 'purchase_uom'] = there.unit;
  }
}

function willBeKit({ write, there }: Putting): boolean {
  const lines = write.values['bundle.components'];
  return lines === undefined ? (there?.isKit ?? false) : Array.isArray(lines) && lines.length > 0;
}

/** The whole list, in one write: Tryton never shows half of it. */
function putComponents(value: Json, { around, there, out, write, componentUnits }: Putting): void {
  const lines = Array.isArray(value) ? value.filter(isRow) : null;
  if (lines === null) throw refused('bundle.components is not a list of lines');
  if (!around.hasKits) {
    if (lines.length > 0) throw refused('bundle.components: the module product_kit is not activated');
    return;
  }
  const own = there !== null && there.ownComponents.length > 0 ? there : null;
  const old = own?.ownComponents ?? there?.components ?? [];
  const commands: Json[] = old.length > 0 ? [['delete', old]] : [];
  // A line of the variant's own hangs on the template besides, and Tryton does not see by itself on which.
  const parent: Row = own === null ? {} : { parent_template: own.template };
  const rows = lines.map((line) => ({ ...componentOf(line, write, componentUnits), ...parent }));
  if (rows.length > 0) commands.push(['create', rows]);
  if (commands.length > 0) (own === null ? out.template : out.variant)['components'] = commands;
  if (lines.length > 0 && there?.isKit !== true)
    Object.assign(out.template, { type: 'kit', cost_price_method: 'fixed' });
  else if (lines.length === 0 && there?.isKit === true) out.template['type'] = 'goods';
}

/** Counted as the component itself is: two of what is sold by the kilogram are two kilograms, and no two pieces. */
function componentOf(line: Row, { componentIds }: RecordWrite, units: Known['componentUnits']): Row {
  const { code, quantity } = line;
  if (typeof code !== 'string' || typeof quantity !== 'number')
    throw refused('bundle.components takes a code and a number as quantity');
  const id = componentIds.get(foldCode(code));
  if (id === undefined || !/^\d+$/.test(id)) throw refused(`bundle.components: ${code} is not known in Tryton`);
  const unit = units.get(Number(id));
  if (unit === undefined) throw refused(`bundle.components: ${code} is not in Tryton any more`);
  return { product: Number(id), quantity, unit };
}

/** The variants that these writes make kits of. */
export function componentsNamed(writes: readonly RecordWrite[]): number[] {
  const ids = writes.flatMap(({ values, componentIds }) =>
    'bundle.components' in values ? [...componentIds.values()].map(Number) : [],
  );
  return [...new Set(ids)].filter(Number.isSafeInteger);
}

/** HS code and country stand in one row of the customs' tariff, so that one is not written without the other. */
function tariffWish({ values, projection = {} }: RecordWrite, there: There): TariffWish {
  if (!('hsCode' in values) && !('countryOfOrigin' in values)) return undefined;
  const code = 'hsCode' in values ? values['hsCode'] : (there?.hsCode ?? null);
  // Where there was no code there was no place for the country either: it comes with the code.
  const stays =
    there === null || there.hsCode !== null ? (there?.country ?? null) : (projection['countryOfOrigin'] ?? null);
  const country = 'countryOfOrigin' in values ? values['countryOfOrigin'] : stays;
  if (code === null || code === undefined) return there?.tariff ? null : undefined;
  return { code: textOf('hsCode', code), country: typeof country === 'string' ? country : null };
}

/** What several variants have in common is not ours to change for one of them. */
function refuseShared({ values, code }: RecordWrite, { template }: RecordToken): void {
  const { lifecycle } = values;
  const flags = isRow(lifecycle) && ('salable' in lifecycle || 'purchasable' in lifecycle) ? ['lifecycle'] : [];
  const shared = [...SHARED.filter((field) => field in values), ...flags];
  if (shared.length === 0) return;
  const what = `${code} is one of several variants of template ${template}, which share ${shared.join(', ')}`;
  throw new ConnectorError(
    faultOf('VALIDATION', `${what}: give it a template of its own in Tryton`, { code: 'SHARED_TEMPLATE' }),
  );
}

/** A new template, with its one variant. */
export function newTemplate(
  write: RecordWrite,
  { template, variant }: ItemValues,
  around: Surroundings,
  symbols: UnitSymbols,
): Row {
  const unit = unitOf(write.values['unitOfMeasure'] ?? null, around, symbols);
  const sold = Object.keys(template).some((key) => key === 'salable' || key === 'purchasable')
    ? sellingUnits(unit, around)
    : {};
  return {
    type: 'goods',
    cost_price_method: 'fixed',
    ...template,
    ...sold,
    default_uom: unit.id,
    // Tryton would number a template without a code, and begin the variant's with that.
    ...(around.numbersTemplates ? { code: write.code } : {}),
    products: [['create', [{ ...(around.numbersTemplates ? {} : { suffix_code: write.code }), ...variant }]]],
  };
}

/** Template and variant each begin or end the code with a number of their own unless they have one: there is no place for ours. */
function refuseNumbered({ code }: RecordWrite, { numbersTemplates, numbersVariants }: Surroundings): void {
  if (!numbersTemplates || !numbersVariants) return;
  const what = `${code} would not be its code: Tryton numbers both products and variants`;
  throw new ConnectorError(
    faultOf('VALIDATION', `${what}, and a number is part of the code; take one of the two sequences out`, {
      code: 'NUMBERED',
    }),
  );
}

function textOf(field: string, value: FieldValues[string]): string {
  if (typeof value !== 'string') throw refused(`${field} is not a text`);
  return value;
}

function refused(message: string): ConnectorError {
  return new ConnectorError(faultOf('VALIDATION', message));
}
