import type { Definitions } from '../../domain/attributes/read-attribute-list.js';
import type { BundleLine } from '../../domain/bundle/composition.js';
import { compositionFaults, linesJson } from '../../domain/bundle/composition.js';
import { BUNDLE_FIELD, instantKey, SCHEDULED_FIELD } from '../../domain/bundle/timeline.js';
import type { GtinRules } from '../../domain/catalog/gtin.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { ProductFieldsDraft } from '../../domain/catalog/read-product-fields.js';
import { handleFault, readProductFields } from '../../domain/catalog/read-product-fields.js';
import type { SkuFieldsDraft } from '../../domain/catalog/read-sku-fields.js';
import { codeFault, lineFault, readSkuFields, textFault, titleFault } from '../../domain/catalog/read-sku-fields.js';
import type { SkuKind } from '../../domain/catalog/sku.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import type { Problem } from '../../domain/problem.js';
import { problem, under } from '../../domain/problem.js';
import { mapInTurns } from '../ports/turns.js';

/** A change as a caller words it; nothing is trusted yet but the JSON types. */
export type ChangeDraft =
  | { kind: 'productCreate'; input: { handle: string; fields: ProductFieldsDraft } }
  | { kind: 'productUpdate'; input: { handle: string; baseRevision: number | null; fields: ProductFieldsDraft } }
  | { kind: 'skuCreate'; input: SkuCreateDraft }
  | { kind: 'skuUpdate'; input: { code: string; baseRevision: number | null; fields: SkuFieldsDraft } }
  | { kind: 'skuTransition'; input: { code: string; to: LifecycleState; successor?: string | null } }
  | { kind: 'bundleSet'; input: BundleSetDraft };

export interface SkuCreateDraft {
  code: string;
  /** SIMPLE if left out. */
  kind?: SkuKind | null;
  product: string;
  fields: SkuFieldsDraft;
  /** What is in it from the start, where it is a bundle. */
  bundle?: BundleLine[] | null;
}

export interface BundleSetDraft {
  code: string;
  baseRevision?: number | null;
  components: BundleLine[];
  /** When it is to take effect; at once if left out. */
  effectiveFrom?: Date | null;
}

export interface ChangeRequestDraft {
  title: string;
  reason: string | null;
  idempotencyKey: string | null;
  /** When it is to be applied, once approved; at once if left out. */
  effectiveAt?: Date | null;
  changes: ChangeDraft[];
}

export const CHANGE_LIMIT = 10_000;

