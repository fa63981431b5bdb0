import { describe, expect, it } from '@jest/globals';
import { delimiterOf, lineBreaksIn } from '../../src/domain/imports/csv-row.js';
import type { RowFault } from '../../src/domain/imports/csv-row.js';
import type { ImportHeader, RowChange } from '../../src/domain/imports/import-format.js';
import { shopifyCsv } from '../../src/domain/imports/shopify-csv.js';

const OLD =
  'Handle,Title,Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,' +
  'Variant Grams,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,' +
  'Cost per item,Status,Product Category';
const NEW =
  'Title,URL handle,Vendor,Type,Tags,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Price,' +
  'Compare-at price,Cost per item,Charge tax,Weight value (grams),Requires shipping';

interface ProductReading {
  product: RowChange;
  skus: RowChange[];
  faults: RowFault[];
}

function headerOf(names: string[]): ImportHeader {
  const header = shopifyCsv.readHeader(names, { systems: [], attributes: new Map() });
  if (!header.ok) throw new Error(header.problems.map(({ message }) => message).join('; '));
  return header.value;
}

/** Rows by column name, under a header of Shopify's. */
function read(header: string, rows: Record<string, string>[]): ProductReading {
  const names = header.split(',');
  for (const key of rows.flatMap((row) => Object.keys(row))) expect(names).toContain(key);
  const lines = rows.map((row, index) => ({ line: index + 2, cells: names.map((name) => row[name] ?? '') }));
  const { changes, faults } = headerOf(names).read(lines);
  const [product, ...skus] = changes;
  if (!product || changes.some(({ together }) => together))
    throw new Error('a product comes first, and each of its SKUs stands for itself');
  return { product, skus, faults };
}

const NO_CHANGE = { operation: 'SKU_CREATE', target: 'SH', baseRevision: null, patch: {} } as const;

const SHIRT = {
  Handle: 'shirt',
  Title: 'Shirt',
  Vendor: 'Luma',
  'Option1 Name': 'Size',
  'Option1 Value': 'S',
  'Variant SKU': 'SH-S',
  'Variant Price': '10',
  Status: 'active',
};

/** The patch of the first SKU of a shirt with these cells. */
function shirt(cells: Record<string, string>): { patch: Record<string, unknown>; faults: ProductReading['faults'] } {
  const { skus, faults } = read(OLD, [{ ...SHIRT, ...cells }]);
  return { patch: skus[0]?.change.patch ?? {}, faults };
}

describe('the header', () => {
  it('is matched without case and spaces, in both of Shopify’s fashions', () => {
    const header = headerOf(['  HANDLE ', 'variant sku', 'Image Src']);
    expect(header.groupKey([' Shirt', 'SH'])).toBe('shirt');
    expect(header.placeOf({ line: 2, change: NO_CHANGE }, ['code']).column).toBe('variant sku');
    expect(headerOf(['URL handle', 'SKU']).isNamed(['shirt', 'SH'])).toBe(true);
  });

  it('is refused without handles and without SKUs', () => {
    expect(shopifyCsv.readHeader(['Name', 'Email', 'Title'], { systems: [], attributes: new Map() }).ok).toBe(false);
    expect(shopifyCsv.readHeader(['Handle', 'Title'], { systems: [], attributes: new Map() }).ok).toBe(true);
  });

  it('is refused where two columns say the same, each pair by its places', () => {
    const names = ['Handle', 'SKU', 'Image Src', 'variant sku ', 'Image Src', 'Price', 'price'];
    const refused = shopifyCsv.readHeader(names, { systems: [], attributes: new Map() });
    expect(refused).toMatchObject({ ok: false });
    expect(refused.ok ? [] : refused.problems.map(({ message }) => message)).toEqual([
      'two columns say the same: "SKU" (2) and "variant sku" (4)',
      'two columns say the same: "Price" (6) and "price" (7)',
    ]);
  });

  it('tells the delimiter, quotes left out of account', () => {
    expect(delimiterOf('Handle;"a,b,c,d";SKU')).toBe(';');
    expect(delimiterOf('Handle\tTitle\tSKU')).toBe('\t');
    expect(delimiterOf('just a sentence')).toBeNull();
  });

  it('counts line breaks of any kind inside of cells', () => {
    expect(lineBreaksIn(['a\r\nb', 'c\nd\re', 'f'])).toBe(3);
  });
});

