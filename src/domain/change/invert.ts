import { BUNDLE_FIELD, SCHEDULED_FIELD } from '../bundle/timeline.js';
import type { LifecycleState } from '../catalog/lifecycle.js';
import { mayBecome } from '../catalog/lifecycle.js';
import type { FieldChange, FieldValues, Json } from '../primitives/json.js';
import { ownValue, sameJson } from '../primitives/json.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { ChangeOperation, ProposedChange } from './change.js';
import { changesByKey } from './changes-by-key.js';
import { amountsOf, listOfAmounts } from './system-amounts.js';

/** What an applied request did to one SKU or product, and what has become of it since. */
export interface AppliedTarget {
  entity: 'SKU' | 'PRODUCT';
  /** SKU code or product handle. */
  target: string;
  /** Was it the request that created it? */
  created: boolean;
  /** The changes of its revisions by this request, oldest first. */
  changes: readonly (readonly FieldChange[])[];
  present: FieldValues;
  presentRevision: number;
  /** Revisions by others since, oldest first: what they changed, and who did. */
  later: readonly { changes: readonly FieldChange[]; by: string }[];
}

export interface Inverse {
  changes: ProposedChange[];
  /** What stays as it is, each with the reason. */
  left: Problem[];
}

/**
 * The changes that take an applied request back, against the present. Only what is still as the request left it is
 * undone: what somebody changed since is theirs, and named with who. What there is no way back from is named too.
 * @param now what "in the past" means, as `instantKey` writes it.
 */
export function invertApplied(applied: readonly AppliedTarget[], now: string): Inverse {
  const inverse: Inverse = { changes: [], left: [] };
  for (const each of applied) {
    if (each.created) inverse.left.push(createdForGood(each));
    else new Undoing(each, now).into(inverse);
  }
  return inverse;
}

function createdForGood({ entity, target }: AppliedTarget): Problem {
  const way = entity === 'SKU' ? 'its code is taken for ever; propose RETIRED' : 'a product is never deleted';
  return problem('CANNOT_BE_UNDONE', `${target} was created by it: ${way}`);
}

class Undoing {
  private readonly patches = new Map<ChangeOperation, FieldValues>();
  private readonly amounts: Map<string, Json>;
  private readonly left: Problem[] = [];

  constructor(
    private readonly applied: AppliedTarget,
    private readonly now: string,
  ) {
    this.amounts = amountsOf(applied.present['systemValues']);
  }

  into(inverse: Inverse): void {
    for (const change of netChanges(this.applied.changes)) this.undo(change);
    const { target, presentRevision: baseRevision } = this.applied;
    for (const [operation, patch] of this.patches) inverse.changes.push({ operation, target, baseRevision, patch });
    inverse.left.push(...this.left);
  }

  private undo({ field, from, to }: FieldChange): void {
    const current = this.valueOf(field);
    if (sameJson(current, from)) return;
    if (!sameJson(current, to)) {
      const who = this.lastToChange(field);
      this.leave('STALE_BASE', `${field} was changed since${who === null ? '' : ` by ${who}`}, and stays as it is`);
      return;
    }
    const [root = field, ...rest] = field.split('.');
    const key = rest.join('.');
    if (field === 'state') this.step(current, from);
    else if (field === BUNDLE_FIELD) this.compose(from);
    else if (root === SCHEDULED_FIELD) this.reschedule(key, from);
    else this.set(root, key, from);
  }

  private set(field: string, key: string, from: Json): void {
    const patch = this.patch(this.applied.entity === 'SKU' ? 'SKU_UPDATE' : 'PRODUCT_UPDATE');
    if (key === '') patch[field] = from;
    else if (field === 'systemValues') {
      this.amounts.set(key, from);
      patch[field] = listOfAmounts(this.amounts);
    } else patch[field] = { ...(patch[field] as FieldValues | undefined), [key]: from };
  }

  /** Of a field that merges key by key, the value under the key. */
  private valueOf(field: string): Json {
    const { present } = this.applied;
    const [root = field, ...rest] = field.split('.');
    const key = rest.join('.');
    if (key === '') return present[field] ?? null;
    if (root === 'systemValues') return amountsOf(present['systemValues']).get(key) ?? null;
    const map = present[root];
    return typeof map === 'object' && map !== null && !Array.isArray(map) ? ownValue(map, key) : null;
  }

  private step(current: Json, from: Json): void {
    const [is, was] = [current as LifecycleState, from as LifecycleState];
    if (mayBecome(is, was)) this.patch('SKU_TRANSITION').state = from;
    else this.leave('TRANSITION_NOT_ALLOWED', `there is no way back from ${is} to ${was}`);
  }

  private compose(from: Json): void {
    if (from === null) this.leave('CANNOT_BE_UNDONE', 'a bundle that has a composition is never without one again');
    else this.patch('BUNDLE_SET')[BUNDLE_FIELD] = from;
  }

  private reschedule(instant: string, from: Json): void {
    if (from !== null && instant <= this.now) {
      this.leave('CANNOT_BE_UNDONE', `the version that was to begin at ${instant} would begin in the past`);
      return;
    }
    const patch = this.patch('BUNDLE_SET');
    patch[SCHEDULED_FIELD] = { ...(patch[SCHEDULED_FIELD] as FieldValues | undefined), [instant]: from };
  }

  private patch(operation: ChangeOperation): FieldValues {
    const patch = this.patches.get(operation) ?? {};
    this.patches.set(operation, patch);
    return patch;
  }

  private lastToChange(field: string): string | null {
    const { later } = this.applied;
    return later.findLast(({ changes }) => changesByKey(changes).some((each) => each.field === field))?.by ?? null;
  }

  private leave(code: Problem['code'], message: string): void {
    this.left.push(problem(code, `${this.applied.target}: ${message}`));
  }
}

/** What all of them together changed, by key: from what it was before the first, to what it was after the last. */
function netChanges(revisions: readonly (readonly FieldChange[])[]): FieldChange[] {
  const net = new Map<string, FieldChange>();
  for (const { field, from, to } of revisions.flatMap(changesByKey)) {
    const before = net.get(field);
    net.set(field, { field, from: before ? before.from : from, to });
  }
  return [...net.values()].filter(({ from, to }) => !sameJson(from, to));
}
