import { JournalFile } from '../journal-file.js';
import type { ItemDoc } from './item-doc.js';
import { initialOnHand } from './item-doc.js';

/** What was answered to an Idempotency-Key, so that the same request is answered alike and executed once. */
export interface RememberedAnswer {
  key: string;
  /** Of method, address and body. */
  fingerprint: string;
  status: number;
  doc: ItemDoc;
}

interface Entry {
  put?: ItemDoc[];
  /** Code of a deleted item. */
  drop?: string;
  answer?: RememberedAnswer;
  /** On hand as it was counted, by code. */
  counted?: Record<string, string>;
  lastId: number;
}

const FIRST_ID = 500_000;
/** Keys are forgotten after this many writes; the contract promises no more than a client's retries need. */
const KEPT_ANSWERS = 10_000;

/** All that the ERP remembers; durable, as one line of the journal, before a write is answered. */
export class ErpState {
  readonly wasEmpty: boolean;
  /** Set by the control side; forgotten on a restart. */
  mayWrite = true;
  clockOffsetSeconds = 0;
  private readonly journal: JournalFile<Entry>;
  private readonly docs = new Map<string, ItemDoc>();
  private readonly answers = new Map<string, RememberedAnswer>();
  private readonly counted = new Map<string, string>();
  /** Component → the kits that it is in. */
  private readonly kitsByComponent = new Map<string, Set<string>>();
  private lastId = FIRST_ID;
  /** The highest id that an item has borne. */
  private newest = 0;

  constructor(dataDir: string | null) {
    this.journal = new JournalFile(dataDir, 'erp.jsonl');
    this.wasEmpty = this.journal.replay((entry) => this.take(entry)) === 0;
    this.journal.compact(this.wasEmpty ? [] : this.snapshot());
  }

  /** By the ERP's own clock, which may be wrong. */
  now(): string {
    return new Date(Date.now() + this.clockOffsetSeconds * 1000).toISOString();
  }

  /** Six digits or more, ascending, never given twice. */
  newId(): string {
    this.lastId += 1;
    return String(this.lastId);
  }

  item(code: string): ItemDoc | null {
    return this.docs.get(code) ?? null;
  }

  isComponent(code: string): boolean {
    return (this.kitsByComponent.get(code)?.size ?? 0) > 0;
  }

  /** All items, by id: ids ascend and a map keeps the order in which its keys came, so nothing is sorted for a page. */
  items(): ItemDoc[] {
    return [...this.docs.values()];
  }

  answerTo(key: string): RememberedAnswer | null {
    return this.answers.get(key) ?? null;
  }

  /** Items, and the answer that the client gets for them, as one commit. */
  commit(put: ItemDoc[], answer?: RememberedAnswer): void {
    this.write({ put, ...(answer ? { answer } : {}), lastId: this.lastId });
  }

  onHand(code: string): string {
    return this.counted.get(code) ?? initialOnHand(code);
  }

  count(code: string, onHand: string): void {
    this.write({ counted: { [code]: onHand }, lastId: this.lastId });
  }

  remove(code: string): void {
    this.write({ drop: code, lastId: this.lastId });
  }

  reset(): void {
    this.mayWrite = true;
    this.clockOffsetSeconds = 0;
    this.docs.clear();
    this.answers.clear();
    this.counted.clear();
    this.kitsByComponent.clear();
    this.journal.clear();
    this.journal.append({ lastId: this.lastId });
  }

  close(): void {
    this.journal.close();
  }

  private write(entry: Entry): void {
    this.journal.append(entry);
    this.take(entry);
  }

  private take(entry: Entry): void {
    for (const doc of entry.put ?? []) this.replace(doc.item.code, doc);
    if (entry.drop !== undefined) this.replace(entry.drop, null);
    for (const [code, onHand] of Object.entries(entry.counted ?? {})) this.counted.set(code, onHand);
    if (entry.answer) this.remember(entry.answer);
    this.lastId = Math.max(this.lastId, entry.lastId);
  }

  private replace(code: string, doc: ItemDoc | null): void {
    for (const component of this.docs.get(code)?.item.components ?? []) {
      this.kitsByComponent.get(component.code)?.delete(code);
    }
    for (const component of doc?.item.components ?? []) {
      const kits = this.kitsByComponent.get(component.code) ?? new Set();
      this.kitsByComponent.set(component.code, kits.add(code));
    }
    if (doc) this.keep(code, doc);
    else this.docs.delete(code);
  }

  /** An item that bears another code now keeps its id, and with it its place: pages that go by id would skip it at the end. */
  private keep(code: string, doc: ItemDoc): void {
    const id = Number(doc.item.id);
    const isOutOfOrder = id < this.newest && !this.docs.has(code);
    this.docs.set(code, doc);
    this.newest = Math.max(this.newest, id);
    if (!isOutOfOrder) return;
    const ordered = [...this.docs].sort(([, a], [, b]) => Number(a.item.id) - Number(b.item.id));
    this.docs.clear();
    for (const [key, held] of ordered) this.docs.set(key, held);
  }

  private remember(answer: RememberedAnswer): void {
    this.answers.set(answer.key, answer);
    if (this.answers.size <= KEPT_ANSWERS) return;
    const [oldest] = this.answers.keys();
    if (oldest !== undefined) this.answers.delete(oldest);
  }

  private *snapshot(): Generator<Entry> {
    const { lastId } = this;
    yield { lastId };
    for (const doc of this.items()) yield { put: [doc], lastId };
    for (const answer of this.answers.values()) yield { answer, lastId };
    yield { counted: Object.fromEntries(this.counted), lastId };
  }
}
