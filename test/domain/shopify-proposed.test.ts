import { describe, expect, it } from '@jest/globals';
import { Held } from '../../src/domain/imports/held.js';
import type { GroupReading, ImportHeader } from '../../src/domain/imports/import-format.js';
import { shopifyCsv } from '../../src/domain/imports/shopify-csv.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import { teaProduct, teaSku, teaWorld } from '../support/plan-kit.js';

function headerOf(names: string): ImportHeader {
  const header = shopifyCsv.readHeader(names.split(','), { systems: [], attributes: new Map() });
  if (!header.ok) throw new Error(header.problems.map(({ message }) => message).join('; '));
  return header.value;
}

function rowsOf(lines: readonly string[]): { line: number; cells: string[] }[] {
  return lines.map((line, index) => ({ line: index + 2, cells: line.split(',') }));
}

const SKUS = [
  teaSku('TEA-S', { state: 'ACTIVE', title: 'Tea, small', optionValues: [{ name: 'Size', value: 'S' }] }),
  teaSku('TEA-M', { state: 'RETIRED', optionValues: [{ name: 'Size', value: 'M' }] }),
];

/** What a file asks for of a master that has the tea, and its two SKUs. */
function proposed(names: string, ...lines: string[]): GroupReading {
  const header = headerOf(names);
  return header.propose(rowsOf(lines), new Held(teaWorld(SKUS)));
}

function told({ faults }: GroupReading): string[] {
  return faults.map(
    ({ line, column, code, value, rejected }) => `${line} ${column} ${code} ${value}${rejected ? '' : ' noted'}`,
  );
}

function asked({ changes }: GroupReading): [string, string, FieldValues][] {
  return changes.map(({ change: { operation, target, patch } }) => [operation, target, patch]);
}

describe('the status in a file of Shopify’s', () => {
  const STATUS = 'Handle,Status,Variant SKU';

  it.each([
    ['draft', ['2 Status WRONG_STATE draft noted']],
    ['Archived', ['2 Status WRONG_STATE Archived noted']],
    ['unlisted', ['2 Status WRONG_STATE unlisted noted']],
    ['ACTIVE', []],
    ['', []],
  ])('%s is left alone, and told where the SKU shows another one', (status, notes) => {
    const reading = proposed(STATUS, `tea,${status},tea-s`);
    expect([asked(reading), told(reading)]).toEqual([[], notes]);
  });

  it('is that of the whole product, said once for all of its rows', () => {
    // The RETIRED one is in a product that sells.
    expect(told(proposed(STATUS, 'tea,active,TEA-S', 'tea,,TEA-M'))).toEqual([]);
    expect(told(proposed(STATUS, 'tea,archived,TEA-S', 'tea,,TEA-M'))).toEqual(['2 Status WRONG_STATE archived noted']);
    expect(told(proposed(STATUS, 'tea,draft,TEA-S', 'tea,,TEA-M'))).toEqual([
      '2 Status WRONG_STATE draft noted',
      '3 Status WRONG_STATE draft noted',
    ]);
  });

  it('of a new SKU is told, which begins as DRAFT', () => {
    const reading = proposed('Handle,Published,Option1 Value,Variant SKU', 'tea,TRUE,L,TEA-L', 'tea,false,XL,TEA-XL');
    expect(told(reading)).toEqual(['2 Published WRONG_STATE TRUE noted']);
    expect(reading.faults[0]?.message).toContain('begins as DRAFT');
    expect(asked(reading).map(([operation, target]) => [operation, target])).toEqual([
      ['SKU_CREATE', 'TEA-L'],
      ['SKU_CREATE', 'TEA-XL'],
    ]);
    expect(reading.changes.every(({ change }) => change.patch.state === undefined)).toBe(true);
  });
});

