import { describe, expect, it } from '@jest/globals';
import { definitionsOf } from '../../src/domain/attributes/read-attribute-list.js';
import type { Product } from '../../src/domain/catalog/product.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import { skuSnapshot } from '../../src/domain/catalog/sku.js';
import type { World } from '../../src/domain/change/draft.js';
import { Held } from '../../src/domain/imports/held.js';
import type { GroupReading, ImportHeader } from '../../src/domain/imports/import-format.js';
import { skuCsv } from '../../src/domain/imports/sku-csv/sku-csv.js';

const AT = new Date('2026-11-01T00:00:00Z');
const KNOWN = {
  systems: ['erp', 'uk'],
  attributes: definitionsOf([
    { key: 'material', name: 'Material', type: 'TEXT' },
    { key: 'lined', name: 'Lined', type: 'BOOLEAN' },
    { key: 'height', name: 'Height', type: 'NUMBER' },
    { key: 'season', name: 'Season', type: 'ENUM', values: ['AW26'] },
  ]),
};

const CUP: Product = {
  id: 'p1',
  handle: 'cup',
  revision: 4,
  title: 'Cup',
  vendor: 'Acme',
  productType: null,
  category: null,
  tags: ['a', 'b'],
  optionNames: ['Size'],
  attributes: { season: 'AW26' },
  createdAt: AT,
  updatedAt: AT,
};

const CUP_S: Sku = {
  id: 's1',
  code: 'CUP-S',
  kind: 'SIMPLE',
  state: 'ACTIVE',
  productId: 'p1',
  revision: 7,
  title: 'Cup - S',
  optionValues: [{ name: 'Size', value: 'S' }],
  gtin: null,
  price: '5.00',
  compareAtPrice: null,
  cost: '2.00',
  weight: { value: '1.5', unit: 'POUNDS' },
  hsCode: null,
  countryOfOrigin: null,
  requiresShipping: true,
  taxable: true,
  taxCode: null,
  unitOfMeasure: null,
  attributes: { material: 'wool', lined: true },
  successor: null,
  listedIn: ['erp', 'uk'],
  systemValues: [{ system: 'uk', price: '4.00', compareAtPrice: null }],
  createdAt: AT,
  updatedAt: AT,
};

/** A master with one product of one SKU, which cost 4.00 at revision 6. */
const WORLD = {
  products: new Map([['cup', CUP]]),
  skus: new Map([['cup-s', CUP_S]]),
  bases: new Map([['SKU:cup-s:6', skuSnapshot({ ...CUP_S, price: '4.00' })]]),
  systems: KNOWN.systems,
} as unknown as World;

function file(header: string, ...lines: string[]): { header: ImportHeader; rows: { line: number; cells: string[] }[] } {
  const read = skuCsv.readHeader(header.split('|'), KNOWN);
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('; '));
  return { header: read.value, rows: lines.map((line, index) => ({ line: index + 2, cells: line.split('|') })) };
}

function taken(header: string, ...lines: string[]): GroupReading {
  const of = file(header, ...lines);
  return of.header.read(of.rows);
}

function proposed(header: string, ...lines: string[]): GroupReading {
  const of = file(header, ...lines);
  return of.header.propose(of.rows, new Held(WORLD));
}

function told({ faults }: GroupReading): string[] {
  return faults.map(({ line, column, code, rejected }) => `${line} ${column} ${code}${rejected ? '' : ' noted'}`);
}

function asked({ changes }: GroupReading): unknown[] {
  return changes.map(({ change: { operation, target, baseRevision, patch } }) => [
    operation,
    target,
    baseRevision,
    patch,
  ]);
}

