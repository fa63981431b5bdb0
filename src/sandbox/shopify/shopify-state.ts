import { JournalFile } from '../journal-file.js';
import type { FormulaDoc } from './formula/formula-catalog.js';
import { FormulaCatalog } from './formula/formula-catalog.js';
import type {
  ComponentDoc,
  DefinitionDoc,
  OperationDoc,
  ProductDoc,
  SubscriptionDoc,
  VariantDoc,
} from './product-doc.js';
import type { IdOwner } from './shop-index.js';
import { ShopIndex, variantOf } from './shop-index.js';

/** One whole document put or removed; several make one commit. */
export type Change =
  | { put: 'product'; doc: ProductDoc }
  | { drop: 'product'; id: number }
  | { put: 'definition'; doc: DefinitionDoc }
  | { drop: 'definition'; id: number }
  | { put: 'operation'; doc: OperationDoc }
  | { put: 'subscription'; doc: SubscriptionDoc }
  | { drop: 'subscription'; id: number }
  | { put: 'formula'; doc: FormulaDoc };

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
  private readonly index = new ShopIndex();
  private readonly definitionsById = new Map<number, DefinitionDoc>();
  private readonly operationsById = new Map<number, OperationDoc>();
  private readonly subscriptionsById = new Map<number, SubscriptionDoc>();
  /** A catalogue that nobody keeps; what was changed or deleted of it is. */
  private formulaCatalog: FormulaCatalog | null = null;
  private readonly goneOfFormula = new Set<number>();
  private lastId = FIRST_ID;

  constructor(dataDir: string | null) {
    this.journal = new JournalFile(dataDir, 'shopify.jsonl');
    this.wasEmpty = this.journal.replay((entry) => void this.take(entry)) === 0;
    this.journal.compact(this.wasEmpty ? [] : this.commits());
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
    this.index.clear();
    this.formulaCatalog = null;
    this.goneOfFormula.clear();
    this.journal.clear();
    this.journal.append({ changes: [], lastId: this.lastId });
  }

  close(): void {
    this.journal.close();
  }

  /** The formula, if the shop has such a catalogue. */
  get formula(): FormulaCatalog | null {
    return this.formulaCatalog;
  }

  /** Products that are kept as they are, without those of the formula. */
  keptProducts(): Iterable<ProductDoc> {
    return this.productsById.values();
  }

  /** Ids of the formula's products of which nothing was changed. */
  *formulaIds(): Generator<number> {
    for (const id of this.formulaCatalog?.ids() ?? []) {
      if (!this.productsById.has(id) && !this.goneOfFormula.has(id)) yield id;
    }
  }

  *products(): Generator<ProductDoc> {
    yield* this.productsById.values();
    for (const id of this.formulaIds()) {
      const product = this.product(id);
      if (product) yield product;
    }
  }

  product(id: number | null): ProductDoc | null {
    if (id === null) return null;
    const kept = this.productsById.get(id);
    if (kept) return kept;
    return this.goneOfFormula.has(id) ? null : (this.formulaCatalog?.product(id) ?? null);
  }

  byHandle(handle: string): ProductDoc | null {
    const product = this.product(this.index.byHandle(handle) ?? this.formulaCatalog?.byHandle(handle) ?? null);
    return product?.handle === handle ? product : null;
  }

  /** The variant with its product. */
  variant(id: number | null): { product: ProductDoc; variant: VariantDoc } | null {
    if (id === null) return null;
    const product = this.index.ofVariant(id) ?? this.formulaCatalog?.ofVariant(id) ?? null;
    return variantOf(this.product(product), (one) => one.id === id);
  }

  /** The variant, with its product, whose inventory item this is; the first one where several share it. */
  item(id: number | null): { product: ProductDoc; variant: VariantDoc } | null {
    return id === null ? null : (this.variantsOfItem(id)[0] ?? null);
  }

  /** All variants, with their products, that have this inventory item. */
  variantsOfItem(id: number): { product: ProductDoc; variant: VariantDoc }[] {
    const kept = [...this.index.withItem(id)].flatMap((variantId) => this.variant(variantId) ?? []);
    if (kept.length > 0) return kept;
    const worked = this.product(this.formulaCatalog?.ofItem(id) ?? null);
    return worked?.variants.filter((one) => one.item.id === id).map((variant) => ({ product: worked, variant })) ?? [];
  }

  isShared(itemId: number): boolean {
    return this.index.isShared(itemId);
  }

  /** Shopify lets any number of variants have one SKU. */
  variantsBySku(sku: string): { product: ProductDoc; variant: VariantDoc }[] {
    const ids = new Set(this.index.bySku(sku));
    const worked = this.formulaCatalog?.bySku(sku) ?? null;
    if (worked !== null) ids.add(worked);
    return [...ids].flatMap((id) => this.variant(id) ?? []).filter(({ variant }) => variant.sku === sku);
  }

  /** Id of the product or variant that carries this value of a unique metafield. */
  byCustomId(owner: IdOwner, namespace: string, key: string, value: string): number | null {
    return this.index.byCustomId(owner, namespace, key, value);
  }

  /** Ids of the variants that this one is a component of. */
  bundlesWith(variantId: number): Iterable<number> {
    return this.index.bundlesWith(variantId);
  }

  hasBundles(): boolean {
    return this.index.hasBundles();
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
      const docs = change.drop === 'definition' ? this.definitionsById : this.subscriptionsById;
      docs.delete(change.id);
      return null;
    }
    if (change.put === 'product') return this.replace(change.doc.id, change.doc);
    if (change.put === 'definition') this.definitionsById.set(change.doc.id, change.doc);
    else if (change.put === 'operation') this.operationsById.set(change.doc.id, change.doc);
    else if (change.put === 'formula') this.formulaCatalog = new FormulaCatalog(change.doc);
    else this.subscriptionsById.set(change.doc.id, change.doc);
    return null;
  }

  private replace(id: number, after: ProductDoc | null): ProductChange {
    const before = this.product(id);
    const kept = this.productsById.get(id);
    if (kept) this.index.remove(kept);
    if (after) {
      this.productsById.set(id, after);
      this.index.add(after);
    } else {
      this.productsById.delete(id);
      if (this.formulaCatalog?.has(id)) this.goneOfFormula.add(id);
    }
    return { before, after };
  }

  /** Everything, as commits that make it again. */
  snapshot(): Commit[] {
    return [...this.commits()];
  }

  restore(commits: Commit[]): void {
    this.reset();
    for (const { changes, lastId } of commits) {
      this.lastId = Math.max(this.lastId, lastId);
      this.commit(changes);
    }
  }

  private *commits(): Generator<Commit> {
    const { lastId } = this;
    yield { changes: [], lastId };
    const formula = this.formulaCatalog?.doc;
    if (formula) yield { changes: [{ put: 'formula', doc: formula }], lastId };
    for (const id of this.goneOfFormula) yield { changes: [{ drop: 'product', id }], lastId };
    for (const doc of this.definitionsById.values()) yield { changes: [{ put: 'definition', doc }], lastId };
    for (const doc of this.operationsById.values()) yield { changes: [{ put: 'operation', doc }], lastId };
    for (const doc of this.subscriptionsById.values()) yield { changes: [{ put: 'subscription', doc }], lastId };
    for (const doc of this.productsById.values()) yield { changes: [{ put: 'product', doc }], lastId };
  }
}
