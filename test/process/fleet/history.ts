import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What the systems themselves remember: every value that a cell ever showed, in order, and what is there now. */
export interface History {
  /** `SYSTEM FIELD TARGET` → its values one after another. */
  cells: Map<string, string[]>;
  /** `SYSTEM TARGET` of every SKU and product that is there now, as often as it is there. */
  present: string[];
}

interface ShopifyCommit {
  changes: {
    put?: string;
    drop?: string;
    id?: number;
    doc?: { id: number; handle: string; title: string; variants: { sku: string | null; price: string }[] };
  }[];
}

interface ErpCommit {
  put?: { item: { code: string; name: string; listPrice: string | null } }[];
  drop?: string;
}

/** Reads the stand-ins' own journals, in which a line is a commit. */
export async function readHistory(dataDir: string): Promise<History> {
  const cells = new Map<string, string[]>();
  const shows = (cell: string, value: string): void => {
    const values = cells.get(cell) ?? [];
    if (values.at(-1) !== value) values.push(value);
    cells.set(cell, values);
  };
  const present = [
    ...(await readShopify(join(dataDir, 'shopify.jsonl'), shows)),
    ...(await readErp(join(dataDir, 'erp.jsonl'), shows)),
  ];
  return { cells, present };
}

async function readShopify(file: string, shows: (cell: string, value: string) => void): Promise<string[]> {
  const products = new Map<number, string[]>();
  for await (const { changes } of commits<ShopifyCommit>(file)) {
    for (const { put, drop, id, doc } of changes) {
      if (drop === 'product' && id !== undefined) products.delete(id);
      if (put !== 'product' || !doc) continue;
      shows(`shopify product.title ${doc.handle}`, doc.title);
      for (const { sku, price } of doc.variants) shows(`shopify price ${sku ?? ''}`, price);
      products.set(
        doc.id,
        [doc.handle, ...doc.variants.map(({ sku }) => sku ?? '')].map((each) => `shopify ${each}`),
      );
    }
  }
  return [...products.values()].flat();
}

async function readErp(file: string, shows: (cell: string, value: string) => void): Promise<string[]> {
  const items = new Set<string>();
  for await (const { put = [], drop } of commits<ErpCommit>(file)) {
    if (drop !== undefined) items.delete(drop);
    for (const { item } of put) {
      items.add(item.code);
      shows(`erp title ${item.code}`, item.name);
      shows(`erp price ${item.code}`, item.listPrice ?? '');
    }
  }
  return [...items].map((code) => `erp ${code}`);
}

async function* commits<T>(file: string): AsyncGenerator<T> {
  for await (const line of createInterface({ input: createReadStream(file) }))
    if (line !== '') yield JSON.parse(line) as T;
}
