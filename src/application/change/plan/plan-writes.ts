import type { ChangeSet } from '../../../domain/change/draft.js';
import { CommitmentList } from '../../../domain/change/plan/commitments.js';
import type { OmissionReason, PlannedRecordRef, WritePlan } from '../../../domain/change/plan/write-plan.js';
import { recordOrder, writeActionOf } from '../../../domain/change/plan/write-plan.js';
import { lawOf } from '../../../domain/drift/normalise.js';
import { ruleOf } from '../../../domain/drift/source-of-truth.js';
import type { FieldChange, FieldValues, Json } from '../../../domain/primitives/json.js';
import { sameJson } from '../../../domain/primitives/json.js';
import type { Sliced } from '../../../domain/primitives/sliced.js';
import { eachOf } from '../../../domain/primitives/sliced.js';
import { hasRecordsOf } from '../../../domain/publishing/owed.js';
import type { PlannedLane, PlannedLanes, PlannedRecord } from '../../ports/plan-store.js';
import { lackingComponents } from '../../publishing/components-there.js';
import { isWanted } from '../../publishing/project-record.js';
import type { HouseRules, Reckoning, Shown } from '../../publishing/reckon-record.js';
import { reckonRecord, sendable } from '../../publishing/reckon-record.js';
import { PlanCauses } from './plan-causes.js';

/** A record of a lane, reckoned as it is and as the request would leave it. */
interface Judged extends PlannedRecord {
  ref: PlannedRecordRef;
  because: readonly string[];
  shown: Shown | null;
  present: Reckoning | null;
  planned: Reckoning;
}

/**
 * What a change set does to every system: each record that the publisher would write once it is applied, and what it would
 * write there, worked out by the publisher's own code from what the systems last showed. Pure, in one order, and in steps:
 * others have their turns while the plan of many records is made.
 */
export function* planningWrites(
  set: ChangeSet,
  { lanes, composedIn }: PlannedLanes,
  house: HouseRules,
): Sliced<WritePlan> {
  const planner = new Planner(new PlanCauses(set, composedIn), house);
  yield 0;
  yield* planner.commitments.addMaster(set);
  yield* eachOf(lanes, (lane) => planner.take(lane));
  return yield* planner.finish();
}

class Planner {
  readonly commitments = new CommitmentList();
  private readonly plan: WritePlan = { writes: [], omissions: [], supersedes: [], silent: [], commitments: {} };

  constructor(
    private readonly causes: PlanCauses,
    private readonly house: HouseRules,
  ) {}

  take(lane: PlannedLane): void {
    const judged = lane.records.map((record) => this.judge(record, lane));
    const owed = judged.filter(({ because }) => because.length > 0);
    if (owed.length === 0) return;
    const { mode, link, kind } = lane.system;
    if (mode !== 'WRITE') return this.beSilent(lane, 'READ_ONLY', owed);
    for (const each of owed) this.commit(each, lane);
    if (link !== 'LINKED') return this.beSilent(lane, 'UNLINKED', owed);
    // A record that waits for a scan, or that is gone, takes nothing; nor does a product whose own record waits.
    const waits = judged.some(({ after }) => after.entity === 'PRODUCT' && after.match === 'WAITING');
    const taking = owed.filter(({ after }) => !waits && after.match !== 'WAITING' && after.match !== 'MISSING');
    for (const each of owed) {
      if (!taking.includes(each)) this.omit(each, null, each.after.match === 'MISSING' ? 'GONE' : 'NOT_MATCHED');
    }
    if (taking.length === 0) return;
    // Where the system has product records, the whole product is read, and all of it that differs is written.
    const read = hasRecordsOf(kind, 'PRODUCT') ? judged : taking;
    for (const each of taking) this.explain(each);
    const writes = read.map((each) => ({ each, wish: this.wishOf(each) }));
    const sent = sendable(writes, ({ each, wish }) => ({
      entity: each.after.entity,
      isThere: each.shown !== null,
      action: wish?.action ?? null,
    }));
    for (const { each, wish } of sent) if (wish) this.write(each, lane, wish);
  }

