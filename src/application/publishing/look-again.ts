import type { FieldComparison } from '../../domain/drift/compare.js';
import type { FindingDraft } from '../../domain/drift/finding.js';
import type { Judgement } from '../../domain/drift/judge.js';
import { normaliseAll } from '../../domain/drift/normalise.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { sameJson } from '../../domain/primitives/json.js';
import type { DeliveryFault, ObservedRecord } from '../../domain/publishing/system.js';
import type { Connector } from '../ports/connector.js';
import type { LaneRecord, Unsettled } from '../ports/publishing-queue.js';
import { CODE, codeAstray } from './recoding.js';
import type { HouseRules, LaneGround } from './reckon-record.js';
import { isBlank, reckonRecord } from './reckon-record.js';
import { publishedOf } from './work-under-way.js';

/** A record as it was read and judged before it was written. */
export interface Before {
  record: LaneRecord;
  canonical: FieldValues;
  /** Null where nothing was there to be judged. */
  judgement: Judgement | null;
  comparisons: readonly FieldComparison[];
  written: FieldValues;
}

/** What a record shows after a write of ours, judged. */
export interface After {
  shown: ObservedRecord;
  values: FieldValues;
  /** Null: nobody governs the record now, and no more than its code was written. */
  judgement: Judgement | null;
  /** What was to be written and is not there: it is tried again. */
  astray: readonly FieldComparison[];
}

/**
 * What the system shows once it took a write is an observation like any other: it goes through the same comparison, against
 * what was known when the write was sent. Still as before: the write did not stick, and is tried again. Anything else that
 * is not ours: somebody edited it in between, or the system made something else of it, and that is a finding.
 */
export function lookAgain(
  ground: LaneGround,
  before: Before,
  shown: ObservedRecord,
  attempt: Unsettled,
  { house, connector }: { house: HouseRules; connector: Connector },
): After {
  const values = normaliseAll(shown.fields);
  const record: LaneRecord = {
    ...before.record,
    published: before.judgement ? knownBy(before.judgement, before.comparisons) : blanksIn(values),
    match: 'MATCHED',
    unsettled: [...before.record.unsettled, attempt],
  };
  const published = publishedOf(record, values, connector);
  const { comparisons, judgement } = reckonRecord(ground, record, { ...shown, values, published }, house);
  const lagging = comparisons.filter(({ field }) => judgement !== null && field in judgement.writes);
  const astray = [...lagging, ...codeAstray(before.record, shown, CODE in before.written)];
  const isShown = (field: string): boolean => comparisons.some((each) => each.field === field);
  const held = (before.judgement?.held ?? []).filter((field) => !isShown(field));
  return { shown, values, judgement: judgement && newsOf(judgement, before.judgement, held), astray };
}

/** B when the write was sent; of a creation that was found half done, what that had left behind. */
function knownBy({ base, writes }: Judgement, comparisons: readonly FieldComparison[]): FieldValues {
  const left = comparisons.flatMap(({ field, base: was }) =>
    field in writes && was !== undefined ? [[field, was]] : [],
  );
  return { ...Object.fromEntries(left), ...base };
}

/** Nothing was there before it was created: what is blank still is as before, and nobody's edit. */
function blanksIn(values: FieldValues): FieldValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isBlank(value)));
}

/** Without what the look before the write has told already; what the answer does not show is held as it was. */
function newsOf(judgement: Judgement, before: Judgement | null, held: readonly string[]): Judgement {
  const isNews = ({ identity, found }: FindingDraft, told: readonly FindingDraft[] = []): boolean =>
    !told.some((each) => each.identity === identity && sameJson(each.found, found));
  return {
    ...judgement,
    findings: judgement.findings.filter((each) => isNews(each, before?.findings)),
    taken: judgement.taken.filter((each) => isNews(each, before?.taken)),
    held: [...judgement.held, ...held],
  };
}

/** It says that it took the write, and shows what was there before. */
export function notVerified(astray: readonly FieldComparison[]): DeliveryFault {
  const told = astray.map(
    ({ field, canonical, observed }) =>
      `${field} shows ${JSON.stringify(observed ?? null)} instead of ${JSON.stringify(canonical)}`,
  );
  const message = `the system took the write, but ${told.join('; ')}`;
  return { class: 'UNKNOWN', code: 'NOT_VERIFIED', message, retryAfterSeconds: null, ambiguous: false, raw: null };
}