describe('a product of Shopify’s export', () => {
  it('becomes a product and its SKUs in canonical form', () => {
    const reading = read(OLD, [
      {
        ...SHIRT,
        Type: 'Tops',
        Tags: 'summer, Cotton , summer',
        'Option2 Name': 'Color',
        'Option2 Value': 'Red',
        'Variant Grams': '454',
        'Variant Price': '52.5',
        'Variant Compare At Price': '60',
        'Variant Barcode': "'4006381333931",
        'Variant Taxable': 'FALSE',
        'Cost per item': '20',
      },
      {
        Handle: 'shirt',
        'Option1 Value': 'M',
        'Option2 Value': 'Red',
        'Variant SKU': 'SH-M',
        'Variant Price': '52.50',
      },
    ]);
    expect(reading.faults).toEqual([]);
    expect(reading.product.change).toEqual({
      operation: 'PRODUCT_CREATE',
      target: 'shirt',
      baseRevision: null,
      patch: {
        title: 'Shirt',
        vendor: 'Luma',
        productType: 'Tops',
        category: null,
        tags: ['Cotton', 'summer'],
        optionNames: ['Size', 'Color'],
      },
    });
    expect(reading.skus[0]?.change).toMatchObject({
      operation: 'SKU_CREATE',
      target: 'SH-S',
      patch: {
        product: 'shirt',
        state: 'ACTIVE',
        title: 'Shirt - S / Red',
        optionValues: [
          { name: 'Size', value: 'S' },
          { name: 'Color', value: 'Red' },
        ],
        price: '52.50',
        compareAtPrice: '60.00',
        cost: '20.00',
        weight: { value: '454', unit: 'GRAMS' },
        gtin: '4006381333931',
        taxable: false,
      },
    });
    expect(reading.skus[1]).toMatchObject({ line: 3, change: { target: 'SH-M', patch: { state: 'ACTIVE' } } });
  });

  it('reads the headers that Shopify writes today', () => {
    const { skus, faults } = read(NEW, [
      {
        Title: 'Pot',
        'URL handle': 'pot',
        SKU: 'POT-1',
        Barcode: '4006381333931',
        'Option1 name': 'Title',
        'Option1 value': 'Default Title',
        Price: '9.99',
        'Charge tax': 'true',
        'Weight value (grams)': '120.5',
        Status: 'Draft',
      },
    ]);
    expect(faults).toEqual([]);
    expect(skus[0]?.change.patch).toMatchObject({
      title: 'Pot',
      optionValues: [],
      state: 'DRAFT',
      weight: { value: '120.5', unit: 'GRAMS' },
      gtin: '4006381333931',
    });
  });

  it('passes over image rows, and over nothing else', () => {
    const { skus, faults } = read(OLD, [SHIRT, { Handle: 'shirt' }, { Handle: 'shirt', 'Variant Price': '3' }]);
    expect(skus).toHaveLength(1);
    expect(faults.map(({ line, code, column }) => [line, code, column])).toEqual([
      [4, 'REQUIRED', 'Variant SKU'],
      [4, 'REQUIRED', 'Option1 Value'],
    ]);
  });

  it.each([
    [{ Status: 'active' }, 'ACTIVE', 0],
    [{ Status: 'draft' }, 'DRAFT', 0],
    [{ Status: 'archived' }, 'DRAFT', 1],
    [{ Status: '', Published: 'TRUE' }, 'ACTIVE', 0],
    [{ Status: '', Published: 'false' }, 'DRAFT', 0],
    [{ Status: '' }, 'DRAFT', 0],
    [{ Status: '', Published: 'perhaps' }, 'DRAFT', 1],
  ])('takes the state of %j as %s', (cells, state, notes) => {
    const { patch, faults } = shirt(cells);
    expect(patch.state).toBe(state);
    expect(faults.map(({ rejected }) => rejected)).toEqual(Array.from({ length: notes }, () => false));
  });

  it('keeps handles that Shopify allows and people may not give', () => {
    expect(shirt({ Handle: 'Größe_L' }).patch.product).toBe('Größe_L');
    expect(shirt({ Handle: 'two words' }).faults).toMatchObject([
      { line: 2, column: 'Handle', code: 'INVALID_FORMAT', value: 'two words', rejected: true },
    ]);
    expect(shirt({ Handle: '' }).faults).toMatchObject([{ code: 'REQUIRED', column: 'Handle', rejected: true }]);
  });

  it('lets the handle stand in for a title that does not hold', () => {
    const { patch, faults } = shirt({ Title: '<b>Shirt</b>' });
    expect(patch.title).toBe('shirt - S');
    expect(faults).toMatchObject([{ column: 'Title', code: 'INVALID_FORMAT', rejected: false }]);
  });
});

