import type { MatchGrade } from './grade-row.js';
import { bondOf, sharedKeys } from './grade-row.js';
import type { MatchKey, MatchRecord } from './match-record.js';
import { keyOfRecord, MASTER_SIDE, MATCH_KEYS } from './match-record.js';
import { isDoubled, RecordGroups } from './record-groups.js';

/** Another row's record that bears a key of this row's: why the two are not one row is told by the grade. */
export interface RelatedRecord {
  key: MatchKey;
  /** Numbers of the records. */
  of: number;
  to: number;
}

/** Records that are one SKU as far as their keys tell. Every record is in exactly one row. */
export interface MatchedRow {
  grade: MatchGrade;
  /** Numbers of the records: the master's first, then by system and id. At most one a side, unless it is a DUPLICATE. */
  records: number[];
  /** Keys that at least two of them share. */
  keys: MatchKey[];
  /** Keys that a record of the row has in common with another of its own side. */
  twice: MatchKey[];
  related: RelatedRecord[];
}

/** A key that more records of one side bear names nothing ("TBD", a barcode for testing): nothing is gathered under it. */
const PLACEHOLDER = 100;
/** Related records told for one record and key; the row's key is what to search for. */
const RELATED = 10;
const ROWS_A_STEP = 2_000;
const RECORDS_A_STEP = 20_000;
const DOUBLED = 1;
const CONFLICTED = 2;

/** Records that bear one value of a key. */
type KeyClass = readonly number[];

/**
 * Pairs the records of all sides, the surest key first: a weaker key joins only what the surer ones left apart, and
 * never two records of one side. Pure, and the same whatever the order of the records and the names of the sides:
 * all joins of one key are found before any is made.
 *
 * - One value of a code, stored id or GTIN that several records of one side bear: they and their partners are one DUPLICATE.
 * - A surer key and a weaker one that point to different partners: CONFLICT; the surer pair stands, the other is related.
 * - Look-alikes and titles are hints: they join only where they are unique on every side, and contradict nobody.
 */
