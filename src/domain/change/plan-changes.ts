import { definitionsOf } from '../attributes/read-attribute-list.js';
import {
  isBundleField,
  NOTHING_YET,
  SCHEDULED_FIELD,
  timelineSnapshot,
  withBundleChanges,
} from '../bundle/timeline.js';
import type { ProductContent } from '../catalog/product.js';
import { productSnapshot } from '../catalog/product.js';
import type { FieldChange, FieldValues } from '../primitives/json.js';
import type { Sliced } from '../primitives/sliced.js';
import { allAtOnce, eachOf } from '../primitives/sliced.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem, under } from '../problem.js';
import { bundlePatch } from './bundle-patch.js';
import type { FieldConflict, ProposedChange } from './change.js';
import { productOfPatch } from './change.js';
import type { ChangeSet, PlannedProduct, PlannedSku, PlanOptions, World } from './draft.js';
import { Draft, plannedSnapshot } from './draft.js';
import { canonicalAttributes, checkAttributes } from './check-attributes.js';
import { bundleViewOf, checkBundles } from './check-bundles.js';
import { checkCodes } from './check-codes.js';
import { checkOwned } from './check-owned.js';
import { checkGates } from './check-gates.js';
import { pricesNoted } from './check-prices.js';
import { checkScheduled } from './check-scheduled.js';
import { inProductOrder } from './check-options.js';
import { retiredSuccessors } from './check-successors.js';
import { checkTogether } from './check-together.js';
import { placeOf, Places } from './place.js';
import { mergePatch } from './merge.js';
import { decidedBy, undecidedOf } from './undecided.js';
import { newSku, setAttributes, stepFault, withPatch } from './new-content.js';

/**
 * What a list of changes makes of the master: pure, deterministic, and the same code before approval and at apply.
 * All problems are reported, each under the path of its change (`["changes", "3", …]`).
 * @param newId gives ids to what is created.
 */
export function planChanges(
  world: World,
  proposed: readonly ProposedChange[],
  newId: () => string,
  options: PlanOptions = { baseline: false },
): ChangeSet {
  return allAtOnce(planningChanges(world, proposed, newId, options));
}

/** The same in steps, for a request of so many changes that others are not to wait until it is planned. */
export function* planningChanges(
  world: World,
  proposed: readonly ProposedChange[],
  newId: () => string,
  options: PlanOptions,
): Sliced<ChangeSet> {
  const draft = new Draft(world, newId, options, proposed);
  const { changes, problems: unfit } = canonicalAttributes(proposed, definitionsOf(world.settings.attributes));
  draft.problems.push(...unfit);
  yield* eachOf(
    changes,
    (change, index) => {
      draft.problems.push(...under(placeOf(change, index), applyOne(draft, change)));
    },
    0,
    DRAFTED,
  );
  const bundles = bundleViewOf(draft, changes);
  yield DRAFTED;
  addAll(draft.problems, yield* checkTogether(draft, changes, DRAFTED));
  addAll(draft.problems, checkAttributes(draft, changes));
  yield DRAFTED;
  addAll(draft.problems, checkBundles(draft, bundles));
  addAll(draft.problems, checkOwned(draft, new Places(changes)));
  yield DRAFTED;
  const codes = checkCodes(draft, changes);
  yield DRAFTED;
  const gates = yield* checkGates(draft, changes, bundles, DRAFTED);
  for (const found of [codes, gates]) {
    addAll(draft.problems, found.problems);
    addAll(draft.warnings, found.warnings);
  }
  draft.warnings.push(...pricesNoted(draft, new Places(changes)));
  draft.warnings.push(...checkScheduled(draft, changes, bundles), ...retiredSuccessors(draft, new Places(changes)));
  return {
    products: [...draft.products.values()].filter((each) => each.before === null || each.changes.length > 0),
    skus: [...draft.skus.values()].filter((each) => each.before === null || each.changes.length > 0),
    conflicts: draft.conflicts,
    problems: draft.problems,
    warnings: draft.warnings,
  };
}

/** So much of the work is done once every change is drafted, and the checks of the whole are still to come. */
const DRAFTED = 0.5;