describe('a column that a proposal’s file lacks', () => {
  it('says nothing of what is there', () => {
    const reading = proposed('Handle,Variant SKU,Variant Price', 'tea,TEA-S,11', 'tea,TEA-M,10');
    expect(told(reading)).toEqual([]);
    expect(asked(reading)).toEqual([['SKU_UPDATE', 'TEA-S', { price: '11.00' }]]);
  });

  it('leaves a new SKU to the product’s own title and options', () => {
    const [change] = proposed('Handle,Option1 Value,Variant SKU', 'tea,L,TEA-L').changes;
    expect(change?.change.patch).toMatchObject({
      title: 'Tea - L',
      optionValues: [{ name: 'Size', value: 'L' }],
    });
  });

  it('is asked for where the product is new', () => {
    expect(told(proposed('Handle,Variant SKU,Variant Price', 'cup,CUP,11'))).toEqual(['2 null REQUIRED null']);
    expect(told(proposed('Handle,Title,Variant SKU', 'cup,,CUP'))).toEqual(['2 Title REQUIRED null']);
    expect(told(proposed('Handle,Title,Variant SKU', 'cup,Cup,CUP'))).toEqual([]);
  });

  it('is named by none, or by the nearest that there is', () => {
    const names = 'Handle,Option1 Value,Variant Price';
    const { faults } = headerOf(names)
      .read(rowsOf(['cup,S,5']))
      .joining?.(null) ?? { faults: [] };
    expect(faults.map(({ column, code }) => [column, code])).toEqual([
      [null, 'REQUIRED'],
      [null, 'REQUIRED'],
      ['Option1 Value', 'REQUIRED'],
    ]);
  });
});

describe('rows that say otherwise of their product', () => {
  const NAMES = 'Handle,Title,Vendor,Status,Option1 Name,Option1 Value,Variant SKU';
  const ROWS = ['cup,Cup,Acme,active,Size,S,C-S', 'cup,Mug,Other,draft,,M,C-M', 'cup,Cup,Acme,Active,Colour,L,C-L'];

  it('are told, and what the first one says is taken; another option is another product’s', () => {
    const reading = headerOf(NAMES).read(rowsOf(ROWS));
    expect(told(reading)).toEqual([
      '3 Title ROWS_DISAGREE Mug noted',
      '3 Vendor ROWS_DISAGREE Other noted',
      '3 Status ROWS_DISAGREE draft noted',
      '4 Option1 Name ROWS_DISAGREE Colour',
    ]);
    expect(reading.changes.map(({ change: { target } }) => target)).toEqual(['cup', 'C-S', 'C-M']);
  });

  it('are not taken by a proposal', () => {
    const reading = proposed(NAMES, ...ROWS);
    expect(told(reading).filter((line) => line.includes('ROWS_DISAGREE'))).toEqual([
      '3 Title ROWS_DISAGREE Mug',
      '3 Vendor ROWS_DISAGREE Other',
      '4 Option1 Name ROWS_DISAGREE Colour',
    ]);
    expect(asked(reading).map(([, target]) => target)).toEqual(['cup', 'C-S']);
  });

  it('are judged by the row that describes it, wherever a sorted file has put that', () => {
    const reading = headerOf(NAMES).read(rowsOf(['cup,,,,,M,C-M', 'cup,Cup,Acme,active,Size,S,C-S']));
    expect(reading.faults).toEqual([]);
    expect(reading.changes.map(({ line, change: { patch } }) => [line, patch.state, patch.title])).toEqual([
      [3, undefined, 'Cup'],
      [2, 'ACTIVE', 'Cup - M'],
      [3, 'ACTIVE', 'Cup - S'],
    ]);
  });
});

describe('a category in words', () => {
  it('is left unset by a baseline, and left as it is by a proposal', () => {
    const names = 'Handle,Title,Product Category,Variant SKU';
    expect(headerOf(names).read(rowsOf(['cup,Cup,Home > Mugs,CUP'])).faults[0]?.message).toMatch(/; left unset$/);
    const world = teaWorld(SKUS, { product: teaProduct({ category: 'gid://shopify/TaxonomyCategory/fb' }) });
    const { faults, changes } = headerOf(names).propose(rowsOf(['tea,Tea,Home > Mugs,TEA-S']), new Held(world));
    expect(faults[0]?.message).toMatch(/; the product keeps what it has$/);
    expect(changes).toEqual([]);
  });
});

it('a row without a handle is refused for that, and nothing stands in for anything', () => {
  expect(told(headerOf('Handle,Title,Variant SKU').read(rowsOf([',<b>,CUP'])))).toEqual(['2 Handle REQUIRED null']);
});
