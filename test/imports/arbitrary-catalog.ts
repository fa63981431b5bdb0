import fc from 'fast-check';
import type { AttributeDefinition } from '../../src/domain/attributes/definition.js';
import { definitionsOf } from '../../src/domain/attributes/read-attribute-list.js';
import { LIFECYCLE_STATES } from '../../src/domain/catalog/lifecycle.js';
import { gs1CheckDigit } from '../../src/domain/catalog/gtin.js';
import { readProductFields, tagsOfCell } from '../../src/domain/catalog/read-product-fields.js';
import { codeFault, readSkuFields } from '../../src/domain/catalog/read-sku-fields.js';
import { WEIGHT_UNITS } from '../../src/domain/catalog/sku.js';
import type { ProposedChange } from '../../src/domain/change/change.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import { foldCode } from '../../src/domain/primitives/text.js';

/** Systems of the sandbox. */
const SYSTEMS = ['erp', 'shopify'];

/** Beginnings and insides that CSV, spreadsheets or trimming could trip over. */
const AWKWARD = [
  '=1+1',
  '-ABC',
  "'00123",
  "''",
  '+',
  '@x',
  ',',
  ';',
  '"',
  '""',
  'a"b,c',
  'é',
  '😀',
  '＝',
  '0x10',
  '1e3',
  'true',
  'null',
];

/** Text that the API takes for a field of one line. */
export function line(maxLength: number): fc.Arbitrary<string> {
  const any = fc.string({ unit: 'grapheme', minLength: 1, maxLength });
  return fc
    .oneof(
      any,
      fc.constantFrom(...AWKWARD),
      fc.tuple(fc.constantFrom(...AWKWARD), any).map(([a, b]) => a + b),
    )
    .map((text) => text.trim().slice(0, maxLength).trim())
    .filter((text) => readSkuFields({ title: text }, []).problems.length === 0 && text.isWellFormed());
}

export const money = fc
  .tuple(fc.nat(9_999_999), fc.nat(9_999))
  .map(([whole, part]) => `${whole}.${String(part).padStart(4, '0')}`);
export const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null, freq: 3 });
const gtin = fc
  .integer({ min: 4_000_000_000_00, max: 9_999_999_999_99 })
  .map((body) => String(body).padStart(12, '0'))
  .map((body) => body + gs1CheckDigit(body));

export const code = fc
  .oneof(
    fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((at) => String.fromCharCode(at)),
      minLength: 1,
      maxLength: 20,
    }),
    fc.constantFrom(...AWKWARD),
  )
  .map((text) => text.trim())
  .filter((text) => codeFault(text) === null);

/** The attributes of the house whose catalogue it is. */
export const ATTRIBUTES: AttributeDefinition[] = [
  { key: 'material', name: 'Material', type: 'TEXT' },
  { key: 'height', name: 'Height', type: 'NUMBER' },
  { key: 'lined', name: 'Lined', type: 'BOOLEAN' },
  { key: 'since', name: 'Since', type: 'DATE' },
  { key: 'season', name: 'Season', type: 'ENUM', values: ['=SS27', 'a,b', 'true'] },
];
const DEFINITIONS = definitionsOf(ATTRIBUTES);

const attributes = fc.subarray(ATTRIBUTES.map(({ key }) => key)).chain((keys) =>
  fc
    .record({
      material: line(20),
      height: fc.oneof(fc.integer().map(String), money),
      lined: fc.boolean(),
      since: fc.constantFrom('2026-11-25', '0999-01-01'),
      season: fc.constantFrom('=SS27', 'a,b', 'true'),
    })
    .map((values) => Object.entries(values).flatMap(([key, value]) => (keys.includes(key) ? [{ key, value }] : []))),
);

