import type { ProductDoc, VariantDoc } from '../product-doc.js';
import { ONLINE_STORE } from '../product-doc.js';

/** A catalogue that is worked out and not kept: `products` of `variants` each, all made at the moment `at`. */
export interface FormulaDoc {
  products: number;
  variants: number;
  at: string;
}

/** Ids of one kind lie between this and the next one's; those that are given out begin far above (shopify-state.ts). */
const FIRST = {
  product: 1_000_000_000,
  variant: 2_000_000_000,
  item: 3_000_000_000,
  option: 4_000_000_000,
  value: 5_000_000_000,
} as const;

/** At most this many variants in all, so that ids of two kinds never meet. */
export const FORMULA_LIMIT = 5_000_000;

/**
 * A product by its number. The numbers and texts are arguments so that one product can be made of placeholders, of
 * which the lines of a bulk query are then cut (formula-rows.ts).
 */
export interface FormulaParts {
  productId: number;
  optionId: number;
  handle: string;
  title: string;
  variant(at: number): { id: number; itemId: number; valueId: number; sku: string; price: string };
}

export class FormulaCatalog {
  constructor(readonly doc: FormulaDoc) {}

  /** Product ids without a gap, in order. */
  *ids(): Generator<number> {
    for (let number = 0; number < this.doc.products; number += 1) yield FIRST.product + number;
  }

  has(productId: number): boolean {
    return productId >= FIRST.product && productId < FIRST.product + this.doc.products;
  }

  product(productId: number): ProductDoc | null {
    return this.has(productId) ? formulaProduct(this.doc, this.parts(productId - FIRST.product)) : null;
  }

  ofVariant(variantId: number): number | null {
    return this.ofChild(variantId - FIRST.variant);
  }

  ofItem(itemId: number): number | null {
    return this.ofChild(itemId - FIRST.item);
  }

  byHandle(handle: string): number | null {
    const number = /^formula-(\d{7})$/.exec(handle)?.[1];
    return number === undefined ? null : this.known(FIRST.product + Number(number) - 1);
  }

  /** The variant with this SKU, or null. */
  bySku(sku: string): number | null {
    const match = /^F(\d{7})-(\d{4})$/.exec(sku);
    if (!match) return null;
    const [number, at] = [Number(match[1]) - 1, Number(match[2]) - 1];
    if (number < 0 || number >= this.doc.products || at < 0 || at >= this.doc.variants) return null;
    return FIRST.variant + number * this.doc.variants + at;
  }

  /** Documented in docs/sandbox.md, so that a bench can make the same catalogue for its master. */
  parts(number: number): FormulaParts {
    const seven = String(number + 1).padStart(7, '0');
    return {
      productId: FIRST.product + number,
      optionId: FIRST.option + number,
      handle: `formula-${seven}`,
      title: `Formula ${seven}`,
      variant: (at) => {
        const child = number * this.doc.variants + at;
        const cents = String(100 + ((number * 37 + at * 101) % 90_000)).padStart(3, '0');
        return {
          id: FIRST.variant + child,
          itemId: FIRST.item + child,
          valueId: FIRST.value + child,
          sku: `F${seven}-${String(at + 1).padStart(4, '0')}`,
          price: `${cents.slice(0, -2)}.${cents.slice(-2)}`,
        };
      },
    };
  }

  private ofChild(child: number): number | null {
    if (child < 0 || child >= this.doc.products * this.doc.variants) return null;
    return FIRST.product + Math.floor(child / this.doc.variants);
  }

  private known(productId: number): number | null {
    return this.has(productId) ? productId : null;
  }
}

export function formulaProduct({ variants, at: since }: FormulaDoc, parts: FormulaParts): ProductDoc {
  const places = Array.from({ length: variants }, (_, at) => ({ at, ...parts.variant(at) }));
  return {
    id: parts.productId,
    handle: parts.handle,
    title: parts.title,
    status: 'ACTIVE',
    vendor: 'Formula',
    productType: 'Sample',
    tags: ['formula'],
    descriptionHtml: '',
    templateSuffix: null,
    category: null,
    createdAt: since,
    updatedAt: since,
    publishedOn: { [ONLINE_STORE.publication]: since },
    options: [
      {
        id: parts.optionId,
        name: 'Number',
        values: places.map(({ at, valueId }) => ({ id: valueId, name: String(at + 1) })),
      },
    ],
    variants: places.map((place) => formulaVariant(place, since)),
    metafields: [],
  };
}

function formulaVariant(
  { at, id, itemId, sku, price }: { at: number; id: number; itemId: number; sku: string; price: string },
  since: string,
): VariantDoc {
  return {
    id,
    sku,
    barcode: null,
    price,
    compareAtPrice: null,
    taxable: true,
    inventoryPolicy: 'DENY',
    createdAt: since,
    updatedAt: since,
    optionValues: [String(at + 1)],
    publishedOn: { [ONLINE_STORE.publication]: since },
    metafields: [],
    item: {
      id: itemId,
      tracked: true,
      requiresShipping: true,
      cost: null,
      hsCode: null,
      country: null,
      province: null,
      weight: { value: 250, unit: 'GRAMS' },
      createdAt: since,
      updatedAt: since,
    },
  };
}
