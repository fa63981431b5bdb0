import type { Json } from '../../src/domain/primitives/json.js';
import { sameJson } from '../../src/domain/primitives/json.js';
import type { Backend } from './backend.js';
import type { MasterLog } from './master-log.js';
import type { Cell, Guard, Item, Writer } from './systems/simulated-system.js';

/** The rules that were broken; each by the name of the rule and what happened. */
export interface Violation {
  rule: string;
  what: string;
}

/** Looks at each write of ours in the moment in which it lands in a system. */
export class Watch implements Guard {
  /** The first rule that was broken. */
  violation: Violation | null = null;
  /** Edits of staff that were lost in the one round trip between reading and writing, where a system has no tokens. */
  lostInWindow = 0;
  /** The newest value of the master that each field ever showed, by its place in the master's order. */
  private readonly newest = new Map<string, number>();
  /** What the master itself put there, at any time. */
  private readonly ours = new Map<string, Json[]>();

  constructor(
    private readonly system: string,
    private readonly hasTokens: boolean,
    private readonly backend: Backend,
    private readonly log: MasterLog,
  ) {}

  broken(rule: string, what: string): void {
    this.violation ??= { rule, what };
  }

  async lands(item: Item, field: string, before: Cell | null, value: Json, writer: Writer): Promise<void> {
    this.inOrder(item, field, value, writer);
    if (before?.by === 'STAFF') await this.knew(item, field, before, value, writer);
    const key = `${item.externalId} ${field}`;
    this.ours.set(key, [...(this.ours.get(key) ?? []), value]);
  }

  /** An older revision never replaces a newer one. */
  private inOrder(item: Item, field: string, value: Json, writer: Writer): void {
    const place = this.log.placeOf(this.system, item.entity, item.code, field, value);
    if (place === null || field === 'product.tags' || field === 'lifecycle') return;
    const key = `${item.externalId} ${field}`;
    const newest = this.newest.get(key) ?? -1;
    if (place < newest) {
      const what = `${writer.name} put ${text(value)} into ${field} of ${item.code} in ${this.system}, where a newer one was`;
      this.broken('no older revision ever replaces a newer', what);
    }
    this.newest.set(key, Math.max(newest, place));
  }

  /** No edit of staff is overwritten without a finding that holds its value. */
  private async knew(item: Item, field: string, before: Cell, value: Json, writer: Writer): Promise<void> {
    if (field === 'product.tags') {
      // Other people's tags are theirs: they are kept whatever is written. Ours may come and go.
      const lost = words(before.value).filter((tag) => tag.startsWith('staff') && !words(value).includes(tag));
      if (lost.length === 0) return;
    } else if (this.ours.get(`${item.externalId} ${field}`)?.some((each) => sameJson(each, before.value))) return;
    else if (this.log.wanted(this.system, item.entity, item.code, field, before.value)) return;
    const { isLinked, values: held } = await this.backend.heldValues(this.system, item.entity, item.code, field);
    if (held.some((each) => sameJson(each, before.value))) return;
    // What a creation whose answer was lost had not got to do yet looks the same, and is done.
    if (!isLinked && field === 'lifecycle') return;
    // Without tokens one round trip remains in which nobody can know (design 4.7); whoever never read has no such excuse.
    if (!this.hasTokens && writer.readAt !== null && before.at > writer.readAt) {
      this.lostInWindow += 1;
      return;
    }
    const what = `${writer.name} overwrote ${text(before.value)} in ${field} of ${item.code} in ${this.system} with ${text(value)}, and no finding holds it`;
    this.broken('no edit of staff is overwritten unseen', what);
  }

  created(item: Item, others: readonly Item[], writer: Writer): void {
    if (others.length === 0) return;
    this.broken('nothing is created twice', `${writer.name} made a second ${item.code} in ${this.system}`);
  }
}

function words(value: Json): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function text(value: Json): string {
  return JSON.stringify(value);
}
