import { describe, expect, it } from '@jest/globals';
import { bundleCsv } from '../../src/domain/imports/bundle-csv/bundle-csv.js';
import { bundleHandles } from '../../src/domain/imports/bundle-csv/bundle-handle.js';
import type { RowFault } from '../../src/domain/imports/csv-row.js';
import { handleFault } from '../../src/domain/catalog/read-product-fields.js';

const KNOWN = { systems: [], attributes: new Map() };
const HEADER = 'Bundle SKU|Bundle Title|Component SKU|Quantity';

function faultsOf(header: string, ...rows: string[]): RowFault[] {
  const read = bundleCsv.readHeader(header.split('|'), KNOWN);
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('; '));
  return read.value.read(rows.map((row, index) => ({ line: index + 2, cells: row.split('|') }))).faults;
}

function told(header: string, ...rows: string[]): string[] {
  return faultsOf(header, ...rows).map(({ line, column, code }) => `${line} ${column} ${code}`);
}

function refusalsOf(header: string): string[] {
  const read = bundleCsv.readHeader(header.split('|'), KNOWN);
  return read.ok ? [] : read.problems.map(({ code, field }) => `${code} ${field?.join('.') ?? ''}`);
}

describe('the header of bundle-csv', () => {
  it('names its columns in any order and case, and nothing else', () => {
    expect(refusalsOf(' quantity |COMPONENT SKU|bundle title|Bundle sku|Price|vendor|Type|handle')).toEqual([]);
    expect(refusalsOf('Bundle SKU|Component SKU|Qty')).toEqual([
      'COLUMN_UNKNOWN Qty',
      'REQUIRED Bundle Title',
      'REQUIRED Quantity',
    ]);
    expect(refusalsOf(`${HEADER}|quantity|`)).toEqual(['COLUMN_UNKNOWN ', 'COLUMN_DUPLICATE ']);
    expect(bundleCsv.template(KNOWN)?.join('|')).toBe(`${HEADER}|Handle|Vendor|Type|Price`);
  });
});

describe('a quantity', () => {
  const quantity = (text: string): string[] => {
    const faults = faultsOf(HEADER, `KIT|Kit|A|${text}`, 'KIT|Kit|B|1');
    return faults.filter(({ line }) => line === 2).map(({ column, code, value }) => `${column} ${code} ${value}`);
  };

  it.each(['1', '01', '1.0', '0001.000', '2000', ' 7 '])('of "%s" is a number of pieces', (text) => {
    expect(quantity(text)).toEqual([]);
  });

  const refused = ['-1', '0', '0.0', '-0', '2001', '1e3', '１', '1,0', '1.5', '+1', "'1", '=1', 'two', '1'.repeat(40)];
  it.each(refused)('of "%s" is refused, and so is all of the bundle', (text) => {
    expect(quantity(text)).toEqual([`Quantity INVALID_FORMAT ${text}`]);
    expect(told(HEADER, `KIT|Kit|A|${text}`, 'KIT|Kit|B|1')).toContain('3 null INVALID_FORMAT');
  });

  it('that is not there is asked for', () => {
    expect(quantity('')).toEqual(['Quantity REQUIRED null']);
  });

  it('of a lone component is at least two', () => {
    expect(told(HEADER, 'KIT|Kit|A|1')).toEqual(['2 Quantity INVALID_FORMAT']);
    expect(told(HEADER, 'KIT|Kit|A|2')).toEqual([]);
  });
});

