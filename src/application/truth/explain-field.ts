import type { Actor } from '../../domain/actor.js';
import { isPolicy, policyActor } from '../../domain/actor.js';
import { compareRecord } from '../../domain/drift/compare.js';
import type { FieldRule } from '../../domain/drift/source-of-truth.js';
import type { Json } from '../../domain/primitives/json.js';
import type { GovernedSystem } from '../../domain/publishing/system.js';
import type { FieldStanding, MasterPlace } from '../../domain/truth/explanation.js';
import { broughtBy, ruleTold, standingOf } from '../../domain/truth/explanation.js';
import type { ChangeRequestView, DecisionView } from '../ports/change-reader.js';
import type { FieldRecord, ValueObservation, ValueOrigin } from '../ports/explanation-reader.js';
import type { Ports } from '../ports/ports.js';
import { projectRecord } from '../publishing/project-record.js';
import { OWNER_ACTOR } from './take-over.js';

/** How somebody, or a rule, said yes to a value. BASELINE: taken as it was on the first day, which an ADMIN answers for. */
export type ApprovalWay = 'DECISION' | 'POLICY' | 'FORCE' | 'BASELINE';

export interface ValueApproval {
  way: ApprovalWay;
  actor: Actor;
  at: Date;
  comment: string | null;
}

/** One field as one system holds it. */
export interface FieldInSystem {
  system: string;
  standing: FieldStanding;
  /** What the master wants the system to show, normalised; null where it wants nothing. */
  wanted: Json;
  published: Json;
  /** When the delivery that brought what counts as published was verified; null where none of ours brought it. */
  publishedAt: Date | null;
  deliveryId: string | null;
  observed: Json;
  comparedAt: Date | null;
  /** When the system was last seen showing what the master wants; null where it shows something else now. */
  lastSeenAt: Date | null;
  findingId: string | null;
}

/** Why one field of a SKU, or of its product, is as it is. */
export interface FieldExplanation {
  field: string;
  value: Json;
  /** Null: the matrix has no rule for it, so that nobody governs it. */
  rule: FieldRule | null;
  policyVersion: number;
  revision: number;
  actor: Actor;
  at: Date;
  reason: string | null;
  changeRequestId: string | null;
  observation: ValueObservation | null;
  /** Oldest first; none where policy asks for nobody. */
  approvals: ValueApproval[];
  systems: FieldInSystem[];
}

/** What is asked about: a SKU, or the product for fields of its product. */
export interface Explaining {
  field: string;
  place: MasterPlace;
  /** The value and whence it came, as of this instant; rule and systems are those of the present. Null: now. */
  asOf: Date | null;
}

/**
 * Explains one field of any number of SKUs or products, in a constant number of statements: the value, the rule that owns it,
 * the revision, request or observation that brought it, who approved that, and how it stands in every system.
 * @param ids of SKUs, or of products where the place is one of a product. What had no revision by then is not in the answer.
 */