const skuFields = fc.record({
  attributes,
  title: line(60),
  gtin: maybe(gtin),
  price: maybe(money),
  cost: maybe(money),
  weight: maybe(fc.record({ value: money, unit: fc.constantFrom(...WEIGHT_UNITS) })),
  hsCode: maybe(fc.constantFrom('610910', '0101210000')),
  countryOfOrigin: maybe(fc.constantFrom('PT', 'CN')),
  requiresShipping: fc.boolean(),
  taxable: fc.boolean(),
  taxCode: maybe(line(20)),
  unitOfMeasure: maybe(line(10)),
  successor: maybe(code),
  listedIn: fc.subarray(SYSTEMS),
  systemValues: fc
    .subarray(SYSTEMS)
    .chain((systems) =>
      fc.tuple(
        ...systems.map((system) =>
          fc.record({ system: fc.constant(system), price: money, compareAtPrice: fc.constant(null) }),
        ),
      ),
    ),
});

const product = fc.record({
  handle: fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((text) => text.replace(/\s/gu, '')),
      fc.constantFrom('=cup', '-x', "'y", 'größe', 'cup,b', 'A', 'a'),
    )
    .filter((text) => text !== '' && readSkuFields({ title: text }, []).problems.length === 0 && text.isWellFormed()),
  fields: fc.record({
    attributes,
    title: line(60),
    vendor: maybe(line(20)),
    productType: maybe(line(20)),
    category: maybe(fc.constant('gid://shopify/TaxonomyCategory/aa-1-13-8')),
    tags: fc.array(line(12), { maxLength: 4 }).map((tags) => tagsOfCell(tags.join(','))),
    optionNames: fc.uniqueArray(line(10), { maxLength: 3, selector: (name) => name.toLowerCase() }),
  }),
  skus: fc.array(
    fc.record({
      code,
      state: fc.constantFrom(...LIFECYCLE_STATES),
      fields: skuFields,
      values: fc.tuple(line(10), line(10), line(10)),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

/**
 * Products and SKUs in whatever the API takes, as the changes that create them: every code, handle, GTIN and option
 * tuple once, because that is what a master holds.
 */
export const catalogs: fc.Arbitrary<ProposedChange[]> = fc
  .array(product, { minLength: 1, maxLength: 25 })
  .map((products) => {
    const seen = new Set<string>();
    const once = (key: string): boolean => !seen.has(key) && Boolean(seen.add(key));
    const changes = products.flatMap(({ handle, fields, skus }) => {
      if (!once(`product ${handle.toLowerCase()}`)) return [];
      const patch = { ...readProductFields(fields, DEFINITIONS).patch } as unknown as FieldValues;
      const names = fields.optionNames;
      const made = skus.flatMap(({ code: target, state, fields: of, values }): ProposedChange[] => {
        const optionValues = names.map((name, index) => ({ name, value: values[index] ?? '' }));
        const tuple = optionValues.map(({ value }) => foldCode(value)).join('\u001f');
        if (!once(`options ${handle} ${tuple}`) || !once(`code ${foldCode(target)}`)) return [];
        const draft = { ...of, optionValues, gtin: of.gtin !== null && once(`gtin ${of.gtin}`) ? of.gtin : null };
        const sku = {
          ...readSkuFields(draft, SYSTEMS, DEFINITIONS).patch,
          state,
          product: handle,
        } as unknown as FieldValues;
        return [{ operation: 'SKU_CREATE', target, baseRevision: null, patch: sku }];
      });
      return made.length === 0
        ? []
        : [{ operation: 'PRODUCT_CREATE' as const, target: handle, baseRevision: null, patch }, ...made];
    });
    return withSuccessors(changes);
  });

/** Successors among the SKUs themselves, before or after whom they succeed: those that were drawn are nobody. */
function withSuccessors(changes: readonly ProposedChange[]): ProposedChange[] {
  const codes = changes.flatMap(({ operation, target }) => (operation === 'SKU_CREATE' ? [target] : []));
  return changes.map((change) => {
    const { successor: drawn } = change.patch;
    if (typeof drawn !== 'string') return change;
    const chosen = codes[drawn.length % codes.length] ?? null;
    const successor = chosen !== null && foldCode(chosen) !== foldCode(change.target) ? chosen : null;
    return { ...change, patch: { ...change.patch, successor } };
  });
}
