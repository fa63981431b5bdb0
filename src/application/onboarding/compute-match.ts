import { setImmediate as others } from 'node:timers/promises';
import type { GtinRules } from '../../domain/catalog/gtin.js';
import type { MatchGrade } from '../../domain/onboarding/grade-row.js';
import { MATCH_GRADES } from '../../domain/onboarding/grade-row.js';
import type { MatchRecord } from '../../domain/onboarding/match-record.js';
import { gtinKey, MASTER_SIDE } from '../../domain/onboarding/match-record.js';
import { matchInSteps } from '../../domain/onboarding/match-records.js';
import type { MatchProblemKind, MatchRow, MatchSide, SideRecord } from '../../domain/onboarding/match-row.js';
import { MATCH_PROBLEMS, tellRow } from '../../domain/onboarding/match-row.js';
import type { Sighting, SightedProduct } from '../../domain/onboarding/sighting.js';
import { comparableFields, sightedProduct } from '../../domain/onboarding/sighting.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { isExpectedIn } from '../../domain/publishing/projection.js';
import type { MasterSku, MatchSideView, MatchSources, MatchSummary, MatchWork } from '../ports/onboarding-store.js';

/** Rows that are told and stored at a time. */
const ROWS = 500;

/**
 * Works the match of all sides out. Keys and packed values of every record are held at once, about 1 KB a record; what
 * becomes of them is told and stored in batches.
 */
export function matchWork(masterCurrency: string, rules: GtinRules): MatchWork {
  return async (sources, keep) => {
    const pool = new RecordPool(rules);
    const sides: MatchSide[] = [];
    const views: MatchSideView[] = [];
    const add = (code: string, currency: string, records: number, scannedAt: Date | null): void => {
      sides.push({ code, currency });
      views.push({ code, records, scannedAt });
    };
    const skus = await addMaster(pool, sources);
    if (skus > 0) add(MASTER_SIDE, masterCurrency, skus, null);
    for (const { code, currency, scannedAt } of sources.systems) {
      if (scannedAt !== null) add(code, currency, await addSystem(pool, sources, code), scannedAt);
    }
    const tally = new Tally();
    const matched = await inTurns(matchInSteps(pool.records));
    for (let from = 0; from < matched.length; from += ROWS) {
      const rows = matched.slice(from, from + ROWS).map((row) => tellRow(row, (index) => pool.at(index), sides, rules));
      tally.add(rows);
      await keep(rows);
    }
    return tally.summary(views);
  };
}

async function addMaster(pool: RecordPool, sources: MatchSources): Promise<number> {
  let count = 0;
  for await (const batch of sources.masterSkus()) {
    for (const sku of batch) {
      const sellable = sku.state === 'ACTIVE' || sku.state === 'PHASE_OUT';
      const fields = { ...comparableFields(sku.fields, null), sellable };
      pool.add({ side: MASTER_SIDE, id: sku.id, skuId: sku.id, code: sku.code }, fields, wantedIn(sku));
    }
    count += batch.length;
  }
  return count;
}

/** What is a DRAFT or RETIRED is looked for nowhere: that a system lacks it is as it should be. */
function wantedIn(sku: MasterSku): string[] {
  return sku.listedIn.filter((system) => isExpectedIn(sku, system));
}

async function addSystem(pool: RecordPool, sources: MatchSources, system: string): Promise<number> {
  const skuIds = await sources.storedIds(system);
  const products = new Map<string, SightedProduct>();
  for await (const batch of sources.sightings(system, 'PRODUCT')) {
    for (const seen of batch) products.set(seen.externalId, sightedProduct(seen));
  }
  let count = 0;
  for await (const batch of sources.sightings(system, 'SKU')) {
    for (const seen of batch) {
      const { externalId: id, code, rootId, fields } = seen;
      const product = rootId === id ? null : productOf(seen, products);
      pool.add({ side: system, id, skuId: skuIds.get(id) ?? null, code }, comparableFields(fields, product), null);
    }
    count += batch.length;
  }
  return count;
}

/** A variant whose product was not in the scan (it was made while it ran) has no title to be paired by. */
function productOf({ rootId }: Sighting, products: ReadonlyMap<string, SightedProduct>): SightedProduct {
  return products.get(rootId) ?? { title: null, live: null };
}

/** Lets whatever else waits in this process run between two steps. */
async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await others();
  }
}

/** Every record of every side; values are packed, because most of them are looked at once. */
class RecordPool {
  readonly records: MatchRecord[] = [];
  private readonly packed: string[] = [];
  private readonly wanted: (readonly string[] | null)[] = [];
  private readonly lists = new Map<string, readonly string[]>();

  constructor(private readonly rules: GtinRules) {}

  add(key: Omit<MatchRecord, 'gtin14' | 'title'>, fields: FieldValues, wantedIn: readonly string[] | null): void {
    const { title, ...rest } = fields;
    const gtin = typeof fields['gtin'] === 'string' ? fields['gtin'] : null;
    this.records.push({
      ...key,
      gtin14: gtinKey(gtin, this.rules),
      title: typeof title === 'string' ? title : null,
    });
    // A field that is absent and one that is empty are not the same: only what the side has a place for is compared.
    this.packed.push(JSON.stringify(title === null ? fields : rest));
    this.wanted.push(wantedIn && this.shared(wantedIn));
  }

  at(index: number): SideRecord {
    const record = this.records[index];
    const packed = this.packed[index];
    if (!record || packed === undefined) throw new RangeError(`there is no record ${index}`);
    const fields: FieldValues = JSON.parse(packed);
    if (record.title !== null) fields['title'] = record.title;
    return { ...record, fields, wantedIn: this.wanted[index] ?? null };
  }

  /** SKUs are wanted in a handful of lists of systems. */
  private shared(list: readonly string[]): readonly string[] {
    const key = list.join('\u0000');
    const held = this.lists.get(key) ?? list;
    this.lists.set(key, held);
    return held;
  }
}

/** How many rows there are of each kind. */
class Tally {
  private readonly grades = new Map<MatchGrade, number>();
  private readonly problems = new Map<MatchProblemKind, number>();
  private readonly fields = new Map<string, number>();

  add(rows: readonly MatchRow[]): void {
    for (const { grade, problems, differences } of rows) {
      count(this.grades, grade);
      for (const kind of new Set(problems.map((each) => each.kind))) count(this.problems, kind);
      for (const { field } of differences) count(this.fields, field);
    }
  }

  summary(sides: MatchSideView[]): MatchSummary {
    return {
      sides,
      grades: MATCH_GRADES.map((grade) => ({ grade, rows: this.grades.get(grade) ?? 0 })),
      problems: MATCH_PROBLEMS.map((kind) => ({ kind, rows: this.problems.get(kind) ?? 0 })),
      fields: [...this.fields.keys()].sort().map((field) => ({ field, rows: this.fields.get(field) ?? 0 })),
    };
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
