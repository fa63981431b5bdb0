import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { definitionsOf } from '../../src/domain/attributes/read-attribute-list.js';
import { guardCell, unguardCell } from '../../src/domain/imports/cell-guard.js';
import { attributeOf, attributeText } from '../../src/domain/imports/sku-csv/attribute-text.js';
import { NAMED_COLUMNS, columnNamed } from '../../src/domain/imports/sku-csv/sku-column.js';
import { readSkuColumns } from '../../src/domain/imports/sku-csv/sku-columns.js';

/** Text of which many begin with what spreadsheets run. */
const cells = fc.tuple(fc.constantFrom('', "'", "''", '=', '+', '-', '@', '\t', '\r', '＝', 'a', '0'), fc.string());

describe('the guard of a cell', () => {
  it('comes off as it went on, whatever the cell', () => {
    fc.assert(
      fc.property(cells, ([start, rest]) => {
        expect(unguardCell(guardCell(start + rest))).toBe(start + rest);
      }),
    );
  });

  it('keeps every cell from beginning as a formula does', () => {
    fc.assert(
      fc.property(cells, ([start, rest]) => {
        expect(guardCell(start + rest)).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      }),
    );
    expect(['=1+1', '-ABC', "'00123", '00123'].map(guardCell)).toEqual(["'=1+1", "'-ABC", "''00123", '00123']);
  });

  it('leaves an apostrophe alone that is no guard', () => {
    expect(unguardCell("'00123")).toBe("'00123");
    expect(unguardCell("'tis")).toBe("'tis");
  });
});

describe('an attribute as a cell', () => {
  it.each([
    ['TEXT', ['wool', 'true', '12.50', '"quoted"']],
    ['NUMBER', ['12.5', '-7']],
    ['BOOLEAN', [true, false]],
    ['DATE', ['2026-11-25']],
  ] as const)('of the type %s is read back to the same value', (type, values) => {
    for (const value of values) {
      expect(attributeOf(attributeText(value), { key: 'a', name: 'A', type })).toBe(value);
    }
  });

  it('is nothing where the cell is empty, and what an earlier time left behind is shown', () => {
    expect(attributeOf('', undefined)).toBeNull();
    expect([attributeText(undefined), attributeText(null), attributeText(['a', 1])]).toEqual(['', '', '["a",1]']);
  });
});

const KNOWN = {
  systems: ['uk'],
  attributes: definitionsOf([{ key: 'material', name: 'Material', type: 'TEXT' }]),
};

function told(...names: string[]): string[] {
  const read = readSkuColumns(names, KNOWN);
  return read.ok ? [] : read.problems.map(({ code, field }) => `${code} ${field?.join('.')}`);
}

describe('the header of a sku-csv file', () => {
  it('is matched without case, but for keys and codes of systems', () => {
    expect(
      told(' CODE ', 'compareatprice', 'PRODUCT.Title', 'product.HANDLE', 'price@uk', 'ATTRIBUTE.material'),
    ).toEqual([]);
    expect(columnNamed('Attribute.Material')).toEqual({ of: 'SKU', kind: 'attribute', key: 'Material' });
    expect(columnNamed('product.attribute.a.b')).toEqual({ of: 'PRODUCT', kind: 'attribute', key: 'a.b' });
  });

  it('names everything that is wrong with it at once', () => {
    expect(
      told(
        'code',
        'pirce',
        '',
        'price',
        'Price',
        'price@us',
        'weight',
        'attribute.',
        'attribute.Material',
        'Variant SKU',
      ),
    ).toEqual([
      'COLUMN_UNKNOWN pirce',
      'COLUMN_UNKNOWN ',
      'COLUMN_DUPLICATE Price',
      'SYSTEM_UNKNOWN price@us',
      'COLUMN_UNKNOWN attribute.',
      'ATTRIBUTE_UNKNOWN attribute.Material',
      'COLUMN_UNKNOWN Variant SKU',
      'REQUIRED weightUnit',
    ]);
    expect(told('title', 'product.title')).toEqual(['REQUIRED code', 'REQUIRED product.handle']);
  });

  it('takes all columns that there are', () => {
    expect(told(...NAMED_COLUMNS.keys())).toEqual([]);
  });
});

describe('docs/sku-csv.md', () => {
  it('documents every column, and none that is not there', () => {
    const text = readFileSync(fileURLToPath(new URL('../../docs/sku-csv.md', import.meta.url)), 'utf8');
    const tables = text.slice(text.indexOf('## Columns of the SKU'), text.indexOf('## `mode=baseline`'));
    const first = tables.split('\n').flatMap((row) => (row.startsWith('| `') ? [row.split('|')[1] ?? ''] : []));
    const documented = first.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''));
    expect(documented.filter((name) => columnNamed(name) === null)).toEqual([]);
    expect([...NAMED_COLUMNS.keys()].filter((name) => !documented.includes(name))).toEqual([]);
  });
});