export async function explainField(
  ports: Pick<Ports, 'changes' | 'explanations' | 'masterCurrency' | 'operations' | 'truth'>,
  ids: readonly string[],
  { field, place, asOf }: Explaining,
): Promise<Map<string, FieldExplanation>> {
  const policy = await ports.truth.version(null);
  if (!policy) throw new Error('there is always a version of the source-of-truth matrix');
  const rule = ruleTold(policy.rules, field);
  const origins = await ports.explanations.origins(ids, place, asOf);
  const brought = origins.flatMap(({ ofId, changeRequestId }) =>
    changeRequestId === null ? [] : [{ ofId, changeRequestId }],
  );
  const requestIds = [...new Set(brought.map(({ changeRequestId }) => changeRequestId))];
  const requests = await ports.changes.requestsByIds(requestIds);
  const decisions = await ports.changes.decisionsOf(requestIds);
  const observations = await ports.explanations.observations(brought, field, place.entity);
  const seen = new Map(observations.map((each) => [each.ofId, each]));
  const systems = await ports.operations.systems();
  const records = Map.groupBy(await ports.explanations.records(ids, field, place.entity), ({ record }) =>
    place.entity === 'SKU' ? (record.skuId ?? '') : record.productId,
  );
  return new Map(
    origins.map((origin): [string, FieldExplanation] => {
      const { ofId, changeRequestId, value, revision, actor, at, reason } = origin;
      const observation = seen.get(ofId) ?? null;
      const request = requests.get(changeRequestId ?? '') ?? null;
      const approvals = approvalsOf(origin, request, decisions.get(changeRequestId ?? '') ?? [], observation);
      const of = records.get(ofId) ?? [];
      const inSystems = systems.map((system) => {
        const record = of.find((each) => each.system === system.code);
        return inSystem({ field, rule, system, masterCurrency: ports.masterCurrency }, record);
      });
      const told = { field, value, rule, policyVersion: policy.version, revision, actor, at, reason, changeRequestId };
      return [ofId, { ...told, observation, approvals, systems: inSystems }];
    }),
  );
}

function approvalsOf(
  { actor, at, reason }: ValueOrigin,
  request: ChangeRequestView | null,
  decisions: readonly DecisionView[],
  observation: ValueObservation | null,
): ValueApproval[] {
  if (!request) return [{ way: 'BASELINE', actor, at, comment: reason }];
  const { author, forced } = request;
  if (author.id === OWNER_ACTOR.id || isPolicy(author)) {
    const version = observation?.policyVersion;
    const by = version == null ? author : policyActor(version);
    return [{ way: 'POLICY', actor: by, at: request.appliedAt ?? at, comment: request.reason }];
  }
  const given = decisions.filter(({ kind }) => kind === 'APPROVE');
  const people = given.map((each): ValueApproval => ({ ...toldDecision(each), way: 'DECISION' }));
  if (!forced) return people;
  return [...people, { way: 'FORCE', actor: forced.actor, at: new Date(forced.at), comment: forced.reason }];
}

function toldDecision({ actor, at, comment }: DecisionView): Omit<ValueApproval, 'way'> {
  return { actor, at, comment };
}

interface Asked {
  field: string;
  rule: FieldRule | null;
  system: GovernedSystem;
  masterCurrency: string;
}

/** By the very comparison that every scan makes, of what was last seen. */
function inSystem({ field, rule, system, masterCurrency }: Asked, held: FieldRecord | undefined): FieldInSystem {
  const isThere = held !== undefined && held.record.externalId !== null && held.record.match !== 'MISSING';
  const canonical = held && projectRecord(held.record, held.product, held.states, system, masterCurrency);
  const hasWish = canonical != null && field in canonical;
  const wanted = hasWish ? (canonical[field] ?? null) : null;
  const published = held?.record.published?.[field];
  const comparison =
    held && hasWish && held.observed !== null && rule !== null
      ? compareRecord({
          canonical: { [field]: wanted },
          base: held.record.published,
          observed: held.observed,
          unreadable: held.unreadable,
          expected: held.record.unsettled.map((attempt) => attempt.expected),
          rules: [rule],
        })[0]
      : undefined;
  const standing = standingOf(field, rule, system.kind, {
    isThere,
    isWanted: hasWish,
    isSeen: held != null && held.observed !== null,
    comparison,
  });
  const brought =
    held?.brought && published !== undefined && broughtBy(field, held.brought.value, published, rule)
      ? held.brought
      : null;
  return {
    system: system.code,
    standing,
    wanted,
    published: published ?? null,
    publishedAt: brought?.at ?? null,
    deliveryId: brought?.deliveryId ?? null,
    observed: held?.observed?.[field] ?? null,
    comparedAt: held?.comparedAt ?? null,
    lastSeenAt: standing === 'IN_SYNC' ? (held?.comparedAt ?? null) : null,
    findingId: held?.findingId ?? null,
  };
}
