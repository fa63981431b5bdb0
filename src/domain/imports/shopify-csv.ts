import type { Weight } from '../catalog/sku.js';
import { weightInGrams } from '../catalog/sku.js';
import { compareDecimals, decimalDistance } from '../primitives/decimal.js';
import type { Json } from '../primitives/json.js';
import type { Outcome } from '../problem.js';
import { accepted, problem, refused } from '../problem.js';
import type { CsvRow } from './csv-row.js';
import type { Held } from './held.js';
import type { FaultPlace, GroupReading, ImportFormat, ImportHeader, Named, RowChange } from './import-format.js';
import { namedBy, proposeCreations } from './propose-creations.js';
import { readShopifyProduct } from './read-shopify-product.js';
import { columnOfField } from './read-shopify-sku.js';
import { ShopifyColumns } from './shopify-columns.js';

/** 2,048 variants and 250 images of one product (Shopify's limits); more rows under one handle are no product. */
const PRODUCT_ROWS = 2_500;

/** Half of the last digit of a weight in whole grams. */
const ROUNDED_GRAMS = '0.5';

/** Shopify's own product export: one group is one product, whose rows stand together under its handle. */
export const shopifyCsv: ImportFormat = {
  code: 'shopify-csv',
  nothing: {
    code: 'CSV_NO_SKUS',
    message: 'no row has a SKU, so nothing could be taken; give the variants SKUs and export again',
  },
  // Shopify gives out its own, and writes these files itself.
  template: () => null,
  readHeader(names: readonly string[]): Outcome<ImportHeader> {
    const columns = new ShopifyColumns(names);
    if (!columns.has('handle') && !columns.has('sku')) {
      const told = 'there is neither a handle nor a SKU column: this is no product export of Shopify';
      return refused(problem('CSV_INVALID', told));
    }
    const doubled = columns.doubled.map((pair) => problem('CSV_INVALID', `two columns say the same: ${pair}`));
    return doubled.length > 0 ? refused(...doubled) : accepted(new ShopifyHeader(columns));
  },
};

class ShopifyHeader implements ImportHeader {
  readonly width: number;
  readonly group: ImportHeader['group'];
  readonly ignored: readonly string[];

  constructor(private readonly columns: ShopifyColumns) {
    this.width = columns.width;
    this.ignored = columns.unknown;
    this.group = { rows: PRODUCT_ROWS, noun: 'product', column: columns.nameOf('handle') };
  }

  nameAt(place: number): string | null {
    return this.columns.nameAt(place);
  }

  groupKey(cells: readonly string[]): string {
    return this.columns.cell(cells, 'handle').toLowerCase();
  }

  isNamed(cells: readonly string[]): boolean {
    return this.columns.cell(cells, 'sku') !== '';
  }

  read(rows: readonly CsvRow[]): GroupReading {
    return readShopifyProduct(rows, this.columns);
  }

  reach(rows: readonly CsvRow[]): Named[] {
    return namedBy(this.read(rows).changes);
  }

  propose(rows: readonly CsvRow[], held: Held): GroupReading {
    return proposeCreations(readShopifyProduct(rows, this.columns, 'ROWS'), held, {
      header: this,
      isSame: (field, file, master) => field === 'weight' && sameWeight(file, master),
      // A file of Shopify's has no title of a variant, and its status is the product's, not a state of a SKU.
      derived: ['title', 'state'],
    });
  }

  placeOf({ line, change }: RowChange, [field = 'code']: readonly string[]): FaultPlace {
    const column = columnOfField(field);
    const isTarget = field === 'code' || field === 'handle';
    const value = isTarget ? change.target : textOf(change.patch[field] ?? null);
    return { line, column: column && this.columns.nameOf(column), value };
  }
}

/** Shopify writes whole grams, whatever the unit that the shop thinks in. */
function sameWeight(file: Json, master: Json): boolean {
  if (file === null || master === null) return false;
  const [a, b] = [file, master].map((each) => weightInGrams(each as unknown as Weight));
  return compareDecimals(decimalDistance(a ?? '0', b ?? '0'), ROUNDED_GRAMS) <= 0;
}

function textOf(value: Json): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
