import { ownValue } from '../../primitives/json.js';
import type { Product } from '../../catalog/product.js';
import type { Sku } from '../../catalog/sku.js';
import { attributeText } from './attribute-text.js';
import type { SkuColumn } from './sku-column.js';

export type WrittenSku = Omit<Sku, 'id' | 'productId' | 'createdAt' | 'updatedAt'>;
export type WrittenProduct = Omit<Product, 'id' | 'createdAt' | 'updatedAt'>;

/** What a column of the flat format says of a SKU and its product, unguarded; `read-row.ts` reads it back the same. */
export function cellOf(column: SkuColumn, sku: WrittenSku, product: WrittenProduct): string {
  return column.of === 'SKU' ? skuCell(column, sku) : productCell(column, product);
}

export function skuCell(column: SkuColumn & { of: 'SKU' }, sku: WrittenSku): string {
  switch (column.kind) {
    case 'plain':
      return sku[column.field] ?? '';
    case 'flag':
      return String(sku[column.field]);
    case 'revision':
      return String(sku.revision);
    case 'code':
    case 'kind':
    case 'state':
      return sku[column.kind];
    case 'weight':
      return sku.weight?.value ?? '';
    case 'weightUnit':
      return sku.weight?.unit ?? '';
    case 'optionName':
      return sku.optionValues[column.index]?.name ?? '';
    case 'optionValue':
      return sku.optionValues[column.index]?.value ?? '';
    case 'listedIn':
      return listText(sku.listedIn);
    case 'systemAmount':
      return sku.systemValues.find(({ system }) => system === column.system)?.[column.field] ?? '';
    case 'attribute':
      return attributeText(ownValue(sku.attributes, column.key));
  }
}

export function productCell(column: SkuColumn & { of: 'PRODUCT' }, product: WrittenProduct): string {
  switch (column.kind) {
    case 'plain':
      return product[column.field] ?? '';
    case 'handle':
      return product.handle;
    case 'revision':
      return String(product.revision);
    case 'tags':
      return listText(product.tags);
    case 'optionName':
      return product.optionNames[column.index] ?? '';
    case 'attribute':
      return attributeText(ownValue(product.attributes, column.key));
  }
}

/** Neither tags nor codes of systems hold commas. Sorted, so that one set is one text. */
function listText(list: readonly string[]): string {
  return [...list].sort().join(', ');
}