export function matchRecords(records: readonly MatchRecord[]): MatchedRow[] {
  const steps = matchInSteps(records);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

/** The same in steps, for a process that has others to answer in between. */
export function* matchInSteps(records: readonly MatchRecord[]): Generator<void, MatchedRow[]> {
  const matching = new Matching(records);
  for (const key of MATCH_KEYS) yield* matching.pairBy(key);
  return yield* matching.rows();
}

class Matching {
  private readonly groups: RecordGroups;
  private readonly sides: Int32Array;
  /** What was not joined, or not as a pair: told as related. */
  private readonly apart: { key: MatchKey; members: KeyClass }[] = [];

  constructor(private readonly records: readonly MatchRecord[]) {
    const names = [...new Set(records.map(({ side }) => side))];
    const number = new Map(names.map((name, index) => [name, index]));
    this.sides = new Int32Array(records.map(({ side }) => number.get(side) ?? 0));
    this.groups = new RecordGroups(this.sides);
  }

  *pairBy(key: MatchKey): Generator<void, void> {
    const classes = yield* this.classesOf(key);
    const isHint = key === 'LOOKS_ALIKE' || key === 'TITLE';
    const [doubled, single] = [[] as KeyClass[], [] as KeyClass[]];
    for (const each of classes) (isDoubled(this.sidesOf(each)) ? doubled : single).push(each);
    yield;
    if (!isHint) this.gatherDoubles(key, doubled);
    yield;
    this.joinSingles(key, single, isHint);
  }

  /** Values that at least two records bear. */
  private *classesOf(key: MatchKey): Generator<void, KeyClass[]> {
    const byValue = new Map<string, number | number[]>();
    for (const [index, record] of this.records.entries()) {
      if (index % RECORDS_A_STEP === RECORDS_A_STEP - 1) yield;
      const value = keyOfRecord(record, key);
      if (value === null) continue;
      const held = byValue.get(value);
      if (held === undefined) byValue.set(value, index);
      else if (typeof held === 'number') byValue.set(value, [held, index]);
      else held.push(index);
    }
    return [...byValue.values()].filter((each) => typeof each !== 'number');
  }

  private sidesOf(members: KeyClass): number[] {
    return members.map((index) => this.sides[index] ?? 0);
  }

  /** What pairs twice. All of it is found before any of it is gathered, so that no order decides. */
  private gatherDoubles(key: MatchKey, doubled: readonly KeyClass[]): void {
    const gathered: number[][] = [];
    for (const members of doubled) {
      this.apart.push({ key, members });
      const isPlaceholder = Math.max(...countOf(this.sidesOf(members)).values()) > PLACEHOLDER;
      if (key !== 'GTIN') gathered.push(...(isPlaceholder ? members.map((index) => [index]) : [[...members]]));
      else if (!isPlaceholder) gathered.push(this.partnersAmong(members));
    }
    for (const [first, ...others] of gathered) {
      if (first === undefined) continue;
      for (const other of others) this.groups.join(first, other);
      this.groups.mark(first, DOUBLED);
    }
  }

  /**
   * Of the bearers of one GTIN, those whose groups another bearer's group could be joined with, had it not been for the
   * double. Variants that are paired by code and share a barcode are told of it, and stay pairs.
   */
  private partnersAmong(members: KeyClass): number[] {
    const free = members.filter((index) => !this.groups.isMarked(index, DOUBLED | CONFLICTED));
    const bySides = new Map<string, { sides: readonly number[]; members: number[] }>();
    for (const index of free) {
      const sides = this.groups.sidesOf(index);
      const name = [...sides].sort((a, b) => a - b).join();
      const held = bySides.get(name) ?? { sides, members: [] };
      held.members.push(index);
      bySides.set(name, held);
    }
    const kinds = [...bySides.values()];
    return kinds.flatMap((one) =>
      kinds.some((other) => !other.sides.some((side) => one.sides.includes(side))) ? one.members : [],
    );
  }

  /** Joins groups that a value of the key connects, unless that would put two records of one side into one row. */
  private joinSingles(key: MatchKey, classes: readonly KeyClass[], isHint: boolean): void {
    const open = classes.filter((members) => {
      const roots = new Set(members.map((index) => this.groups.of(index)));
      if (roots.size === 1) return false;
      const isFree = ![...roots].some((root) => this.groups.isMarked(root, DOUBLED | CONFLICTED));
      if (!isFree && !isHint) this.apart.push({ key, members });
      return isFree;
    });
    const clashing = this.clashing(open);
    for (const members of clashing) {
      if (isHint) continue;
      this.apart.push({ key, members });
      for (const index of members) this.groups.mark(index, CONFLICTED);
    }
    for (const members of open) {
      const [first = 0, ...others] = members;
      if (!clashing.has(members)) for (const other of others) this.groups.join(first, other);
    }
  }

  /** Classes that cannot all be joined: together they would give some side two records. */
  private clashing(classes: readonly KeyClass[]): Set<KeyClass> {
    const trial = new RecordGroups(this.sides);
    for (const members of classes) {
      const [first = 0, ...others] = members.map((index) => this.groups.of(index));
      for (const other of others) trial.join(first, other);
    }
    const sides = new Map<number, number[]>();
    const roots = new Set(classes.flatMap((members) => members.map((index) => this.groups.of(index))));
    for (const root of roots) {
      const whole = trial.of(root);
      sides.set(whole, [...(sides.get(whole) ?? []), ...this.groups.sidesOf(root)]);
    }
    return new Set(classes.filter(([first = 0]) => isDoubled(sides.get(trial.of(this.groups.of(first))) ?? [])));
  }

  *rows(): Generator<void, MatchedRow[]> {
    const byRoot = new Map<number, number[]>();
    for (const index of this.records.keys()) {
      const root = this.groups.of(index);
      const held = byRoot.get(root);
      if (held) held.push(index);
      else byRoot.set(root, [index]);
    }
    const told = this.told();
    const rows: MatchedRow[] = [];
    for (const [root, numbers] of byRoot) {
      const sorted = numbers.sort((a, b) => this.inOrder(a, b));
      const { twice, related } = told.get(root) ?? { twice: [], related: [] };
      rows.push({ ...this.gradeOf(root, sorted), records: sorted, twice: [...twice], related });
      if (rows.length % ROWS_A_STEP === 0) yield;
    }
    return rows;
  }

  private gradeOf(root: number, numbers: readonly number[]): Pick<MatchedRow, 'grade' | 'keys'> {
    const row = numbers.map((index) => this.recordAt(index));
    if (this.groups.isMarked(root, CONFLICTED)) return { grade: 'CONFLICT', keys: sharedKeys(row) };
    if (this.groups.isMarked(root, DOUBLED)) return { grade: 'DUPLICATE', keys: sharedKeys(row) };
    return { grade: bondOf(row), keys: sharedKeys(row) };
  }

  /** By row: which keys occur twice on one side, and who else bears a key that did not join. */
  private told(): Map<number, { twice: Set<MatchKey>; related: RelatedRecord[] }> {
    const out = new Map<number, { twice: Set<MatchKey>; related: RelatedRecord[] }>();
    for (const { key, members } of this.apart) {
      const sorted = [...members].sort((a, b) => this.inOrder(a, b));
      const often = countOf(this.sidesOf(members));
      for (const of of sorted) {
        const root = this.groups.of(of);
        const entry = out.get(root) ?? { twice: new Set(), related: [] };
        out.set(root, entry);
        if ((often.get(this.sides[of] ?? 0) ?? 0) > 1) entry.twice.add(key);
        let listed = 0;
        for (const to of sorted) {
          if (listed === RELATED) break;
          if (this.groups.of(to) === root) continue;
          entry.related.push({ key, of, to });
          listed += 1;
        }
      }
    }
    return out;
  }

  private inOrder(a: number, b: number): number {
    return compareRecords(this.recordAt(a), this.recordAt(b));
  }

  private recordAt(index: number): MatchRecord {
    const record = this.records[index];
    if (!record) throw new RangeError(`there is no record ${index}`);
    return record;
  }
}

/** The master first, then systems by code; within a side by id. */
export function compareRecords(a: Pick<MatchRecord, 'side' | 'id'>, b: Pick<MatchRecord, 'side' | 'id'>): number {
  if (a.side !== b.side) {
    if (a.side === MASTER_SIDE || b.side === MASTER_SIDE) return a.side === MASTER_SIDE ? -1 : 1;
    return a.side < b.side ? -1 : 1;
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function countOf(sides: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const side of sides) counts.set(side, (counts.get(side) ?? 0) + 1);
  return counts;
}
