import type { FieldValues, Json } from '../../primitives/json.js';
import { canonicalJson, sameJson } from '../../primitives/json.js';
import type { Sliced } from '../../primitives/sliced.js';
import { eachOf } from '../../primitives/sliced.js';
import type { ChangeSet } from '../draft.js';
import { changesByKey } from '../changes-by-key.js';
import type { RecordEntity } from '../../publishing/system.js';

/**
 * What somebody who approves a request commits to: by each code and handle that the request names, the value that each
 * field gets because of it, in the master and in every system, and each finding that it writes over. What the values
 * were before is not in it, nor what other requests do to other fields: where those move, the same is written.
 */
export type Commitments = Record<string, FieldValues>;

/** Where a commitment is; `system` is empty for the master. */
export interface CommitmentPlace {
  system: string;
  entity: RecordEntity;
  target: string;
  /** Empty for the creation of the record. */
  field: string;
  kind: 'VALUE' | 'SUPERSEDES';
}

/** A commitment that is no longer what it was; null where there is, or was, none. */
export interface ChangedCommitment extends CommitmentPlace {
  /** The code or handle that the request names. */
  because: string;
  was: Json;
  is: Json;
}

/** Gathers commitments; a record that is reached by several names is committed to under each. */
export class CommitmentList {
  readonly all: Commitments = {};

  add(because: readonly string[], place: CommitmentPlace, value: Json): void {
    const { system, entity, target, field, kind } = place;
    const key = JSON.stringify([system, entity, target, field, kind]);
    for (const name of because) {
      // A code may be called like a property that every object has.
      const mine = Object.hasOwn(this.all, name) ? this.all[name] : undefined;
      if (mine) mine[key] = value;
      else Object.defineProperty(this.all, name, { value: { [key]: value }, enumerable: true, configurable: true });
    }
  }

  /** What the change set makes of the master itself, by keys where fields merge by keys. */
  *addMaster(set: ChangeSet): Sliced<void> {
    const add = (entity: RecordEntity, target: string, changes: ChangeSet['skus'][number]['changes']): void => {
      for (const { field, to } of changesByKey(changes)) {
        this.add([target], { system: '', entity, target, field, kind: 'VALUE' }, to);
      }
    };
    for (const { after, changes } of set.products) add('PRODUCT', after.handle, changes);
    yield* eachOf(set.skus, ({ after, changes }) => add('SKU', after.code, changes), 0, 0);
  }
}

/**
 * What is otherwise than it was committed to: values that are added, taken away or others, and findings that would be
 * written over unseen. A finding that is no longer there takes nothing away; nor does a name for which nothing is left to do,
 * because all of it has come about already as it was approved: of that nobody can be asked anything.
 */
export function* changedCommitments(was: Commitments, is: Commitments): Sliced<ChangedCommitment[]> {
  const out: ChangedCommitment[] = [];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  yield 0;
  for (const [index, because] of names.entries()) {
    yield index / names.length;
    const [before, now] = [ownOf(was, because), ownOf(is, because)];
    if (canonicalJson(before) === canonicalJson(now) || isAllDone(before, now)) continue;
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()) {
      const place = placeOf(key);
      if (place.kind === 'SUPERSEDES' && !(key in now)) continue;
      if (key in before && key in now && sameJson(before[key], now[key])) continue;
      out.push({ ...place, because, was: before[key] ?? null, is: now[key] ?? null });
    }
  }
  return out;
}

/** The master was to get values, and nothing is left to do: it has them all. */
function isAllDone(before: FieldValues, now: FieldValues): boolean {
  return Object.keys(now).length === 0 && Object.keys(before).some((key) => placeOf(key).system === '');
}

function ownOf(all: Commitments, name: string): FieldValues {
  return Object.hasOwn(all, name) ? (all[name] ?? {}) : {};
}

function placeOf(key: string): CommitmentPlace {
  const [system, entity, target, field, kind] = JSON.parse(key) as [string, RecordEntity, string, string, 'VALUE'];
  return { system, entity, target, field, kind };
}
