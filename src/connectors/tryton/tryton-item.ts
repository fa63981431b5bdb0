import { Big } from 'big.js';
import { ConnectorError } from '../../application/ports/connector.js';
import type { FieldValues, Json } from '../../domain/primitives/json.js';
import type { ObservedRecord } from '../../domain/publishing/system.js';
import { faultOf } from '../faults.js';
import { hsDigits } from '../hs-code.js';
import type { Surroundings } from './tryton-database.js';
import type { Writers } from './tryton-rows.js';
import { authorshipOf, componentRows, gtinRow, latestStamp, templateComponents } from './tryton-rows.js';
import type { RecordToken } from './tryton-token.js';
import { tokenText } from './tryton-token.js';
import type { Row, Stamp } from './tryton-wire.js';
import { decimalIn, instantOf, numberIn, ofCompany, related, relatedRows, textIn } from './tryton-wire.js';

/** The master's words for units, by Tryton's symbol. */
export type UnitWords = ReadonlyMap<string, string>;

/** What the domain reads of a decimal that could not be read. */
const UNREADABLE = Symbol('unreadable');
type Reading = Json | typeof UNREADABLE;

function stampsUnder(prefix: string): string[] {
  return ['_timestamp', 'write_uid', 'create_uid'].map((field) => `${prefix}${field}`);
}

function componentsUnder(prefix: string): string[] {
  const fields = ['product.code', 'product.template.default_uom', 'quantity', 'unit', 'fixed', 'parent_product'];
  return [...fields.map((field) => `${prefix}${field}`), ...stampsUnder(prefix)];
}

/** All that an item is made of, in one question: one question is one snapshot. */
export function itemFields({ hasTariffs, hasKits, hasSales, hasPurchases, gram }: Surroundings): string[] {
  return [
    'code',
    'active',
    'template',
    ...stampsUnder(''),
    'identifiers.type',
    'identifiers.code',
    ...stampsUnder('identifiers.'),
    'cost_prices.cost_price',
    'cost_prices.company',
    'template.name',
    'template.code',
    'template.type',
    'template.active',
    'template.default_uom',
    'template.products',
    ...stampsUnder('template.'),
    'template.list_prices.list_price',
    'template.list_prices.company',
    ...(gram ? ['template.weight', 'template.weight_uom'] : []),
    ...(hasSales ? ['template.salable', 'template.sale_uom'] : []),
    ...(hasPurchases ? ['template.purchasable', 'template.purchase_uom'] : []),
    ...(hasTariffs ? tariffFields() : []),
    ...(hasKits ? [...componentsUnder('components.'), ...componentsUnder('template.components.')] : []),
  ];
}

function tariffFields(): string[] {
  const [link, tariff] = ['template.tariff_codes.', 'template.tariff_codes.tariff_code.'];
  const stamps = [...stampsUnder(link), ...stampsUnder(tariff)];
  return ['template.tariff_codes_category', `${tariff}code`, `${tariff}country.code`, ...stamps];
}

/**
 * A variant, with its template, in canonical field names. What a module that is not there would hold is absent; what cannot
 * be told for sure is unreadable.
 * @throws ConnectorError UNKNOWN for a row without id, template or timestamp.
 */
export function itemRecord(row: Row, around: Surroundings, words: UnitWords, writers: Writers): ObservedRecord {
  const id = numberIn(row, 'id');
  const template = related(row, 'template');
  const templateId = numberIn(row, 'template');
  if (id === null || !template || templateId === null || textIn(row, '_timestamp') === null)
    throw new ConnectorError(faultOf('UNKNOWN', 'Tryton answered a variant without id, template or timestamp'));
  const code = textIn(row, 'code');
  const read = readings(row, template, around, words);
  const fields: FieldValues = {};
  const unreadable: string[] = [];
  for (const [field, value] of Object.entries(read)) {
    if (value === UNREADABLE) unreadable.push(field);
    else if (value !== undefined) fields[field] = value;
  }
  return {
    entity: 'SKU',
    externalId: String(id),
    root: { externalId: String(id), code },
    code,
    fields,
    unreadable,
    updatedAt: instantOf(latestStamp(row)),
    ...authorshipOf(row, writers),
    token: tokenText(tokenOf(row, id, template, templateId)),
  };
}

function readings(
  row: Row,
  template: Row,
  around: Surroundings,
  words: UnitWords,
): Record<string, Reading | undefined> {
  const isKit = textIn(template, 'type') === 'kit';
  const { company } = around;
  return {
    title: textIn(template, 'name'),
    gtin: textIn(gtinRow(row), 'code'),
    price: amount(ofCompany(relatedRows(template, 'list_prices'), company)?.['list_price']),
    // Tryton works a kit's cost out by itself; and its own default, 0, says that nobody has set one.
    cost: isKit ? undefined : costOf(ofCompany(relatedRows(row, 'cost_prices'), company)),
    weight: around.gram ? weightOf(template, around) : undefined,
    ...tariffOf(template, around),
    unitOfMeasure: unitWord(template, around, words),
    lifecycle: lifecycleOf(row, template, around),
    'bundle.components': around.hasKits ? componentsOf(isKit ? componentRows(row, template) : [], around) : undefined,
  };
}

