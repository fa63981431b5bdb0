import { JournalFile } from '../journal-file.js';
import type {
  ComponentDoc,
  DefinitionDoc,
  OperationDoc,
  ProductDoc,
  SubscriptionDoc,
  VariantDoc,
} from './product-doc.js';

/** One whole document put or removed; several make one commit. */
export type Change =
  | { put: 'product'; doc: ProductDoc }
  | { drop: 'product'; id: number }
  | { put: 'definition'; doc: DefinitionDoc }
  | { put: 'operation'; doc: OperationDoc }
  | { put: 'subscription'; doc: SubscriptionDoc }
  | { drop: 'subscription'; id: number };

export interface Commit {
  changes: Change[];
  /** Ids up to here are used up, also by documents that are deleted since. */
  lastId: number;
}

/** A product before and after a commit; `null` where there was, or is, none. */
export interface ProductChange {
  before: ProductDoc | null;
  after: ProductDoc | null;
}

const FIRST_ID = 8_100_000_000;

/**
 * All that the stand-in remembers. Documents are replaced whole and never edited in place: who wants to change one takes
 * a copy, and nothing is seen by anybody before `commit` has written it to the journal.
 */
export class ShopifyState {
  readonly wasEmpty: boolean;
  private readonly journal: JournalFile<Commit>;
  private readonly productsById = new Map<number, ProductDoc>();
  private readonly productByHandle = new Map<string, number>();
  private readonly productByVariant = new Map<number, number>();
  private readonly productByItem = new Map<number, number>();
  /** Component variant → the variants that it is a component of. */
  private readonly bundlesByComponent = new Map<number, Set<number>>();
  private readonly definitionsById = new Map<number, DefinitionDoc>();
  private readonly operationsById = new Map<number, OperationDoc>();
  private readonly subscriptionsById = new Map<number, SubscriptionDoc>();
  private lastId = FIRST_ID;

  constructor(dataDir: string | null) {
    this.journal = new JournalFile(dataDir, 'shopify.jsonl');
    this.wasEmpty = this.journal.replay((entry) => void this.take(entry)) === 0;
    this.journal.compact(this.wasEmpty ? [] : this.snapshot());
  }

  /** Ids are never given twice, also not after a deletion or a restart. */
  newId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  /** Durable when it returns. Answers what changed among products. */
  commit(changes: Change[]): ProductChange[] {
    const entry: Commit = { changes, lastId: this.lastId };
    this.journal.append(entry);
    return this.take(entry);
  }

  reset(): void {
    for (const map of [this.productsById, this.definitionsById, this.operationsById]) map.clear();
    this.subscriptionsById.clear();
    for (const map of [this.productByHandle, this.productByVariant, this.productByItem]) map.clear();
    this.bundlesByComponent.clear();
    this.journal.clear();
    this.journal.append({ changes: [], lastId: this.lastId });
  }

  close(): void {
    this.journal.close();
  }

  products(): Iterable<ProductDoc> {
    return this.productsById.values();
  }

  product(id: number | null): ProductDoc | null {
    return id === null ? null : (this.productsById.get(id) ?? null);
  }

  byHandle(handle: string): ProductDoc | null {
    return this.product(this.productByHandle.get(handle) ?? null);
  }

  /** The variant with its product. */
  variant(id: number | null): { product: ProductDoc; variant: VariantDoc } | null {
    const product = id === null ? null : this.product(this.productByVariant.get(id) ?? null);
    const variant = product?.variants.find((one) => one.id === id);
    return product && variant ? { product, variant } : null;
  }

  /** The variant, with its product, whose inventory item this is. */
  item(id: number | null): { product: ProductDoc; variant: VariantDoc } | null {
    const product = id === null ? null : this.product(this.productByItem.get(id) ?? null);
    const variant = product?.variants.find((one) => one.item.id === id);
    return product && variant ? { product, variant } : null;
  }