describe('a row that cannot be taken', () => {
  it.each([
    [{ 'Variant SKU': '' }, 'REQUIRED', 'Variant SKU'],
    [{ 'Variant SKU': 'Größe' }, 'INVALID_FORMAT', 'Variant SKU'],
    [{ 'Variant SKU': 'x'.repeat(65) }, 'TOO_LONG', 'Variant SKU'],
    [{ 'Option1 Name': '' }, 'REQUIRED', 'Option1 Name'],
    [{ 'Option2 Value': 'Red' }, 'REQUIRED', 'Option2 Name'],
    [{ 'Option2 Name': 'Color' }, 'REQUIRED', 'Option2 Value'],
    [{ 'Option2 Name': 'SIZE', 'Option2 Value': 'S' }, 'DUPLICATE_CHANGE', 'Option1 Name'],
  ])('%j is rejected as %s in %s', (cells, code, column) => {
    const { patch, faults } = shirt(cells);
    expect(patch).toEqual({});
    expect(faults).toMatchObject([{ line: 2, code, column, rejected: true }]);
  });

  it('leaves its code to a later row', () => {
    const { skus } = read(OLD, [
      { ...SHIRT, 'Option1 Value': '', 'Variant SKU': 'A' },
      { Handle: 'shirt', 'Option1 Value': 'M', 'Variant SKU': 'A', 'Variant Price': '1' },
    ]);
    expect(skus.map(({ line }) => line)).toEqual([3]);
  });
});

describe('a value that does not hold', () => {
  it.each([
    ['Variant Price', 'ten', 'price', 'INVALID_FORMAT'],
    ['Variant Price', '1,234.50', 'price', 'INVALID_FORMAT'],
    ['Variant Price', '-1', 'price', 'INVALID_FORMAT'],
    ['Cost per item', '$5', 'cost', 'INVALID_FORMAT'],
    ['Variant Grams', 'heavy', 'weight', 'INVALID_FORMAT'],
    ['Variant Barcode', '4006381333930', 'gtin', 'GTIN_INVALID'],
    ['Variant Barcode', "'ABC", 'gtin', 'GTIN_INVALID'],
  ])('%s "%s" is noted, and the SKU is taken without it', (column, value, field, code) => {
    const { patch, faults } = shirt({ [column]: value });
    expect(patch.product).toBe('shirt');
    expect(patch[field] ?? null).toBeNull();
    expect(faults).toMatchObject([{ line: 2, column, value, code, rejected: false }]);
  });

  it('takes 0 as not set where Shopify writes it so', () => {
    const { patch, faults } = shirt({ 'Variant Grams': '0', 'Variant Compare At Price': '0.00', 'Cost per item': '0' });
    expect(patch).toMatchObject({ weight: null, compareAtPrice: null, cost: '0.00' });
    expect(faults).toEqual([]);
  });

  it('leaves a compare-at price unset that is not above the price', () => {
    const { patch, faults } = shirt({ 'Variant Compare At Price': '10.00' });
    expect(patch).toMatchObject({ price: '10.00', compareAtPrice: null });
    expect(faults).toMatchObject([{ column: 'Variant Compare At Price', value: '10.00', rejected: false }]);
  });

  it('is noted for the product once, whole lists at a time', () => {
    const { product, faults } = read(OLD, [
      { ...SHIRT, Tags: `fine,${'x'.repeat(256)}`, 'Product Category': 'Apparel > Tops' },
      { Handle: 'shirt', 'Option1 Value': 'M', 'Variant SKU': 'SH-M' },
    ]);
    expect(product.change.patch.tags).toBeUndefined();
    expect(faults.map(({ line, column }) => [line, column])).toEqual([
      [2, 'Product Category'],
      [2, 'Tags'],
    ]);
  });

  it('keeps a code that begins with an apostrophe and says so', () => {
    const { skus, faults } = read(OLD, [{ ...SHIRT, 'Variant SKU': "'00123" }]);
    expect(skus[0]?.change.target).toBe("'00123");
    expect(faults).toMatchObject([{ column: 'Variant SKU', rejected: false }]);
  });
});
