import { describe, expect, it } from '@jest/globals';
import type { FileBatch } from '../../src/application/imports/reading-batches.js';
import type { Reading } from '../../src/application/imports/reading-batches.js';
import { BATCH_SIZE, readingBatches } from '../../src/application/imports/reading-batches.js';
import type { RowFault } from '../../src/domain/imports/csv-row.js';
import { shopifyCsv } from '../../src/domain/imports/shopify-csv.js';

const HOW: Reading = {
  format: shopifyCsv,
  known: { systems: [], attributes: new Map() },
  read: (header, rows) => header.read(rows),
  batchSize: BATCH_SIZE,
};
const HEADER = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Published';

function batchesOf(...rows: string[]): Promise<FileBatch[]> {
  return batchesAfter(0, rows);
}

async function batchesAfter(line: number, rows: readonly string[]): Promise<FileBatch[]> {
  const chunks = (async function* () {
    yield Buffer.from([HEADER, ...rows, ''].join('\n'));
  })();
  const batches: FileBatch[] = [];
  for await (const batch of readingBatches(chunks, HOW, line)) batches.push(batch);
  return batches;
}

function faultsOf(batches: readonly FileBatch[]): RowFault[] {
  return batches.flatMap(({ faults }) => faults);
}

function codesOf(batches: readonly FileBatch[]): string[] {
  const changes = batches.flatMap(({ readings }) => readings.flatMap((reading) => reading.changes));
  return changes.flatMap(({ change }) => (change.operation === 'SKU_CREATE' ? [change.target] : []));
}

function rowsIn(batches: readonly FileBatch[]): number {
  return batches.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
}

describe('the batches of a file', () => {
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
    expect(rowsIn(batches)).toBe(2_500);
    expect(codesOf(batches)).toHaveLength(2_500);
  });

  it('go on behind any line at which one ended, as if there had been no end', async () => {
    // Broken rows within and between products, a product that is too long, and broken rows behind its limit.
    const rows = Array.from({ length: 6_000 }, (_, n) => {
      if (n % 7 === 3) return 'broken';
      const handle = n < 3_000 ? `p-${n >> 2}` : n < 5_800 ? 'long' : 'end';
      return `${handle},P,Size,${n},C-${n},1,,`;
    });
    const whole = await batchesOf(...rows);
    expect(whole.length).toBeGreaterThan(4);
    for (const [index, { lastLine }] of whole.entries()) {
      const rest = await batchesAfter(lastLine, rows);
      expect(codesOf(rest)).toEqual(codesOf(whole.slice(index + 1)));
      expect(faultsOf(rest)).toEqual(faultsOf(whole.slice(index + 1)));
      expect(rowsIn(rest)).toBe(rowsIn(whole.slice(index + 1)));
    }
    expect(rowsIn(whole)).toBe(6_000);
    expect(whole.at(-1)?.lastLine).toBe(6_001);
    expect(faultsOf(whole).filter(({ code }) => code === 'TOO_MANY').length).toBeGreaterThan(200);
  });
});