/** What is wrong with a request whatever the state of the master, all of it, and the changes in canonical form. */
export async function readChangeRequest(
  draft: ChangeRequestDraft,
  systems: readonly string[],
  definitions: Definitions,
  gtins: GtinRules,
): Promise<{ changes: ProposedChange[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const title = titleFault(draft.title);
  if (title) problems.push(problem(title.code, title.message, ['title']));
  const unfit = draft.reason === null ? null : textFault(draft.reason);
  if (unfit) problems.push(problem(unfit.code, unfit.message, ['reason']));
  if (draft.idempotencyKey !== null) {
    const fault =
      draft.idempotencyKey.trim() === ''
        ? { code: 'REQUIRED' as const, message: 'an empty key' }
        : lineFault(draft.idempotencyKey);
    if (fault) problems.push(problem(fault.code, fault.message, ['idempotencyKey']));
  }
  if (draft.changes.length === 0) problems.push(problem('REQUIRED', 'a request has at least one change', ['changes']));
  if (draft.changes.length > CHANGE_LIMIT) {
    problems.push(problem('TOO_MANY', `a request has at most ${CHANGE_LIMIT} changes`, ['changes']));
    return { changes: [], problems };
  }
  const changes = await mapInTurns(draft.changes, (each, index) => {
    const read = readChange(each, { systems, definitions, gtins });
    problems.push(...under(['changes', String(index), each.kind], read.problems));
    return read.change;
  });
  return { changes, problems };
}

/** What there is to be named: codes of systems, attributes, and the GTINs that the house takes. */
interface Known {
  systems: readonly string[];
  definitions: Definitions;
  gtins: GtinRules;
}

function readChange(draft: ChangeDraft, known: Known): { change: ProposedChange; problems: Problem[] } {
  switch (draft.kind) {
    case 'productCreate':
      return readProduct('PRODUCT_CREATE', draft.input.handle, null, draft.input.fields, known);
    case 'productUpdate':
      return readProduct('PRODUCT_UPDATE', draft.input.handle, draft.input.baseRevision, draft.input.fields, known);
    case 'skuCreate':
      return readCreation(draft.input, known);
    case 'skuUpdate':
      return readSku('SKU_UPDATE', draft.input.code, draft.input.baseRevision, draft.input.fields, known);
    case 'skuTransition': {
      const { code, to, successor } = draft.input;
      const read = successor === undefined ? { patch: {}, problems: [] } : readSkuFields({ successor }, []);
      const patch: FieldValues = { state: to, ...(read.patch as FieldValues) };
      return {
        change: { operation: 'SKU_TRANSITION', target: code, baseRevision: null, patch },
        problems: read.problems,
      };
    }
    case 'bundleSet':
      return readBundleSet(draft.input);
  }
}

function readCreation(input: SkuCreateDraft, known: Known): { change: ProposedChange; problems: Problem[] } {
  const fault = codeFault(input.code);
  const { change, problems } = readSku('SKU_CREATE', input.code, null, input.fields, known);
  change.patch.product = input.product;
  if (fault) problems.unshift(problem(fault.code, fault.message, ['code']));
  if (input.kind === 'BUNDLE') change.patch.kind = 'BUNDLE';
  if (!input.bundle) return { change, problems };
  change.patch[BUNDLE_FIELD] = linesJson(input.bundle);
  const faults =
    input.kind === 'BUNDLE'
      ? compositionFaults(input.bundle, input.code)
      : [problem('NOT_A_BUNDLE', 'only a SKU of kind BUNDLE has components', [])];
  return { change, problems: [...problems, ...under(['bundle'], faults)] };
}

/** The last moment that four digits of a year can name. */
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function readBundleSet(input: BundleSetDraft): { change: ProposedChange; problems: Problem[] } {
  const { code, components, effectiveFrom } = input;
  const problems = under(['components'], compositionFaults(components, code));
  const fault = lineFault(code);
  if (fault) problems.push(problem(fault.code, fault.message, ['code']));
  const lines = linesJson(components);
  const change: ProposedChange = {
    operation: 'BUNDLE_SET',
    target: code,
    baseRevision: input.baseRevision ?? null,
    patch: effectiveFrom ? {} : { [BUNDLE_FIELD]: lines },
  };
  if (effectiveFrom && effectiveFrom.getTime() > LAST_MOMENT) {
    problems.push(problem('INVALID_FORMAT', 'a version begins before the year 10000', ['effectiveFrom']));
  } else if (effectiveFrom) change.patch[SCHEDULED_FIELD] = { [instantKey(effectiveFrom)]: lines };
  return { change, problems };
}

function readProduct(
  operation: 'PRODUCT_CREATE' | 'PRODUCT_UPDATE',
  handle: string,
  baseRevision: number | null,
  fields: ProductFieldsDraft,
  { definitions }: Known,
): { change: ProposedChange; problems: Problem[] } {
  const { patch, problems } = readProductFields(fields, definitions);
  if (operation === 'PRODUCT_CREATE') {
    const fault = handleFault(handle);
    if (fault) problems.push(problem(fault.code, fault.message, ['handle']));
  } else if (Object.keys(fields).length === 0) problems.push(problem('REQUIRED', 'nothing to change', ['handle']));
  return { change: { operation, target: handle, baseRevision, patch: { ...patch } }, problems };
}

function readSku(
  operation: 'SKU_CREATE' | 'SKU_UPDATE',
  code: string,
  baseRevision: number | null,
  fields: SkuFieldsDraft,
  { systems, definitions, gtins }: Known,
): { change: ProposedChange; problems: Problem[] } {
  const { patch, problems } = readSkuFields(fields, systems, definitions, gtins);
  const named = under(['fields'], problems);
  if (operation === 'SKU_UPDATE' && Object.keys(fields).length === 0) {
    named.push(problem('REQUIRED', 'nothing to change', ['fields']));
  }
  return {
    change: { operation, target: code, baseRevision, patch: { ...patch } as unknown as FieldValues },
    problems: named,
  };
}

/**
 * Problems that planning found, pointing into the request as its author wrote it: a change knows its attributes by key and
 * its system values by system, a request lists them.
 */
export function placedInDraft(problems: readonly Problem[], changes: readonly ChangeDraft[]): Problem[] {
  return problems.map((each) => {
    const path = each.field ?? [];
    const change = changes[Number(path[1])];
    if (path[0] !== 'changes' || !change || !('fields' in change.input)) return each;
    const { fields } = change.input;
    const at = path.findIndex((part) => part === 'attributes' || part === 'systemValues');
    const key = path[at + 1];
    if (at < 0 || key === undefined) return each;
    const isTheirs = path[at] === 'attributes';
    const listed = isTheirs
      ? (fields.attributes ?? []).map((attribute) => attribute.key)
      : (('systemValues' in fields ? fields.systemValues : null) ?? []).map(({ system }) => system);
    const index = listed.indexOf(key);
    return index < 0 ? each : { ...each, field: path.with(at + 1, String(index)) };
  });
}