/** Not by spreading: a call takes only so many arguments, and a request may have a problem with each of its changes. */
function addAll<T>(to: T[], more: readonly T[]): void {
  for (const each of more) to.push(each);
}

function applyOne(draft: Draft, change: ProposedChange): Problem[] {
  switch (change.operation) {
    case 'PRODUCT_CREATE':
      return createProduct(draft, change);
    case 'PRODUCT_UPDATE':
      return updateProduct(draft, change);
    case 'SKU_CREATE':
      return createSku(draft, change);
    case 'SKU_UPDATE':
    case 'SKU_TRANSITION':
      return updateSku(draft, change);
    case 'BUNDLE_SET':
      return setBundle(draft, change);
  }
}

function createProduct(draft: Draft, { target, patch }: ProposedChange): Problem[] {
  if (draft.productOf(target)) return [problem('HANDLE_TAKEN', `product ${target} exists already`, ['handle'])];
  const after: PlannedProduct['after'] = {
    id: draft.newId(),
    handle: target,
    title: target,
    vendor: null,
    productType: null,
    category: null,
    tags: [],
    optionNames: [],
    ...(patch as Partial<ProductContent>),
    attributes: setAttributes(patch.attributes),
  };
  draft.putProduct({ before: null, after, changes: creationChanges(productSnapshot(after)) });
  return [];
}

function updateProduct(draft: Draft, { target, baseRevision, patch }: ProposedChange): Problem[] {
  const planned = draft.productOf(target);
  if (!planned) return [problem('NOT_FOUND', `no product has the handle ${target}`, ['handle'])];
  const present = productSnapshot(planned.after);
  const base = baseOf(draft.world, 'PRODUCT', target, planned.before?.revision, baseRevision, present);
  if (!base)
    return [problem('REVISION_UNKNOWN', `product ${target} has no revision ${baseRevision}`, ['baseRevision'])];
  const undecided = undecidedOf(draft.world, 'PRODUCT', target);
  const merge = mergePatch(base, present, patch, undecided);
  addConflicts(draft, 'PRODUCT', target, target, merge.conflicts);
  draft.putProduct({
    before: planned.before,
    decided: [...(planned.decided ?? []), ...decidedBy(patch, undecided)],
    after: { ...planned.after, ...(Object.fromEntries(merge.changes.map(({ field, to }) => [field, to])) as object) },
    changes: mergeChanges(planned.changes, merge.changes),
  });
  return [];
}

function createSku(draft: Draft, { target, patch }: ProposedChange): Problem[] {
  if (draft.skuOf(target)) {
    return [problem('CODE_TAKEN', `the code ${target} is taken; a code is never used twice`, ['code'])];
  }
  const handle = productOfPatch(patch);
  const product = draft.productOf(handle);
  if (!product) return [problem('NOT_FOUND', `no product has the handle ${handle}`, ['product'])];
  const { baseline } = draft.options;
  const asked = newSku(draft, target, product.after, inProductOrder(patch, product.after.optionNames, baseline));
  const fault = baseline ? null : stepFault('DRAFT', asked.state);
  const after: PlannedSku['after'] = fault ? { ...asked, state: 'DRAFT' } : asked;
  const composition = Object.entries(bundlePatch(draft, NOTHING_YET, patch).patch);
  const composed = composition.map(([field, to]): FieldChange => ({ field, from: null, to }));
  const bundle = after.kind === 'BUNDLE' ? withBundleChanges(NOTHING_YET, composed) : null;
  const changes = creationChanges(plannedSnapshot({ after, bundle }), handle);
  draft.skus.set(foldCode(target), { before: null, after, bundle, changes });
  return fault ? [fault] : [];
}

