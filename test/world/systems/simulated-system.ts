import { lawOf } from '../../../src/domain/drift/normalise.js';
import type { FieldValues, Json } from '../../../src/domain/primitives/json.js';
import { sameJson } from '../../../src/domain/primitives/json.js';
import type { ObservedRecord, RecordEntity, SystemKind } from '../../../src/domain/publishing/system.js';

/** One field as a system shows it, and who put it there. */
export interface Cell {
  value: Json;
  by: 'MASTER' | 'STAFF';
  at: number;
}

/** One product, variant or ERP item. */
export interface Item {
  externalId: string;
  entity: RecordEntity;
  /** The product of a variant; the item itself elsewhere. */
  rootId: string;
  code: string;
  cells: Map<string, Cell>;
  /** Counts every change: the ERP's concurrency token. */
  version: number;
}

/** What a write of ours was decided on. */
export interface Writer {
  /** Who writes, for those who read the story. */
  name: string;
  /** When this writer last read the item, since it claimed; null: never. */
  readAt: number | null;
}

/** Looks at every write of ours in the moment in which it lands. */
export interface Guard {
  lands(item: Item, field: string, before: Cell | null, value: Json, writer: Writer): Promise<void>;
  created(item: Item, others: readonly Item[], writer: Writer): void;
}

/** A Shopify-like shop or an ERP: what it holds, whoever wrote it. */
export class SimulatedSystem {
  readonly items = new Map<string, Item>();
  private lastId = 0;

  constructor(
    readonly code: string,
    readonly kind: SystemKind,
    private readonly now: () => number,
    private readonly guard: Guard,
    /** Something of this root changed: where the system tells, it tells so. */
    private readonly changed: (rootId: string) => void,
  ) {}

  /** Items of a root in the order in which they were made, its own first. */
  ofRoot(rootId: string): Item[] {
    return [...this.items.values()].filter((item) => item.rootId === rootId);
  }

  find(entity: RecordEntity, code: string): Item | null {
    return [...this.items.values()].find((item) => item.entity === entity && item.code === code) ?? null;
  }

  /** What is there before the story begins, or is made by staff. */
  seed(entity: RecordEntity, code: string, values: FieldValues, rootId: string | null): Item {
    const item = this.make(entity, code, rootId);
    for (const [field, value] of Object.entries(values)) {
      item.cells.set(field, { value: this.kept(field, value, null), by: 'MASTER', at: this.now() });
    }
    return item;
  }

  /** The master makes something. */
  async create(
    entity: RecordEntity,
    code: string,
    values: FieldValues,
    rootId: string | null,
    writer: Writer,
  ): Promise<Item> {
    const others = [...this.items.values()].filter((item) => item.entity === entity && item.code === code);
    const item = this.make(entity, code, rootId);
    this.guard.created(item, others, writer);
    await this.write(item, values, writer);
    return item;
  }

  /** The master writes; every value is looked at in the moment in which it lands. */
  async write(item: Item, values: FieldValues, writer: Writer): Promise<void> {
    for (const [field, wanted] of Object.entries(values)) {
      // A simple SKU is made of nothing, and these systems have no place for that.
      if (field === 'bundle.components') continue;
      const before = item.cells.get(field) ?? null;
      const value = this.kept(field, wanted, before?.value ?? null);
      if (before && sameJson(before.value, value)) continue;
      await this.guard.lands(item, field, before, value, writer);
      item.cells.set(field, { value, by: 'MASTER', at: this.now() });
    }
    this.touch(item);
  }

  /** Somebody edits there, behind the master's back. */
  edit(item: Item, field: string, value: Json): void {
    const kept = this.kept(field, value, item.cells.get(field)?.value ?? null);
    item.cells.set(field, { value: kept, by: 'STAFF', at: this.now() });
    this.touch(item);
  }

  /** Somebody deletes an item there; a product with all of its variants. */
  remove(item: Item): void {
    const gone = item.externalId === item.rootId ? this.ofRoot(item.rootId) : [item];
    for (const { externalId } of gone) this.items.delete(externalId);
    this.changed(item.rootId);
  }

  shown(item: Item): ObservedRecord {
    const last = [...item.cells.values()].sort((a, b) => b.at - a.at)[0];
    const isErp = this.kind === 'ERP';
    return {
      entity: item.entity,
      externalId: item.externalId,
      root: { externalId: item.rootId, code: isErp ? item.code : null },
      code: item.code,
      fields: Object.fromEntries([...item.cells].map(([field, { value }]) => [field, value])),
      unreadable: [],
      updatedAt: last ? new Date(last.at).toISOString() : null,
      attribution: isErp && last ? { actor: last.by.toLowerCase(), app: null, at: null } : null,
      token: isErp ? `v${item.version}` : null,
    };
  }

  private make(entity: RecordEntity, code: string, rootId: string | null): Item {
    this.lastId += 1;
    const externalId = `${this.code}/${this.lastId}`;
    const item: Item = { externalId, entity, rootId: rootId ?? externalId, code, cells: new Map(), version: 0 };
    this.items.set(externalId, item);
    return item;
  }

  private touch(item: Item): void {
    item.version += 1;
    this.changed(item.rootId);
  }

  /** As it is kept: normalised, and what is told of a lifecycle beside what is not told. */
  private kept(field: string, value: Json, before: Json): Json {
    if (field === 'lifecycle' && isObject(value) && isObject(before)) return { ...before, ...value };
    return lawOf(field).normalise(value);
  }
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
