import type { FormulaCatalog, FormulaParts } from './formula-catalog.js';
import { formulaProduct } from './formula-catalog.js';
import type { ProductDoc } from '../product-doc.js';

/** Numbers and texts that occur nowhere else, each the place of one value of the formula. */
const PRODUCT_ID = 900_000_000_000_001;
const OPTION_ID = 900_000_000_000_002;
const FIRST_VARIANT_ID = 900_000_000_010_000;
const FIRST_ITEM_ID = 900_000_000_020_000;
const FIRST_VALUE_ID = 900_000_000_030_000;
const PLACEHOLDER = /9000000000[0-3]\d{4}|§[HT]§|§[SP]\d+§/g;

type Piece = string | ((parts: FormulaParts, variants: ReturnType<FormulaParts['variant']>[]) => string | number);

/** A product of placeholders: what a bulk query makes of it is the pattern for all products of the formula. */
export function patternProduct({ doc }: FormulaCatalog): ProductDoc {
  return formulaProduct(doc, {
    productId: PRODUCT_ID,
    optionId: OPTION_ID,
    handle: '§H§',
    title: '§T§',
    variant: (at) => ({
      id: FIRST_VARIANT_ID + at,
      itemId: FIRST_ITEM_ID + at,
      valueId: FIRST_VALUE_ID + at,
      sku: `§S${at}§`,
      price: `§P${at}§`,
    }),
  });
}

/** Makes the lines of any product of the formula out of the pattern's: about a million a second, and none is kept. */
export class FormulaRows {
  private readonly pieces: Piece[];

  constructor(
    private readonly catalog: FormulaCatalog,
    readonly lines: readonly string[],
  ) {
    this.pieces = piecesOf(lines.map((line) => `${line}\n`).join(''));
  }

  /** All lines of one product, each with its newline. */
  of(productId: number): string {
    const [first = 0] = this.catalog.ids();
    const parts = this.catalog.parts(productId - first);
    const variants = Array.from({ length: this.catalog.doc.variants }, (_, at) => parts.variant(at));
    let text = '';
    for (const piece of this.pieces) text += typeof piece === 'string' ? piece : piece(parts, variants);
    return text;
  }
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    pieces.push(text.slice(from, match.index), valueOf(match[0]));
    from = match.index + match[0].length;
  }
  pieces.push(text.slice(from));
  return pieces.filter((piece) => piece !== '');
}

function valueOf(placeholder: string): Piece {
  if (placeholder === '§H§') return (parts) => parts.handle;
  if (placeholder === '§T§') return (parts) => parts.title;
  if (placeholder.startsWith('§')) {
    const at = Number(placeholder.slice(2, -1));
    const isSku = placeholder.startsWith('§S');
    return (_, variants) => (isSku ? variants[at]?.sku : variants[at]?.price) ?? '';
  }
  const id = Number(placeholder);
  if (id === PRODUCT_ID) return (parts) => parts.productId;
  if (id === OPTION_ID) return (parts) => parts.optionId;
  if (id >= FIRST_VALUE_ID) return (_, variants) => variants[id - FIRST_VALUE_ID]?.valueId ?? '';
  if (id >= FIRST_ITEM_ID) return (_, variants) => variants[id - FIRST_ITEM_ID]?.itemId ?? '';
  return (_, variants) => variants[id - FIRST_VARIANT_ID]?.id ?? '';
}
