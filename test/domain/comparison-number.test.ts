import { hash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { COMPARISON } from '../../src/application/drift/scan/scan-basis.js';
import { itemRecord } from '../../src/connectors/http-erp/erp-item.js';
import type { RawVariant } from '../../src/connectors/shopify/reading.js';
import { productRecord, variantRecord } from '../../src/connectors/shopify/reading.js';
import { compareRecord } from '../../src/domain/drift/compare.js';
import { judgeRecord } from '../../src/domain/drift/judge.js';
import { normaliseAll } from '../../src/domain/drift/normalise.js';
import { DEFAULT_RULES } from '../../src/domain/drift/source-of-truth.js';
import type { FieldValues, Json } from '../../src/domain/primitives/json.js';
import { canonicalJson } from '../../src/domain/primitives/json.js';
import { projectProduct, projectSku } from '../../src/domain/publishing/projection.js';
import type { GovernedSystem } from '../../src/domain/publishing/system.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';

/**
 * What is told unchanged is not compared again before a week has passed, unless COMPARISON says that this release compares in
 * another way. So whatever changes what comes out here takes a higher COMPARISON, and its sum here. Raise both.
 */
const SUMS: Readonly<Record<number, string>> = { 2: 'bc322add92127a6b60db87c5b481e8de1b558618' };

/** Values that systems and people are known to write in more than one way, and such as are no values of their field. */
const VALUES: readonly Json[] = [
  null,
  '',
  ' ',
  'Blue',
  'blue',
  ' Blue ',
  'Café',
  'Cafe\u0301',
  'A &amp; B',
  'A & B',
  'A&nbsp;B',
  '0',
  '0.00',
  '10',
  '10.00',
  '10.4',
  '10.5',
  '-10',
  10,
  0,
  'ten',
  true,
  false,
  [],
  ['a', 'B'],
  ['b', 'A', 'c'],
  [{ name: 'Size', value: 'S' }],
  [
    { name: 'Size', value: 'S' },
    { name: 'Color', value: 'Red' },
  ],
  [
    { name: 'Color', value: 'Red' },
    { name: 'Size', value: 'S' },
  ],
  [{ name: 'Title', value: 'Default Title' }],
  [
    { code: 'A', quantity: 1 },
    { code: 'a', quantity: '1.0' },
  ],
  [{ code: 'A', quantity: 2 }],
  { published: true, inventoryPolicy: 'DENY' },
  { published: true },
  { published: false, inventoryPolicy: 'CONTINUE' },
  { active: true, purchasable: true, salable: false },
];

const FIELDS = [...DEFAULT_RULES.map(({ field }) => field.replace('.*', '.fabric')), 'description'];
const STATES: readonly LifecycleState[] = ['DRAFT', 'PRELAUNCH', 'ACTIVE', 'ON_HOLD', 'PHASE_OUT', 'RETIRED'];

function* verdicts(): Generator<Json> {
  for (const field of FIELDS) {
    for (const canonical of VALUES) {
      for (const observed of VALUES) {
        for (const base of [undefined, canonical]) yield told(field, canonical, observed, base);
      }
    }
    yield told(field, 'Blue', undefined, 'Blue');
  }
}

function told(field: string, canonical: Json, observed: Json | undefined, base: Json | undefined): Json {
  const of = (value: Json | undefined): FieldValues => normaliseAll(value === undefined ? {} : { [field]: value });
  const comparisons = compareRecord({
    canonical: of(canonical),
    base: base === undefined ? null : of(base),
    observed: of(observed),
    unreadable: observed === undefined ? [field] : [],
    expected: [],
    rules: DEFAULT_RULES,
  });
  const record = {
    id: 'record',
    entity: 'SKU' as const,
    productId: 'product',
    skuId: 'sku',
    target: 'CODE',
    skuState: 'ACTIVE' as const,
    published: of(base),
    openFindings: [],
  };
  const context = { attribution: null, changedAt: new Map(), readOnly: false, undecided: {}, policyVersion: 0 };
  const { inSync, held, notCovered } = judgeRecord(record, comparisons, { ...context, system: 'shop' });
  return [comparisons.map(({ result }) => result.verdict), inSync, held, notCovered];
}

function* projections(): Generator<Json> {
  const system = (kind: GovernedSystem['kind'], currency: string): GovernedSystem => ({
    code: 'there',
    kind,
    connector: kind === 'ERP' ? 'http' : 'shopify',
    mode: 'WRITE',
    currency,
    link: 'LINKED',
  });
  for (const state of STATES) {
    for (const kind of ['SHOPIFY', 'ERP'] as const) {
      for (const currency of ['USD', 'EUR']) {
        for (const sku of skus(state)) {
          yield projectSku(sku, system(kind, currency), 'USD', [{ code: 'PART', quantity: 2 }]);
        }
      }
    }
    yield projectProduct(PRODUCT, [state]);
  }
}

const AT = new Date('2026-01-01T00:00:00Z');
const PRODUCT = {
  id: 'product',
  handle: 'trail-shirt',
  revision: 1,
  title: ' Trail &amp; Shirt',
  vendor: '',
  productType: 'Shirts',
  category: null,
  tags: ['Trail', 'trail', 'summer'],
  optionNames: ['Size'],
  attributes: { fabric: 'Wool' },
  createdAt: AT,
  updatedAt: AT,
};

function skus(state: LifecycleState): Sku[] {
  const plain: Sku = {
    id: 'sku',
    code: 'CODE',
    kind: 'SIMPLE',
    state,
    productId: 'product',
    revision: 1,
    title: 'Trail Shirt S',
    optionValues: [{ name: 'Size', value: 'S' }],
    gtin: '4006381333931',
    price: '10.00',
    compareAtPrice: null,
    cost: null,
    weight: { value: '2', unit: 'OUNCES' },
    hsCode: '610910',
    countryOfOrigin: 'PT',
    requiresShipping: true,
    taxable: false,
    taxCode: null,
    unitOfMeasure: 'pcs',
    attributes: {},
    successor: null,
    listedIn: ['there'],
    systemValues: [],
    createdAt: AT,
    updatedAt: AT,
  };
  const own = [{ system: 'there', price: '12.50', compareAtPrice: '15.00' }];
  return [plain, { ...plain, systemValues: own }, { ...plain, price: null, weight: null }, { ...plain, listedIn: [] }];
}

function* readings(): Generator<Json> {
  const context = { publications: 1, denied: new Set<string>() };
  const { id, handle, title, vendor, productType, category, tags } = PRODUCT;
  for (const status of ['ACTIVE', 'DRAFT', 'ARCHIVED', 'UNLISTED']) {
    const updatedAt = AT.toISOString();
    const raw = { id, handle, title, vendor, productType, category, tags, status, updatedAt, pub0: true };
    yield shown(productRecord(raw, context));
  }
  for (const raw of variants()) {
    for (const publications of [0, 1, 2]) yield shown(variantRecord(raw, id, { ...context, publications }));
  }
  for (const value of VALUES) {
    const item = { id: 'i1', code: 'CODE', name: value, listPrice: value, weightGrams: value, components: value };
    yield shown(itemRecord({ ...item, active: true, salable: value, purchasable: false }, null));
  }
}

function variants(): RawVariant[] {
  const plain: RawVariant = {
    id: 'v1',
    sku: 'CODE',
    barcode: '',
    price: '10.0',
    compareAtPrice: null,
    taxable: true,
    inventoryPolicy: 'DENY',
    updatedAt: AT.toISOString(),
    requiresComponents: false,
    selectedOptions: [{ name: 'Title', value: 'Default Title' }],
    inventoryItem: {
      requiresShipping: true,
      unitCost: { amount: '4.0' },
      harmonizedSystemCode: null,
      countryCodeOfOrigin: 'PT',
      measurement: { weight: { value: 2.5, unit: 'OUNCES' } },
    },
    pub0: true,
    pub1: true,
  };
  const parts = [{ id: 'c1', quantity: 2, productVariant: { id: 'v2', sku: 'PART' } }];
  return [
    plain,
    { ...plain, inventoryItem: null, barcode: null, pub1: false },
    { ...plain, requiresComponents: true },
    { ...plain, requiresComponents: true, components: parts, pub0: false },
  ];
}

/** As a scan sees it: in canonical names, normalised. */
function shown({ fields, unreadable, code }: ReturnType<typeof itemRecord>): Json {
  return [normaliseAll(fields), [...unreadable], code];
}

it('is another number for another way to read, normalise, project or compare', () => {
  const told = JSON.stringify([...verdicts(), canonicalJson([...projections(), ...readings()])]);
  expect({ [COMPARISON]: hash('sha1', told) }).toEqual({ [COMPARISON]: SUMS[COMPARISON] });
});
