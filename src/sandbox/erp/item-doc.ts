/** An item as the stand-in ERP holds and answers it (design: the generic ERP contract). Decimals are texts. */
export interface Item {
  id: string;
  code: string;
  name: string;
  gtin: string | null;
  listPrice: string | null;
  cost: string | null;
  weightGrams: string | null;
  hsCode: string | null;
  countryOfOrigin: string | null;
  unitOfMeasure: string | null;
  active: boolean;
  salable: boolean;
  purchasable: boolean;
  components: { code: string; quantity: string }[];
  updatedAt: string;
  updatedBy: string | null;
}

/** The item and its version, which the ETag is made of. */
export interface ItemDoc {
  item: Item;
  version: number;
}

export function etagOf({ item, version }: ItemDoc): string {
  return `"${item.id}-${version}"`;
}

/** On hand, from 0 to 119, always the same for a code, until somebody counts it anew. */
export function initialOnHand(code: string): string {
  let hash = 7;
  for (const char of code) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return String(hash % 120);
}

/** What an item has when nothing is said about it. */
export function newItem(id: string, code: string): Item {
  return {
    id,
    code,
    name: '',
    gtin: null,
    listPrice: null,
    cost: null,
    weightGrams: null,
    hsCode: null,
    countryOfOrigin: null,
    unitOfMeasure: null,
    active: true,
    salable: false,
    purchasable: false,
    components: [],
    updatedAt: '',
    updatedBy: null,
  };
}