function amount(value: Json | undefined): Reading {
  const text = decimalIn(value);
  return text === undefined ? UNREADABLE : text;
}

function costOf(row: Row | null): Reading {
  const text = amount(row?.['cost_price']);
  return typeof text === 'string' && Number(text) === 0 ? null : text;
}

function weightOf(template: Row, { units, gram }: Surroundings): Reading {
  const weight = numberIn(template, 'weight');
  if (weight === null) return null;
  const unit = units.find(({ id }) => id === template['weight_uom']);
  if (!unit || !gram || unit.categoryId !== gram.categoryId) return UNREADABLE;
  return new Big(weight).times(unit.factor).div(gram.factor).round(6).toFixed();
}

/**
 * Tryton 6.0 has no country of origin but the one beside the tariff code: without a code there is no place for it. Codes
 * that a category lends to a template are the category's.
 */
function tariffOf(template: Row, { hasTariffs }: Surroundings): Record<string, Reading | undefined> {
  if (!hasTariffs) return {};
  if (template['tariff_codes_category'] === true) return { hsCode: UNREADABLE, countryOfOrigin: UNREADABLE };
  const [first] = relatedRows(template, 'tariff_codes');
  const tariff = first ? related(first, 'tariff_code') : null;
  if (!tariff) return { hsCode: null };
  const code = textIn(tariff, 'code');
  return { hsCode: code === null ? null : hsDigits(code), countryOfOrigin: textIn(related(tariff, 'country'), 'code') };
}

function unitWord(template: Row, { units, piece }: Surroundings, words: UnitWords): Reading {
  const unit = units.find(({ id }) => id === template['default_uom']);
  if (!unit) return UNREADABLE;
  return words.get(unit.symbol) ?? (unit.id === piece.id ? null : unit.symbol);
}

function lifecycleOf(row: Row, template: Row, { hasSales, hasPurchases }: Surroundings): Reading {
  const flags: Row = { active: row['active'] === true && template['active'] === true };
  if (!hasSales || !hasPurchases) return UNREADABLE;
  return { ...flags, salable: template['salable'] === true, purchasable: template['purchasable'] === true };
}

/** In units of the component itself; a fixed line is not one per kit, and has no word of ours. */
function componentsOf(rows: readonly Row[], { units }: Surroundings): Reading {
  const lines: Json[] = [];
  for (const row of rows) {
    const product = related(row, 'product');
    const own = units.find(({ id }) => id === (product ? related(product, 'template') : null)?.['default_uom']);
    const unit = units.find(({ id }) => id === row['unit']);
    const quantity = numberIn(row, 'quantity');
    if (!product || !own || !unit || quantity === null || row['fixed'] === true || own.categoryId !== unit.categoryId)
      return UNREADABLE;
    const count = new Big(quantity).times(unit.factor).div(own.factor).round(6).toNumber();
    lines.push({ code: textIn(product, 'code'), quantity: count });
  }
  return lines;
}

function tokenOf(row: Row, variant: number, template: Row, templateId: number): RecordToken {
  const stamps: Record<string, Stamp> = {};
  const stamp = (model: string, each: Row): void => {
    stamps[`${model},${numberIn(each, 'id') ?? 0}`] = textIn(each, '_timestamp') ?? '';
  };
  stamp('product.product', row);
  stamp('product.template', { ...template, id: templateId });
  const gtin = gtinRow(row);
  if (gtin) stamp('product.identifier', gtin);
  const [tariff] = relatedRows(template, 'tariff_codes');
  if (tariff) stamp('product-customs.tariff.code', tariff);
  const components = [...relatedRows(row, 'components'), ...relatedRows(template, 'components')];
  for (const each of components) stamp('product.component', each);
  const ids = (rows: readonly Row[]): number[] => rows.flatMap((each) => numberIn(each, 'id') ?? []);
  const variants = Array.isArray(template['products']) ? template['products'] : [];
  return {
    variant,
    template: templateId,
    stamps,
    gtin: gtin && numberIn(gtin, 'id'),
    tariff: tariff ? numberIn(tariff, 'id') : null,
    country: textIn(related((tariff && related(tariff, 'tariff_code')) ?? {}, 'country'), 'code'),
    hsCode: textIn((tariff && related(tariff, 'tariff_code')) ?? null, 'code'),
    prefix: textIn(template, 'code') ?? '',
    unit: numberIn(template, 'default_uom') ?? 0,
    hasSaleUnit: numberIn(template, 'sale_uom') !== null,
    hasPurchaseUnit: numberIn(template, 'purchase_uom') !== null,
    isKit: textIn(template, 'type') === 'kit',
    ownComponents: ids(relatedRows(row, 'components')),
    components: ids(templateComponents(template)),
    isShared: variants.some((id) => id !== variant),
  };
}