  *finish(): Sliced<WritePlan> {
    const { writes, omissions, supersedes, silent } = this.plan;
    const byField = (a: { field: string | null }, b: { field: string | null }): number =>
      (a.field ?? '') < (b.field ?? '') ? -1 : 1;
    const inOrder = writes.toSorted(recordOrder);
    yield 1;
    return {
      writes: inOrder,
      omissions: omissions.toSorted((a, b) => recordOrder(a, b) || byField(a, b)),
      supersedes: supersedes.toSorted((a, b) => recordOrder(a, b) || byField(a, b)),
      silent: [...silent].sort((a, b) => (a.system < b.system ? -1 : 1)),
      commitments: this.commitments.all,
    };
  }

  private judge(record: PlannedRecord, lane: PlannedLane): Judged {
    const { before, after, observed } = record;
    const { system } = lane;
    // What was last seen, or was shown to be there when it was last written.
    const isThere = after.match === 'MATCHED' && after.externalId !== null;
    const values = observed ?? after.published ?? {};
    const shown = isThere ? { values, unreadable: [], attribution: null } : null;
    const { product, states } = lane.before;
    const present = before && product ? reckonRecord({ system, product, states }, before, shown, this.house) : null;
    const planned = reckonRecord({ system, ...lane.after }, after, shown, this.house);
    const ref = { system: system.code, entity: after.entity, target: after.target };
    return { ...record, ref, because: this.causes.becauseOf(record, lane), shown, present, planned };
  }

  /** Is the value of a field in the projection this request's doing? */
  private isMine({ after, present, planned }: Judged, field: string): boolean {
    const before = present?.canonical;
    if (before && field in before) return !sameJson(before[field], planned.canonical?.[field]);
    return this.causes.moves(after, field) || (field === 'bundle.components' && before != null);
  }

  /** What whoever approves commits to: it holds whatever the system shows by the time it is written. */
  private commit(each: Judged, lane: PlannedLane): void {
    const { ref, because, after, present, planned } = each;
    const place = { ...ref, kind: 'VALUE' as const };
    const isNew = (reckoned: Reckoning | null): boolean =>
      reckoned !== null && (reckoned.wish?.action === 'CREATE' || reckoned.isUnpriced);
    if (isNew(planned) && !isNew(present)) this.commitments.add(because, { ...place, field: '' }, 'CREATE');
    // What nobody wants there and is not there is never written.
    if (!each.shown && !isWanted(after, lane.after.states, lane.system)) return;
    const held = new Set(Object.keys(leftAlone(planned)));
    for (const [field, value] of Object.entries(planned.canonical ?? {})) {
      if (this.isMine(each, field) && !held.has(field)) this.commitments.add(because, { ...place, field }, value);
    }
    for (const field of supersededIn(each)) {
      const found = each.shown?.values[field] ?? null;
      this.commitments.add(because, { ...ref, field, kind: 'SUPERSEDES' }, found);
    }
  }

  /** What of a record the request changes and does not write, and what it writes over. */
  private explain(each: Judged): void {
    const { after, planned, because, ref } = each;
    for (const field of supersededIn(each)) {
      const findingId = planned.judgement?.endings[field]?.findingId ?? '';
      const [found, to] = [each.shown?.values[field] ?? null, planned.canonical?.[field] ?? null];
      this.plan.supersedes.push({ ...ref, field, findingId, found, to, because: [...because] });
    }
    for (const [field, reason] of Object.entries(leftAlone(planned))) {
      const finding = after.openFindings.find((open) => open.field === field);
      this.omit(each, field, reason, finding?.id ?? null);
    }
    const compared = new Set(planned.comparisons.map(({ field }) => field));
    for (const field of each.shown ? Object.keys(planned.canonical ?? {}) : []) {
      if (!this.isMine(each, field) || compared.has(field)) continue;
      this.omit(each, field, ruleOf(this.house.rules, field) === null ? 'FOREIGN' : 'NOT_SHOWN');
    }
    if (planned.isUnpriced) this.omit(each, null, 'PRICE_MISSING');
  }

