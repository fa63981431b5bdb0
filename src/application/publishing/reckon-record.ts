import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { Product } from '../../domain/catalog/product.js';
import type { FieldComparison } from '../../domain/drift/compare.js';
import { compareRecord } from '../../domain/drift/compare.js';
import type { FindingDraft } from '../../domain/drift/finding.js';
import type { Judgement } from '../../domain/drift/judge.js';
import { findingOf, judgeRecord } from '../../domain/drift/judge.js';
import type { FieldRule } from '../../domain/drift/source-of-truth.js';
import type { FieldValues, Json } from '../../domain/primitives/json.js';
import type { Authorship, GovernedSystem, RecordEntity } from '../../domain/publishing/system.js';
import type { LaneRecord } from '../ports/publishing-queue.js';
import { isWanted, projectRecord, undecidedValues } from './project-record.js';

/** Where records of one product are: in which system, and with which siblings. */
export interface LaneGround {
  system: GovernedSystem;
  product: Product;
  /** States of all SKUs of the product that are listed in the system and not DRAFT. */
  states: readonly LifecycleState[];
}

/** What of the house a reckoning goes by. */
export interface HouseRules {
  masterCurrency: string;
  /** The source-of-truth matrix as it acts. */
  rules: readonly FieldRule[];
  /** Its version. */
  policyVersion: number;
}

/** What a system showed of a record; values are normalised. */
export interface Shown extends Authorship {
  values: FieldValues;
  unreadable: readonly string[];
  /** What of it counts as published last, where that is not what the record says. */
  published?: FieldValues | null;
}

/** What one record comes to. */
export interface Reckoning {
  /** What the system should show; null when nobody governs the record now. */
  canonical: FieldValues | null;
  comparisons: readonly FieldComparison[];
  /** Null where nothing was there to be judged. */
  judgement: Judgement | null;
  /** What is to be written there; null: nothing. */
  wish: { action: 'CREATE' | 'UPDATE'; values: FieldValues } | null;
  /** It is to be created, and has no price: nothing is ever offered for nothing. */
  isUnpriced: boolean;
}

/**
 * What is to be written of one record, and why: the one piece of code that both the publisher asks, of what it has just
 * read, and the plan, of what was last seen. So what a plan says is what is written.
 * @param shown what is there; null: nothing.
 */
export function reckonRecord(
  ground: LaneGround,
  record: LaneRecord,
  shown: Shown | null,
  house: HouseRules,
): Reckoning {
  const { product, states, system } = ground;
  const canonical = projectRecord(record, product, states, system, house.masterCurrency);
  if (!shown) {
    const create =
      record.externalId === null &&
      record.match === 'TO_CREATE' &&
      canonical !== null &&
      isWanted(record, states, system);
    const isUnpriced = create && lacksPrice(system, record, canonical);
    const wish = create && canonical && !isUnpriced ? { action: 'CREATE' as const, values: canonical } : null;
    return { canonical, comparisons: [], judgement: null, wish, isUnpriced };
  }
  if (!canonical) return { canonical, comparisons: [], judgement: null, wish: null, isUnpriced: false };
  const expected = record.unsettled.map((attempt) => attempt.expected);
  // A creation of ours whose answer was lost, found again: nothing was there before it, so what differs is what it did
  // not get to do, and not somebody's edit.
  const unfinished = record.match === 'TO_CREATE' && expected.length > 0;
  const { published = record.published } = shown;
  const comparisons = compareRecord({
    canonical,
    base: unfinished ? { ...shown.values, ...tagsOf(expected), ...published } : published,
    observed: shown.values,
    unreadable: shown.unreadable,
    expected,
    rules: house.rules,
  });
  const undecided = undecidedValues(record, system, shown.values, canonical);
  const { attribution, authors } = shown;
  const context = {
    system: system.code,
    attribution,
    authors,
    changedAt: record.changedAt,
    readOnly: system.mode === 'READ_ONLY',
    undecided,
    policyVersion: house.policyVersion,
  };
  const judgement = judgeRecord(record, comparisons, context);
  if (unfinished) judgement.findings.push(...doubtful(record, comparisons, judgement, shown));
  const differs = Object.keys(judgement.writes).length > 0;
  const wish = differs ? { action: 'UPDATE' as const, values: judgement.writes } : null;
  return { canonical, comparisons, judgement, wish, isUnpriced: false };
}

/** B of tags is what is ours: after an unfinished creation, what it was to put there. Others' tags are theirs. */
function tagsOf(expected: readonly FieldValues[]): FieldValues {
  const tags = expected.flatMap(({ 'product.tags': each }) => (Array.isArray(each) ? each : []));
  return expected.some((each) => 'product.tags' in each) ? { 'product.tags': [...new Set(tags)] } : {};
}

/** What a creation does in steps of its own, and so may have left undone. */
const LATER_STEPS = ['lifecycle', 'bundle.components'];
/** Whatever is written of them, others' stay. */
const KEPT = ['product.tags'];
const BLANKS = [null, '', '0.00'];

/**
 * What a creation of ours whose answer was lost will write over, though somebody may have typed it meanwhile: it is put
 * on record before it goes, because no edit is ever overwritten unseen (design section 3, rule 5). Such a finding ends by
 * itself with the next look.
 */
function doubtful(
  record: LaneRecord,
  comparisons: readonly FieldComparison[],
  { writes }: Judgement,
  shown: Authorship,
): FindingDraft[] {
  return comparisons.flatMap((each) => {
    const { field, observed = null, result } = each;
    const isOurs =
      result.verdict !== 'LAG' || !(field in writes) || LATER_STEPS.includes(field) || KEPT.includes(field);
    return isOurs || isBlank(observed) ? [] : [findingOf(record, { ...each, base: undefined }, shown)];
  });
}

/** What a system shows of a field that nobody has said anything about. */
export function isBlank(value: Json): boolean {
  return Array.isArray(value) ? value.length === 0 : BLANKS.some((blank) => blank === value);
}

/** Shopify takes a variant without a price as one that costs nothing. */
function lacksPrice(system: GovernedSystem, record: LaneRecord, canonical: FieldValues): boolean {
  return system.kind === 'SHOPIFY' && record.entity === 'SKU' && !('price' in canonical);
}

/** One record of a lane, as far as it matters to what else of the lane may be sent. */
export interface Sending {
  entity: RecordEntity;
  isThere: boolean;
  action: 'CREATE' | 'UPDATE' | null;
}

/** What goes out now. A product is not created before one of its SKUs is: it would be there with a blank variant. */
export function sendable<T>(lane: readonly T[], of: (each: T) => Sending): T[] {
  const anySku = lane.some((each) => {
    const { entity, isThere, action } = of(each);
    return entity === 'SKU' && (isThere || action !== null);
  });
  return lane.filter((each) => {
    const { entity, action } = of(each);
    return action !== null && (anySku || entity === 'SKU' || action === 'UPDATE');
  });
}