describe('the rows of a bundle', () => {
  it('may stand anywhere, and say what is its own wherever they like, once or over and over', () => {
    const rows = ['KIT|Kit|A|1', 'BOX|Box|A|1', 'kit||B|1', 'BOX|Box|B|1', 'KIT|Kit|C|1'];
    expect(told(HEADER, ...rows)).toEqual([]);
    expect(told(`${HEADER}|Price`, 'KIT|Kit|A|1|', 'KIT|Kit|B|1|5')).toEqual([]);
  });

  it('are refused together where one contradicts another', () => {
    const rows = ['KIT|Kit|A|1|5', 'BOX|Box|A|2|', 'KIT|Kit!|B|1|', 'KIT|Kit|C|1|5.00'];
    expect(told(`${HEADER}|Price`, ...rows)).toEqual([
      '4 Bundle Title ROWS_DISAGREE',
      '5 Price ROWS_DISAGREE',
      '2 null ROWS_DISAGREE',
    ]);
  });

  it('are refused together where one names no SKU, or one that is there already', () => {
    const rows = ['KIT|Kit||1', 'KIT|Kit|A|1', 'KIT|Kit|a|2', 'KIT|Kit|ＡＢ|1', `KIT|Kit|${'x'.repeat(65)}|1`];
    expect(told(HEADER, ...rows, 'KIT|Kit|fine|1')).toEqual([
      '2 Component SKU REQUIRED',
      '5 Component SKU INVALID_FORMAT',
      '6 Component SKU TOO_LONG',
      '4 Component SKU DUPLICATE_CHANGE',
      '3 null REQUIRED',
      '7 null REQUIRED',
    ]);
  });

  it('are thirty at most: those beyond are named', () => {
    const rows = (n: number): string[] => Array.from({ length: n }, (_, index) => `KIT|Kit|C-${index}|1`);
    expect(told(HEADER, ...rows(30))).toEqual([]);
    expect(told(HEADER, ...rows(31)).slice(0, 2)).toEqual(['32 Component SKU TOO_MANY', '2 null TOO_MANY']);
    expect(told(HEADER, ...rows(31))).toHaveLength(31);
  });

  it('bear a code that a SKU may have', () => {
    expect(told(HEADER, 'K\u202eIT|Kit|A|2', 'K\ud800|Kit|A|2')).toEqual([
      '2 Bundle SKU INVALID_FORMAT',
      '3 Bundle SKU INVALID_FORMAT',
    ]);
  });

  it('take the guard of an export off, and no other apostrophe', () => {
    expect(told(HEADER, "'=1+1|Kit|'-A|1", '=1+1|Kit|-a|1')).toEqual([
      '3 Component SKU DUPLICATE_CHANGE',
      '2 null DUPLICATE_CHANGE',
    ]);
    expect(told(HEADER, "'00123|Kit|A|1", '00123|Kit|A|2', "'00123|Kit|B|1")).toEqual([]);
  });
});

describe('a row of which nobody can tell the bundle', () => {
  const kits = ['KIT|Kit|A|1', 'KIT|Kit|B|1', 'BOX|Box|A|2', 'SET|Set|A|2'];
  const after = (place: number, row: string): string[] => told(HEADER, ...kits.toSpliced(place, 0, row));

  it('takes those down that stand before and behind it, because one of them would be half a bundle', () => {
    expect(after(2, '|Kit|C|1')).toEqual([
      '4 Bundle SKU REQUIRED',
      '2 Bundle SKU ROWS_DISAGREE',
      '3 null ROWS_DISAGREE',
      '5 Bundle SKU ROWS_DISAGREE',
    ]);
    expect(after(1, '||C|1')).toEqual(['3 Bundle SKU REQUIRED', '2 Bundle SKU ROWS_DISAGREE', '4 null ROWS_DISAGREE']);
    expect(after(4, '||C|1')).toEqual(['6 Bundle SKU REQUIRED', '5 Bundle SKU ROWS_DISAGREE']);
  });

  it('and the one that it seems to name, where its cells are too few or too many', () => {
    expect(after(4, 'KIT|Kit|C')).toEqual([
      '6 null CSV_INVALID',
      '2 Bundle SKU ROWS_DISAGREE',
      '3 null ROWS_DISAGREE',
      '5 Bundle SKU ROWS_DISAGREE',
    ]);
    expect(after(4, 'BOX|Box, big|C|1|2')[0]).toBe('6 null CSV_INVALID');
    expect(after(4, 'KIT|Kit|C|1||')).toEqual([]);
  });
});

describe('a bundle within a bundle', () => {
  it('takes the outer ones down where it is not taken, at every depth and in any order', () => {
    const rows = ['OUTER|O|MIDDLE|1', 'OUTER|O|A|1', 'MIDDLE|M|INNER|2', 'INNER|I|A|0', 'OTHER|X|A|2'];
    expect(told(HEADER, ...rows)).toEqual([
      '2 Component SKU NOT_FOUND',
      '3 null NOT_FOUND',
      '4 Component SKU NOT_FOUND',
      '5 Quantity INVALID_FORMAT',
    ]);
  });
});

describe('the handle of a new bundle', () => {
  it.each([
    ['Sprite Yoga Companion Kit', '24-WG080', 'sprite-yoga-companion-kit', 'sprite-yoga-companion-kit-24-wg080'],
    ['  Crème & Brûlée (2×)! ', 'C_B', 'creme-brulee-2', 'creme-brulee-2-c-b'],
    ['ヨガセット', 'YG-1', 'yg-1', undefined],
    ['ヨガ', '***', undefined, undefined],
  ])('of %s, %s', (title, code, first, second) => {
    const handles = bundleHandles(title, code);
    expect([handles[0], handles[1]]).toEqual([first, second]);
    expect(handles.map(handleFault)).toEqual(handles.map(() => null));
  });

  it('is a handle, however long the title', () => {
    for (const handle of bundleHandles('a b '.repeat(100), 'x'.repeat(64))) expect(handleFault(handle)).toBeNull();
  });
});