describe('a flat file as a baseline', () => {
  it('creates the product of its first row and a SKU of every row', () => {
    const reading = taken(
      'code|product.handle|product.title|product.tags|option1.name|option1.value|price|price@uk|weight|weightUnit|state|attribute.material|taxable|listedIn',
      "'=A|cap|Cap|b, a|Size|S|5|4.5|2|kg|RETIRED|wool|FALSE|uk",
      'B|cap|Cap|b, a|Size|M|||||||TRUE|',
    );
    expect(told(reading)).toEqual([]);
    expect(asked(reading)).toEqual([
      ['PRODUCT_CREATE', 'cap', null, { title: 'Cap', tags: ['a', 'b'], optionNames: ['Size'] }],
      [
        'SKU_CREATE',
        '=A',
        null,
        {
          product: 'cap',
          state: 'RETIRED',
          kind: 'SIMPLE',
          title: 'Cap - S',
          optionValues: [{ name: 'Size', value: 'S' }],
          price: '5.00',
          systemValues: [{ system: 'uk', price: '4.50', compareAtPrice: null }],
          weight: { value: '2', unit: 'KILOGRAMS' },
          attributes: { material: 'wool' },
          taxable: false,
          listedIn: ['uk'],
        },
      ],
      [
        'SKU_CREATE',
        'B',
        null,
        expect.objectContaining({ state: 'DRAFT', title: 'Cap - M', weight: null, systemValues: [], listedIn: [] }),
      ],
    ]);
  });

  it('notes values that do not hold and takes the rest, whatever spreadsheets and people write', () => {
    const amounts = ['1e3', '1,234.50', '$5', '１２', '-5', '+5', '1.23456', '-0', '0012.50', ' 7 '];
    const reading = taken('code|product.handle|price', ...amounts.map((amount, n) => `A${n}|cap|${amount}`));
    expect(told(reading)).toEqual(amounts.slice(0, 7).map((_, n) => `${n + 2} price INVALID_FORMAT noted`));
    const prices = reading.changes.slice(1).map(({ change }) => change.patch.price ?? null);
    expect(prices.slice(7)).toEqual(['0.00', '12.50', '7.00']);
    expect(prices.slice(0, 7)).toEqual(Array.from({ length: 7 }, () => null));
  });

  it('rejects rows for their code, their options and what contradicts the product, and no others', () => {
    const reading = taken(
      'code|product.handle|product.title|option1.name|option1.value|gtin|weight|weightUnit|price@uk|compareAtPrice@uk|price|compareAtPrice|kind|state|taxable',
      'A|cap|Cap|Size|S|123|5||x|9||||GONE|ja',
      'B|cap|Cap!|Size|M|||||||||||',
      '|cap|Cap|Size|L|||||||||||',
      'D|cap|Cap|Size||||||||||||',
      'E|cap|Cap||XL|||||||||||',
      `${'F'.repeat(65)}|cap|Cap|Size|XXL||||||||||`,
      "'007|cap|Cap|Size|3XL|'0123|1|stone||x|5|4|||",
    );
    expect(told(reading)).toEqual([
      '2 weight REQUIRED noted',
      '2 taxable INVALID_FORMAT noted',
      '2 gtin GTIN_INVALID noted',
      '2 price@uk INVALID_FORMAT noted',
      '2 state INVALID_FORMAT noted',
      '3 product.title ROWS_DISAGREE',
      '4 code REQUIRED',
      '5 option1.value REQUIRED',
      '6 option1.name REQUIRED',
      '7 code TOO_LONG',
      '8 gtin GTIN_INVALID noted',
      '8 weight INVALID_FORMAT noted',
      '8 compareAtPrice@uk INVALID_FORMAT noted',
      '8 compareAtPrice INVALID_FORMAT noted',
      '8 code INVALID_FORMAT noted',
    ]);
    expect(reading.changes.map(({ change }) => change.target)).toEqual(['cap', 'A', "'007"]);
  });

  it('rejects a kind that is none: taken for another one, it would be so for ever', () => {
    const reading = taken('code|product.handle|kind', 'A|cap|KIT', 'B|cap|bundle');
    expect(told(reading)).toEqual(['2 kind INVALID_FORMAT']);
    expect(reading.changes.map(({ change }) => change.target)).toEqual(['cap', 'B']);
    expect(told(taken('code|product.handle|product.title', 'A||<b>'))).toEqual(['2 product.handle REQUIRED']);
  });

  it('takes nothing of a product without a handle, or whose options are none', () => {
    expect(told(taken('code|product.handle', 'A|', 'B|a b'))).toEqual([
      '2 product.handle REQUIRED',
      '3 product.handle ROWS_DISAGREE',
    ]);
    const twice = taken('code|product.handle|product.option1|product.option2', 'A|cap|Size|size', 'B|cap|Size|size');
    expect(told(twice)).toEqual(['2 product.option1 DUPLICATE_CHANGE', '3 product.option1 DUPLICATE_CHANGE']);
    expect(twice.changes).toEqual([]);
  });
});