function updateSku(draft: Draft, change: ProposedChange): Problem[] {
  const { target, baseRevision } = change;
  const planned = draft.skuOf(target);
  if (!planned) return [problem('NOT_FOUND', `no SKU has the code ${target}`, ['code'])];
  const patch = withOrder(draft, planned, change.patch);
  const present = plannedSnapshot(planned);
  const key = foldCode(target);
  const base = baseOf(draft.world, 'SKU', key, planned.before?.revision, baseRevision, present);
  if (!base) return [problem('REVISION_UNKNOWN', `SKU ${target} has no revision ${baseRevision}`, ['baseRevision'])];
  if (planned.after.state === 'RETIRED') {
    return [problem('WRONG_STATE', `SKU ${target} is RETIRED, which is final`, ['code'])];
  }
  const undecided = undecidedOf(draft.world, 'SKU', key);
  const merge = mergePatch(base, present, patch, undecided);
  addConflicts(draft, 'SKU', key, target, merge.conflicts);
  const content = merge.changes.filter(({ field }) => !isBundleField(field));
  const after = withPatch(planned.after, content);
  const fault = stepFault(planned.after.state, after.state);
  if (fault) return [fault];
  const made = [...merge.changes, ...endOfVersions(planned, after.state)];
  const bundle = planned.bundle && withBundleChanges(planned.bundle, made);
  const changes = mergeChanges(planned.changes, made);
  const decided = [...(planned.decided ?? []), ...decidedBy(patch, undecided)];
  draft.skus.set(key, { before: planned.before, after, bundle, changes, decided });
  return [];
}

function withOrder(draft: Draft, { after }: PlannedSku, patch: FieldValues): FieldValues {
  if (!('optionValues' in patch)) return patch;
  return inProductOrder(patch, draft.productById(after.productId)?.optionNames ?? [], draft.options.baseline);
}

/** Sets what is in a bundle, now or from an instant on. What a SKU is, simple or a bundle, never changes. */
function setBundle(draft: Draft, change: ProposedChange): Problem[] {
  const planned = draft.skuOf(change.target);
  if (!planned) return updateSku(draft, change);
  if (!planned.bundle) {
    const message = `SKU ${planned.after.code} is no bundle, and never becomes one; create a SKU of kind BUNDLE`;
    return [problem('NOT_A_BUNDLE', message, ['code'])];
  }
  const { patch, problems } = bundlePatch(draft, planned.bundle, change.patch);
  return [...problems, ...updateSku(draft, { ...change, patch })];
}

/** RETIRED is final: versions that were still to come never will. */
function endOfVersions({ bundle }: PlannedSku, state: PlannedSku['after']['state']): FieldChange[] {
  if (!bundle || bundle.scheduled.size === 0 || state !== 'RETIRED') return [];
  return [{ field: SCHEDULED_FIELD, from: timelineSnapshot(bundle)[SCHEDULED_FIELD] ?? null, to: {} }];
}

/** The snapshot that the author looked at; null when they name a revision that never was. */
function baseOf(
  world: World,
  entity: 'SKU' | 'PRODUCT',
  key: string,
  current: number | undefined,
  asked: number | null,
  present: FieldValues,
): FieldValues | null {
  if (asked === null || asked === current || current === undefined) return present;
  return world.bases.get(`${entity}:${key}:${asked}`) ?? null;
}

function addConflicts(
  draft: Draft,
  entity: 'SKU' | 'PRODUCT',
  key: string,
  target: string,
  conflicts: Omit<FieldConflict, 'target' | 'changedBy'>[],
): void {
  const { changedBy } = draft.world;
  for (const each of conflicts) {
    draft.conflicts.push({ target, ...each, changedBy: changedBy.get(`${entity}:${key}:${each.field}`) ?? null });
  }
}

/** @param handle of the product that a SKU is in: told as callers name it, because nobody else knows our ids. */
function creationChanges(snapshot: FieldValues, handle?: string): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const [field, to] of Object.entries(snapshot)) {
    if (field === SCHEDULED_FIELD || to === null || (Array.isArray(to) && to.length === 0)) continue;
    const isProduct = field === 'productId' && handle !== undefined;
    changes.push(isProduct ? { field: 'product', from: null, to: handle } : { field, from: null, to });
  }
  return changes;
}

/**
 * Two changes of one request to one target. They name different fields (checked) or, of a field that merges key by key,
 * different keys: that is one change of the field.
 */
function mergeChanges(earlier: FieldChange[], later: FieldChange[]): FieldChange[] {
  const again = new Map(later.map((each) => [each.field, each.to]));
  const kept = earlier.map((each) => ({
    ...each,
    to: again.has(each.field) ? (again.get(each.field) ?? null) : each.to,
  }));
  const known = new Set(earlier.map(({ field }) => field));
  return [...kept, ...later.filter(({ field }) => !known.has(field))];
}
