import { handleFault, readProductFields } from '../../../domain/catalog/read-product-fields.js';
import type { SkuFieldsDraft } from '../../../domain/catalog/read-sku-fields.js';
import { codeFault, readSkuFields, TITLE_LIMIT } from '../../../domain/catalog/read-sku-fields.js';
import type { ProposedChange } from '../../../domain/change/change.js';
import { normaliseAll } from '../../../domain/drift/normalise.js';
import type { FieldValues, Json } from '../../../domain/primitives/json.js';
import type { Outcome, Problem } from '../../../domain/problem.js';
import { accepted, problem } from '../../../domain/problem.js';
import type { LockedFinding } from '../../ports/finding-store.js';

/** What is known of where a stranger lives. */
export interface StrangerGround {
  /** Handle of the master's product that its siblings are of; null where none of them is known. */
  productHandle: string | null;
  /** The system counts in the master's currency. */
  isMasterCurrency: boolean;
}

const TAKEN = ['gtin', 'hsCode', 'countryOfOrigin', 'requiresShipping', 'taxable', 'unitOfMeasure', 'optionValues'];
const PRODUCT_TAKEN = ['vendor', 'productType', 'category', 'tags'];

/**
 * The changes that make a record which the master does not know one of its own: a SKU in DRAFT with what was found there,
 * listed where it was found, in the product of its siblings or in a new one. Checked like anybody's input: what the master
 * refuses is a problem, and is mended there first.
 */
export function strangerChanges(finding: LockedFinding, ground: StrangerGround): Outcome<ProposedChange[]> {
  const { target: code, found, system, externalId } = finding;
  if (code === externalId)
    return { ok: false, problems: [problem('NOT_RESOLVABLE_HERE', `${code} bears no code there: give it one first`)] };
  const values = normaliseAll(valuesOf(found));
  const unfit = codeFault(code);
  if (unfit) return { ok: false, problems: [problem(unfit.code, `${code}: ${unfit.message}`)] };
  const title = titleOf(values, code);
  const made = ground.productHandle === null ? productOf(code, title, values) : null;
  const draft: SkuFieldsDraft = {
    title,
    listedIn: [system],
    ...(Object.fromEntries(TAKEN.flatMap((field) => given(field, values[field]))) as SkuFieldsDraft),
    ...(typeof values.weight === 'string' ? { weight: { value: values.weight, unit: 'GRAMS' } } : {}),
    ...moneyOf(values, system, ground.isMasterCurrency),
  };
  const read = readSkuFields(draft, [system]);
  const problems: Problem[] = [...read.problems, ...(made?.problems ?? [])];
  if (problems.length > 0) return { ok: false, problems: problems.map((each) => told(each, code)) };
  const product = ground.productHandle ?? made?.change.target ?? '';
  const patch = { product, ...(read.patch as FieldValues) };
  const sku: ProposedChange = { operation: 'SKU_CREATE', target: code, baseRevision: null, patch };
  return accepted(made ? [made.change, sku] : [sku]);
}

function told(each: Problem, code: string): Problem {
  return { ...each, message: `${code}: ${each.field?.join('.') ?? 'it'}: ${each.message}` };
}

function productOf(code: string, title: string, values: FieldValues): { change: ProposedChange; problems: Problem[] } {
  const shown = values['product.handle'];
  const target = typeof shown === 'string' && shown !== '' ? shown : slugOf(code);
  const fields = Object.fromEntries(PRODUCT_TAKEN.flatMap((field) => given(field, values[`product.${field}`])));
  const options = Array.isArray(values.optionValues) ? values.optionValues : [];
  const optionNames = options.flatMap((each) =>
    typeof partOf(each, 'name') === 'string' ? [partOf(each, 'name')] : [],
  );
  const shownTitle = values['product.title'];
  const named = { ...fields, title: typeof shownTitle === 'string' ? shownTitle : title };
  const read = readProductFields({ ...named, ...(optionNames.length > 0 && { optionNames: optionNames as string[] }) });
  const fault = handleFault(target);
  const problems = [...read.problems, ...(fault ? [problem(fault.code, fault.message, ['handle'])] : [])];
  const patch = { ...read.patch } as unknown as FieldValues;
  return { change: { operation: 'PRODUCT_CREATE', target, baseRevision: null, patch }, problems };
}

/** A variant has no title of its own: its product's, and what is chosen. */
function titleOf(values: FieldValues, code: string): string {
  const { title, optionValues, 'product.title': product } = values;
  if (typeof title === 'string' && title.trim() !== '') return title;
  if (typeof product !== 'string' || product.trim() === '') return code;
  const chosen = (Array.isArray(optionValues) ? optionValues : []).map((each) => partOf(each, 'value'));
  const whole = [product, ...chosen.filter((each) => typeof each === 'string')].join(' / ');
  return whole.length <= TITLE_LIMIT ? whole : product;
}

/** A price in another currency is that system's own, and a cost in one is nobody's here. */
function moneyOf(values: FieldValues, system: string, isMasterCurrency: boolean): SkuFieldsDraft {
  const amount = (field: string): string | null => {
    const value = values[field];
    return typeof value === 'string' ? value : null;
  };
  const [price, shownBefore, cost] = [amount('price'), amount('compareAtPrice'), amount('cost')];
  const compareAtPrice = shownBefore !== null && Number(shownBefore) > 0 ? shownBefore : null;
  if (isMasterCurrency) return { price, compareAtPrice, cost };
  return price === null ? {} : { systemValues: [{ system, price, compareAtPrice }] };
}

function given(field: string, value: Json | undefined): [string, Json][] {
  return value === undefined || value === null || value === '' ? [] : [[field, value]];
}

/** Lower case, and only what a handle may bear. */
function slugOf(code: string): string {
  return code
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

function valuesOf(found: Json): FieldValues {
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
}

function partOf(value: Json, key: string): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value[key] ?? null) : null;
}
