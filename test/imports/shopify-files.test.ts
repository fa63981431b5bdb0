import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Reading } from '../../src/application/imports/reading-batches.js';
import { BATCH_SIZE, readingBatches } from '../../src/application/imports/reading-batches.js';
import type { ProposedChange } from '../../src/domain/change/change.js';
import { shopifyCsv } from '../../src/domain/imports/shopify-csv.js';

const HOW: Reading = {
  format: shopifyCsv,
  known: { systems: [], attributes: new Map() },
  read: (header, rows) => header.read(rows),
  batchSize: BATCH_SIZE,
};
const FIXTURES = resolve(import.meta.dirname, 'fixtures');
const SAMPLES = resolve(import.meta.dirname, '../../../shared/data/shopify-sample');

interface FileReading {
  changes: ProposedChange[];
  /** Line, column, code and whether the whole row was rejected. */
  faults: string[];
  ignored: readonly string[];
  rowsRead: number;
}

async function read(bytes: Buffer): Promise<FileReading> {
  const chunks = (async function* () {
    // In pieces, as they come from the network: no piece may end in the middle of what is read.
    for (let at = 0; at < bytes.length; at += 97) yield bytes.subarray(at, at + 97);
  })();
  const out: FileReading = { changes: [], faults: [], ignored: [], rowsRead: 0 };
  for await (const batch of readingBatches(chunks, HOW, 0)) {
    out.rowsRead += batch.rowsRead;
    out.ignored = batch.header?.ignored ?? out.ignored;
    for (const { changes } of batch.readings) out.changes.push(...changes.map(({ change }) => change));
    for (const { line, column, code, rejected } of batch.faults) {
      out.faults.push(`${line} ${column} ${code}${rejected ? '' : ' noted'}`);
    }
  }
  return out;
}

function fixture(name: string): Buffer {
  return readFileSync(resolve(FIXTURES, name));
}

const TENT = {
  title: 'Trail Tent, 2 persons',
  vendor: 'North & Co',
  productType: 'Tents',
  tags: ['"new"', 'camping', 'summer'],
  optionNames: ['Color', 'Size'],
};

const MOSS = {
  product: 'trail-tent',
  state: 'ACTIVE',
  title: 'Trail Tent, 2 persons - Moss / 2P',
  optionValues: [
    { name: 'Color', value: 'Moss' },
    { name: 'Size', value: '2P' },
  ],
  gtin: '4006381333931',
  price: '349.00',
  compareAtPrice: '399.00',
  cost: '140.00',
  weight: { value: '2150', unit: 'GRAMS' },
  requiresShipping: true,
  taxable: true,
  taxCode: 'PC040100',
};

describe('a file as Shopify exported it until 2025', () => {
  it('is read with all of its columns, and says which ones say nothing to the master', async () => {
    const { changes, faults, ignored, rowsRead } = await read(fixture('shopify-until-2025.csv'));
    expect(changes.map(({ operation, target }) => `${operation} ${target}`)).toEqual([
      'PRODUCT_CREATE trail-tent',
      'SKU_CREATE TENT-MOSS-2',
      'SKU_CREATE TENT-SAND-2',
      'PRODUCT_CREATE gift-note',
      'SKU_CREATE NOTE',
      'PRODUCT_CREATE old-lamp',
      'SKU_CREATE LAMP',
    ]);
    expect(changes[0]?.patch).toEqual(TENT);
    expect(changes[1]?.patch).toEqual(MOSS);
    expect(changes[2]?.patch).toMatchObject({ weight: null, compareAtPrice: null, taxable: false, gtin: null });
    expect(changes[4]?.patch).toMatchObject({ title: 'Gift note', optionValues: [], requiresShipping: false });
    expect(changes[6]?.patch).toMatchObject({ state: 'DRAFT' });
    expect(faults).toEqual([
      '2 Product Category INVALID_FORMAT noted',
      '7 Status INVALID_FORMAT noted',
      '8 Status INVALID_FORMAT noted',
    ]);
    expect(rowsRead).toBe(5);
    for (const name of [
      'Option1 Linked To',
      'Unit Price Total Measure',
      'Variant Weight Unit',
      'Included / International',
      'Price / International',
      'Compare At Price / United States',
      'Fabric (product.metafields.custom.fabric)',
      'Image Src',
    ]) {
      expect(ignored).toContain(name);
    }
    expect(ignored).toHaveLength(31);
  });
});

describe('a file as Shopify exports it today', () => {
  it('is read to the same values under the new names', async () => {
    const { changes, faults, ignored } = await read(fixture('shopify-today.csv'));
    expect(changes[0]?.patch).toEqual({ ...TENT, category: 'gid://shopify/TaxonomyCategory/sg-4-2-12' });
    expect(changes[1]?.patch).toEqual(MOSS);
    // A linked option that names its value by an id of Shopify's: taken as it stands, and told.
    expect(changes[2]?.patch).toMatchObject({
      optionValues: [{ value: 'gid://shopify/Metaobject/7' }, { value: '2P' }],
    });
    expect(faults).toEqual(['4 Option1 value INVALID_FORMAT noted']);
    expect(ignored).toEqual(
      expect.arrayContaining(['Option1 Linked To', 'Price / International', 'Compare-at price / International']),
    );
  });
});

describe('either file', () => {
  const asIs = (text: string): string => text;
  const ways: [string, (text: string) => string][] = [
    ['a byte order mark', (text) => `\uFEFF${text}`],
    ['CR LF, also inside of cells', (text) => text.replaceAll('\n', '\r\n')],
    ['CR alone', (text) => text.replaceAll('\n', '\r')],
    ['semicolons', (text) => stringify(parse(text), { delimiter: ';' })],
    ['tabs', (text) => stringify(parse(text), { delimiter: '\t' })],
    ['every cell in quotes', (text) => stringify(parse(text), { quoted: true })],
    [
      'no line end after the last row, and blank lines between',
      (text) => text.trimEnd().replace('\ntrail-tent,,,', '\n\n\ntrail-tent,,,'),
    ],
  ];

  it.each(ways)('reads the same with %s', async (_, written) => {
    for (const name of ['shopify-until-2025.csv', 'shopify-today.csv']) {
      const text = fixture(name).toString('utf8');
      const plain = await read(Buffer.from(asIs(text)));
      const other = await read(Buffer.from(written(text)));
      expect(other.changes.map(withoutBreaks)).toEqual(plain.changes.map(withoutBreaks));
      expect(other.faults).toHaveLength(plain.faults.length);
      expect(other.ignored).toEqual(plain.ignored);
    }
  });
});

function withoutBreaks(change: ProposedChange): unknown {
  return JSON.parse(JSON.stringify(change).replaceAll('\\r', ''));
}

describe('Shopify’s own sample files', () => {
  for (const name of ['apparel.csv', 'home-and-garden.csv', 'jewelery.csv']) {
    const path = resolve(SAMPLES, name);
    const isHere = existsSync(path);
    it(`${name} names every variant without a SKU${isHere ? '' : ' (data not here)'}`, async () => {
      expect(isHere).toBe(existsSync(path));
      if (!isHere) return;
      const { changes, faults, rowsRead } = await read(readFileSync(path));
      expect(changes.filter(({ operation }) => operation === 'SKU_CREATE')).toEqual([]);
      const nameless = faults.filter((fault) => fault.endsWith('Variant SKU REQUIRED'));
      expect(nameless.length).toBeGreaterThan(15);
      expect(nameless.length).toBeLessThanOrEqual(rowsRead);
    });
  }
});