  variantsBySku(sku: string): { product: ProductDoc; variant: VariantDoc }[] {
    const found: { product: ProductDoc; variant: VariantDoc }[] = [];
    for (const product of this.productsById.values()) {
      for (const variant of product.variants) if (variant.sku === sku) found.push({ product, variant });
    }
    return found;
  }

  /** Ids of the variants that this one is a component of. */
  bundlesWith(variantId: number): Iterable<number> {
    return this.bundlesByComponent.get(variantId) ?? [];
  }

  hasBundles(): boolean {
    return this.bundlesByComponent.size > 0;
  }

  /**
   * The components of a variant. One whose own variant was deleted is gone with it [B: what Shopify does is not known];
   * ids are never given twice, so it cannot come back as something else.
   */
  componentsOf(variant: VariantDoc): ComponentDoc[] {
    return (variant.bundle?.components ?? []).filter((one) => this.variant(one.variantId) !== null);
  }

  definitions(): DefinitionDoc[] {
    return [...this.definitionsById.values()];
  }

  operation(id: number | null): OperationDoc | null {
    return id === null ? null : (this.operationsById.get(id) ?? null);
  }

  operations(): OperationDoc[] {
    return [...this.operationsById.values()];
  }

  subscriptions(): SubscriptionDoc[] {
    return [...this.subscriptionsById.values()];
  }

  private take(commit: Commit): ProductChange[] {
    const changed: ProductChange[] = [];
    for (const change of commit.changes) {
      const product = this.apply(change);
      if (product) changed.push(product);
    }
    this.lastId = Math.max(this.lastId, commit.lastId);
    return changed;
  }

  private apply(change: Change): ProductChange | null {
    if ('drop' in change) {
      if (change.drop === 'product') return this.replace(change.id, null);
      this.subscriptionsById.delete(change.id);
      return null;
    }
    if (change.put === 'product') return this.replace(change.doc.id, change.doc);
    if (change.put === 'definition') this.definitionsById.set(change.doc.id, change.doc);
    else if (change.put === 'operation') this.operationsById.set(change.doc.id, change.doc);
    else this.subscriptionsById.set(change.doc.id, change.doc);
    return null;
  }

  private replace(id: number, after: ProductDoc | null): ProductChange {
    const before = this.product(id);
    if (before) {
      this.productByHandle.delete(before.handle);
      for (const variant of before.variants) {
        this.productByVariant.delete(variant.id);
        this.productByItem.delete(variant.item.id);
        this.indexComponents(variant, false);
      }
      if (!after) this.productsById.delete(id);
    }
    if (after) {
      this.productsById.set(id, after);
      this.productByHandle.set(after.handle, id);
      for (const variant of after.variants) {
        this.productByVariant.set(variant.id, id);
        this.productByItem.set(variant.item.id, id);
        this.indexComponents(variant, true);
      }
    }
    return { before, after };
  }

  private indexComponents(variant: VariantDoc, isThere: boolean): void {
    for (const { variantId } of variant.bundle?.components ?? []) {
      const bundles = this.bundlesByComponent.get(variantId) ?? new Set();
      if (isThere) bundles.add(variant.id);
      else bundles.delete(variant.id);
      if (bundles.size > 0) this.bundlesByComponent.set(variantId, bundles);
      else this.bundlesByComponent.delete(variantId);
    }
  }

  private *snapshot(): Generator<Commit> {
    const { lastId } = this;
    yield { changes: [], lastId };
    for (const doc of this.definitionsById.values()) yield { changes: [{ put: 'definition', doc }], lastId };
    for (const doc of this.operationsById.values()) yield { changes: [{ put: 'operation', doc }], lastId };
    for (const doc of this.subscriptionsById.values()) yield { changes: [{ put: 'subscription', doc }], lastId };
    for (const doc of this.productsById.values()) yield { changes: [{ put: 'product', doc }], lastId };
  }
}