  /** What is to be sent, if everything that it takes is there, or on its way. */
  private wishOf(each: Judged): Reckoning['wish'] {
    const { wish } = each.planned;
    if (!wish || !('bundle.components' in wish.values)) return wish;
    const fault = lackingComponents(each.after, each.ref.system);
    if (fault?.class !== 'VALIDATION') return wish;
    this.omit(each, null, 'COMPONENT_NOT_LISTED');
    return null;
  }

  private write(each: Judged, lane: PlannedLane, wish: NonNullable<Reckoning['wish']>): void {
    const { after, shown, present, ref, because } = each;
    const fields = wish.action === 'CREATE' ? created(wish.values) : moved(shown?.values ?? {}, wish.values);
    const wasOwed = (field: string): boolean => {
      if (present?.wish?.action !== wish.action) return false;
      return wish.action === 'CREATE' ? !this.isMine(each, field) : isSameWrite(each, field);
    };
    const lacking = (after.components ?? []).filter(({ externalId }) => externalId === null);
    this.plan.writes.push({
      ...ref,
      action: writeActionOf(lane.system.kind, wish.action, wish.values),
      fields,
      owed: fields.map(({ field }) => field).filter(wasOwed),
      because: [...because],
      waitsFor: 'bundle.components' in wish.values ? lacking.map(({ code }) => code) : [],
    });
  }

  private omit(each: Judged, field: string | null, reason: OmissionReason, findingId: string | null = null): void {
    const expected = field === null ? null : (each.planned.canonical?.[field] ?? null);
    const found = field === null ? null : (each.shown?.values[field] ?? null);
    this.plan.omissions.push({ ...each.ref, field, reason, expected, found, findingId });
  }

  private beSilent({ system }: PlannedLane, reason: 'READ_ONLY' | 'UNLINKED', owed: readonly Judged[]): void {
    const records = owed.filter(
      (each) =>
        each.planned.wish?.action === 'CREATE' ||
        Object.keys(each.planned.canonical ?? {}).some((field) => this.isMine(each, field)),
    ).length;
    const known = this.plan.silent.find((each) => each.system === system.code);
    if (known) known.records += records;
    else if (records > 0) this.plan.silent.push({ system: system.code, reason, records });
  }
}

/** Fields that differ there and are not written, and why. */
function leftAlone({ judgement }: Reckoning): Record<string, OmissionReason> {
  const { held = [], waived = [], ignored = [] } = judgement ?? {};
  const because = (fields: readonly string[], reason: OmissionReason): [string, OmissionReason][] =>
    fields.map((field) => [field, reason]);
  return Object.fromEntries([...because(held, 'HELD'), ...because(waived, 'WAIVED'), ...because(ignored, 'IGNORED')]);
}

/** Fields that this request, and none before it, writes although somebody changed them there. */
function supersededIn({ present, planned }: Judged): string[] {
  const endings = Object.entries(planned.judgement?.endings ?? {});
  return endings.flatMap(([field, { resolution }]) =>
    resolution === 'SUPERSEDED' && present?.judgement?.endings[field]?.resolution !== 'SUPERSEDED' ? [field] : [],
  );
}

/** The same value is owed there already. */
function isSameWrite({ present, planned }: Judged, field: string): boolean {
  const [before, after] = [present?.judgement?.expected, planned.judgement?.expected];
  return before !== undefined && after !== undefined && field in before && sameJson(before[field], after[field]);
}

/** What a record that is not there yet gets: nothing of it was anything before. */
function created(values: FieldValues): FieldChange[] {
  const isEmpty = (value: Json): boolean => value === null || (Array.isArray(value) && value.length === 0);
  return Object.entries(values).flatMap(([field, to]) => (isEmpty(to) ? [] : [{ field, from: null, to }]));
}

/** Of a field that is written in part (the lifecycle), only that part is told of what was before. */
function moved(shown: FieldValues, values: FieldValues): FieldChange[] {
  return Object.entries(values).map(([field, to]) => {
    const from = lawOf(field).normalise(shown[field] ?? null);
    return { field, from: partOf(from, to), to };
  });
}

function partOf(from: Json, to: Json): Json {
  if (!isMap(from) || !isMap(to)) return from;
  return Object.fromEntries(Object.keys(to).map((key) => [key, from[key] ?? null]));
}

function isMap(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
