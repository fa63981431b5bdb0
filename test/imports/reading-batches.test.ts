import { describe, expect, it } from '@jest/globals';
import type { FileBatch } from '../../src/application/imports/reading-batches.js';
import { readingBatches } from '../../src/application/imports/reading-batches.js';
import type { RowFault } from '../../src/domain/imports/csv-row.js';
import { shopifyCsv } from '../../src/domain/imports/shopify-csv.js';

const HEADER = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Published';

async function batchesOf(...rows: string[]): Promise<FileBatch[]> {
  const chunks = (async function* () {
    yield Buffer.from([HEADER, ...rows, ''].join('\n'));
  })();
  const batches: FileBatch[] = [];
  for await (const batch of readingBatches(chunks, shopifyCsv)) batches.push(batch);
  return batches;
}

function faultsOf(batches: readonly FileBatch[]): RowFault[] {
  return batches.flatMap(({ faults }) => faults);
}

function codesOf(batches: readonly FileBatch[]): string[] {
  const changes = batches.flatMap(({ readings }) => readings.flatMap((reading) => reading.changes));
  return changes.flatMap(({ change }) => (change.operation === 'SKU_CREATE' ? [change.target] : []));
}

describe('the batches of a file', () => {
  it('name the line of the code that a row doubles, without case, across products', async () => {
    const batches = await batchesOf('a,A,Title,Default Title,SH-S,1,,', 'b,B,Title,Default Title,sh-s,1,bad,');
    expect(codesOf(batches)).toEqual(['SH-S']);
    expect(faultsOf(batches)).toEqual([
      {
        line: 3,
        column: 'Variant SKU',
        code: 'CODE_TAKEN',
        message: 'the code is in line 2 already; a code is never used twice',
        value: 'sh-s',
        rejected: true,
        subject: null,
      },
    ]);
  });

  it('leave the code of a rejected row to a later one', async () => {
    const batches = await batchesOf('a,A,Size,,A,1,,', 'a,,,M,A,1,,');
    expect(codesOf(batches)).toEqual(['A']);
    expect(faultsOf(batches)).toMatchObject([{ line: 2, column: 'Option1 Value', rejected: true }]);
  });

  it('say of every noted value which field of what it is, and what the file has there', async () => {
    const batches = await batchesOf('cup,<b>Cup</b>,Size,S,CUP-S,ten,123,perhaps');
    expect(faultsOf(batches).map(({ value, subject }) => [subject, value])).toEqual([
      [{ entity: 'PRODUCT', key: 'cup', field: 'title' }, '<b>Cup</b>'],
      [{ entity: 'PRODUCT', key: 'cup', field: 'state' }, 'perhaps'],
      [{ entity: 'SKU', key: 'CUP-S', field: 'price' }, 'ten'],
      [{ entity: 'SKU', key: 'CUP-S', field: 'gtin' }, '123'],
    ]);
  });

  it('hold about a thousand changes each, never part of a product, and every row once', async () => {
    const rows = Array.from({ length: 2_500 }, (_, n) => `p-${n >> 1},P,Size,${n % 2 ? 'S' : 'M'},C-${n},1,,`);
    const batches = await batchesOf(...rows);
    expect(batches.map(({ readings }) => readings.flatMap(({ changes }) => changes).length)).toEqual([
      1_002, 1_002, 1_002, 744,
    ]);
    expect(batches.map(({ rowsRead }) => rowsRead).reduce((a, b) => a + b)).toBe(2_500);
    expect(codesOf(batches)).toHaveLength(2_500);
  });
});
