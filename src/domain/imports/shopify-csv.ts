import { codeFault } from '../catalog/read-sku-fields.js';
import type { Weight } from '../catalog/sku.js';
import { weightInGrams } from '../catalog/sku.js';
import { compareDecimals, decimalDistance } from '../primitives/decimal.js';
import type { Json } from '../primitives/json.js';
import type { Outcome } from '../problem.js';
import { accepted, problem, refused } from '../problem.js';
import type { CsvRow } from './csv-row.js';
import type { Held } from './held.js';
import { OPTION_COLUMNS } from './fault-list.js';
import type {
  FaultPlace,
  GroupReading,
  ImportFormat,
  ImportHeader,
  Named,
  ProductThere,
  RowChange,
} from './import-format.js';
import { proposeCreations } from './propose-creations.js';
import { isVariant, leadOf, leavesProduct, readShopifyProduct } from './read-shopify-product.js';
import { columnOfField } from './read-shopify-sku.js';
import { saidText } from './said-otherwise.js';
import { ShopifyColumns } from './shopify-columns.js';
import { productSaid, saidOfProduct } from './shopify-rows-agree.js';
import { leftStatus } from './shopify-status.js';
import { takenHandleFault } from './taken-handle.js';

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
    const first = leadOf(rows, this.columns);
    const beside = (there: ProductThere | null): GroupReading =>
      readShopifyProduct(rows, this.columns, { refuses: 'VALUES', there });
    if (!leavesProduct(first, this.columns)) return beside(null);
    // Whatever its options are called: what the rows are about is known without.
    const some = OPTION_COLUMNS.filter(([, value]) => this.columns.cell(first.cells, value) !== '');
    const { changes } = beside({ title: '-', optionNames: some.map(([name]) => name) });
    return { changes, faults: [], joining: beside };
  }

  reach(rows: readonly CsvRow[]): Named[] {
    const first = leadOf(rows, this.columns);
    const product = this.columns.cell(first.cells, 'handle');
    if (takenHandleFault(product)) return [];
    const says = saidText(saidOfProduct(first, this.columns));
    return rows.flatMap((row): Named[] => {
      if (!isVariant(row, this.columns, row === first)) return [];
      const named = { line: row.line, revision: null, product };
      const code = this.columns.cell(row.cells, 'sku');
      const home: Named = { ...named, entity: 'PRODUCT', key: product, says };
      return codeFault(code) ? [home] : [home, { ...named, entity: 'SKU', key: code, says: null }];
    });
  }

  propose(rows: readonly CsvRow[], held: Held, before?: ReadonlyMap<string, string | null>): GroupReading {
    const { columns } = this;
    const first = leadOf(rows, columns);
    const handle = columns.cell(first.cells, 'handle');
    const there = held.product(handle) ?? productSaid(before?.get(handle) ?? null, columns);
    const rowAt = new Map(rows.map((row) => [row.line, row]));
    return proposeCreations(readShopifyProduct(rows, columns, { refuses: 'ROWS', there }), held, {
      isSaid: (product) => before?.has(product) === true,
      header: this,
      isSame: (field, file, master) => field === 'weight' && sameWeight(file, master),
      // A file of Shopify's has no title of a variant, and its status is the product's, not a state of a SKU.
      derived: ['title', 'state'],
      left: ({ line, change: { target } }, sku) => {
        const siblings = sku ? (held.world.siblings.get(sku.productId) ?? []) : [];
        return leftStatus(rowAt.get(line) ?? first, first, columns, sku?.code ?? target, { sku, siblings });
      },
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