describe('a flat file as a proposal', () => {
  it('asks for what differs, and for nothing else', () => {
    const header =
      'code|product.handle|product.title|price|weight|weightUnit|taxable|attribute.material|attribute.lined|price@uk|listedIn|title';
    const same = 'cup-s|cup|Cup|5|1.50|lb|TRUE|wool|true|4|uk, erp|Cup - S';
    expect(proposed(header, same)).toEqual({ changes: [], faults: [] });
    const other = proposed(header, 'CUP-S|cup|Mug|6|1.5|KILOGRAMS|true||true||uk|Cup - S');
    expect(told(other)).toEqual([]);
    expect(asked(other)).toEqual([
      ['PRODUCT_UPDATE', 'cup', 4, { title: 'Mug' }],
      [
        'SKU_UPDATE',
        'CUP-S',
        7,
        {
          price: '6.00',
          weight: { value: '1.5', unit: 'KILOGRAMS' },
          attributes: { material: null },
          systemValues: [],
          listedIn: ['uk'],
        },
      ],
    ]);
  });

  it('reads attributes as they are defined, and points at the one that does not hold', () => {
    const header = 'code|product.handle|attribute.lined|attribute.height|attribute.material|product.attribute.season';
    expect(asked(proposed(header, 'CUP-S|cup|FALSE|12.50|1e3|AW26'))).toEqual([
      ['SKU_UPDATE', 'CUP-S', 7, { attributes: { lined: false, height: '12.5', material: '1e3' } }],
    ]);
    expect(told(proposed(header, 'CUP-S|cup|ja|1,5|wool|SS27'))).toEqual(['2 product.attribute.season INVALID_FORMAT']);
    expect(told(proposed(header, 'CUP-S|cup|ja|1,5|wool|AW26'))).toEqual([
      '2 attribute.lined INVALID_FORMAT',
      '2 attribute.height INVALID_FORMAT',
    ]);
    const baseline = taken(header, 'CAP|cap|ja|12|wool|SS27');
    expect(told(baseline)).toEqual([
      '2 product.attribute.season INVALID_FORMAT noted',
      '2 attribute.lined INVALID_FORMAT noted',
    ]);
    expect(baseline.changes[1]?.change.patch.attributes).toEqual({ height: '12', material: 'wool' });
  });

  it('needs no more than a code and what is to change', () => {
    expect(asked(proposed('code|cost', 'CUP-S|3'))).toEqual([['SKU_UPDATE', 'CUP-S', 7, { cost: '3.00' }]]);
    expect(asked(proposed('code|cost', 'CUP-S|'))).toEqual([['SKU_UPDATE', 'CUP-S', 7, { cost: null }]]);
    expect(asked(proposed('code|option1.value', 'CUP-S|XS'))).toEqual([
      ['SKU_UPDATE', 'CUP-S', 7, { optionValues: [{ name: 'Size', value: 'XS' }] }],
    ]);
    expect(asked(proposed('code|state|cost', 'CUP-S|on_hold|3'))).toEqual([
      ['SKU_UPDATE', 'CUP-S', 7, { cost: '3.00' }],
      ['SKU_TRANSITION', 'CUP-S', 7, { state: 'ON_HOLD' }],
    ]);
  });

  it('compares with the revision that its author looked at, so that nobody is overwritten', () => {
    // The price rose to 5.00 since: a row that still says 4.00 does not ask for 4.00.
    const untouched = proposed('code|revision|price|cost', 'CUP-S|6|4.00|3');
    expect(asked(untouched)).toEqual([['SKU_UPDATE', 'CUP-S', 6, { cost: '3.00' }]]);
    const both = proposed('code|revision|price|cost', 'CUP-S|6|4.50|3');
    expect([told(both), asked(both)]).toEqual([['2 price STALE_BASE'], []]);
    expect(both.faults[0]?.message).toBe('price was "4.00" when you looked and is "5.00" now; the file says "4.50"');
    expect(told(proposed('code|revision|price', 'CUP-S|99|1', 'CUP-S|x|1', 'NEW|3|1'))).toEqual([
      '2 revision REVISION_UNKNOWN',
      '3 revision INVALID_FORMAT',
      '4 code NOT_FOUND',
    ]);
  });

  it('creates what the master does not know, with a step to another state where one is asked for', () => {
    const reading = proposed(
      'code|product.handle|product.title|option1.name|option1.value|state|kind',
      'CAP|cap|Cap|Size|S|PRELAUNCH|BUNDLE',
      'CAP-M|cap|Cap|Size|M||',
    );
    expect(told(reading)).toEqual([]);
    expect(asked(reading)).toEqual([
      ['PRODUCT_CREATE', 'cap', null, { title: 'Cap', optionNames: ['Size'] }],
      [
        'SKU_CREATE',
        'CAP',
        null,
        { product: 'cap', kind: 'BUNDLE', title: 'Cap - S', optionValues: [{ name: 'Size', value: 'S' }] },
      ],
      ['SKU_TRANSITION', 'CAP', null, { state: 'PRELAUNCH' }],
      ['SKU_CREATE', 'CAP-M', null, expect.objectContaining({ title: 'Cap - M' })],
    ]);
    const joined = proposed('code|product.handle|option1.value', 'CUP-M|cup|M');
    expect(asked(joined)).toEqual([
      ['SKU_CREATE', 'CUP-M', null, { product: 'cup', title: 'Cup - M', optionValues: [{ name: 'Size', value: 'M' }] }],
    ]);
  });

  it('refuses a row with anything wrong as a whole, and tells all of it', () => {
    const header = 'code|product.handle|price|gtin|state|kind|taxable|title';
    expect(told(proposed(header, 'CUP-S|cap|1e3|12|GONE|BUNDLE||', 'CUP-S||5|||||Cup'))).toEqual([
      '2 product.handle FIELD_IMMUTABLE',
      '2 kind FIELD_IMMUTABLE',
      '2 state INVALID_FORMAT',
      '2 taxable REQUIRED',
      '2 title REQUIRED',
      '2 price INVALID_FORMAT',
      '2 gtin GTIN_INVALID',
      '3 product.handle ROWS_DISAGREE',
    ]);
    expect(told(proposed('code|product.handle', 'CUP-S|'))).toEqual(['2 product.handle REQUIRED']);
    expect(told(proposed('code|price', 'NEW|5'))).toEqual(['2 null REQUIRED']);
  });

  it('tells at every row what is wrong with the product that they share', () => {
    const header = 'code|product.handle|product.option1|product.vendor|price';
    const wrong = proposed(header, 'CUP-S|cup|Colour|Acme|6', 'CUP-M|cup|Colour|Acme|6');
    expect([told(wrong), asked(wrong)]).toEqual([
      ['2 product.option1 FIELD_IMMUTABLE', '3 product.option1 FIELD_IMMUTABLE'],
      [],
    ]);
    expect(told(proposed('code|product.handle', 'NEW|Big Cup'))).toEqual(['2 product.handle INVALID_FORMAT']);
    expect(told(proposed('code|product.handle|product.revision', 'CUP-S|cup|9'))).toEqual([
      '2 product.revision REVISION_UNKNOWN',
    ]);
  });

  it('points at the very cell of a list, whoever finds the fault', () => {
    const header =
      'code|product.handle|option1.name|option1.value|price@uk|compareAtPrice@uk|price@erp|product.tags|attribute.lined';
    const row = 'NEW|cup|Size|<b>x</b>|5|x|6|a, A,,b|true';
    expect(told(proposed(header, row))).toEqual([
      '2 option1.value INVALID_FORMAT',
      '2 compareAtPrice@uk INVALID_FORMAT',
    ]);
    const [said] = taken(header, row.replace('cup', 'pot').replace('<b>x</b>', 'x')).changes;
    expect(said?.change.patch).toMatchObject({ tags: ['A', 'b'] });
    const of = file(header, row);
    const change = { operation: 'SKU_CREATE' as const, target: 'NEW', baseRevision: null, patch: {} };
    const column = (...path: string[]): string | null => of.header.placeOf({ line: 2, change }, path).column;
    expect(column('systemValues', 'uk', 'compareAtPrice')).toBe('compareAtPrice@uk');
    expect(column('systemValues', 'erp', 'price')).toBe('price@erp');
    expect(column('optionValues', '0', 'name')).toBe('option1.name');
    expect(column('optionValues')).toBe('option1.name');
  });

  it('does not judge what it does not change', () => {
    const odd: Sku = { ...CUP_S, gtin: '123', title: '<b>Cup</b>' };
    const world = { ...WORLD, skus: new Map([['cup-s', odd]]) } as unknown as World;
    const of = file('code|gtin|title|price', 'CUP-S|123|<b>Cup</b>|6');
    const reading = of.header.propose(of.rows, new Held(world));
    expect([told(reading), asked(reading)]).toEqual([[], [['SKU_UPDATE', 'CUP-S', 7, { price: '6.00' }]]]);
  });
});
