import { linesJson, linesOf } from '../../domain/bundle/composition.js';
import { BUNDLE_FIELD } from '../../domain/bundle/timeline.js';
import { readProductFields } from '../../domain/catalog/read-product-fields.js';
import { readSkuFields } from '../../domain/catalog/read-sku-fields.js';
import type { ChangeOperation } from '../../domain/change/change.js';
import type { DriftKind } from '../../domain/drift/finding.js';
import type { FieldValues, Json } from '../../domain/primitives/json.js';
import { componentLines } from '../../domain/publishing/component-line.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem } from '../../domain/problem.js';

/**
 * The canonical value of what was found, checked like anybody's input: a system may hold what the master refuses.
 * @param field canonical name, `product.title` or `price`.
 */
export function adoptedPatch(field: string, found: Json): Outcome<FieldValues> {
  if (field === 'bundle.components') return adoptedComposition(found);
  const name = field.replace(/^product\./, '');
  const read = field.startsWith('product.')
    ? readProductFields({ [name]: found })
    : readSkuFields({ [name]: inMaster(name, found) }, []);
  if (read.problems.length > 0) return { ok: false, problems: read.problems };
  if (!(name in read.patch)) {
    return { ok: false, problems: [problem('NOT_RESOLVABLE_HERE', `${field} cannot be taken into the master`)] };
  }
  return accepted({ ...read.patch } as unknown as FieldValues);
}

/** The kind of change by which a finding is adopted. */
export function adoptingOperation({ kind, skuId }: { kind: DriftKind; skuId: string | null }): ChangeOperation {
  if (kind === 'BUNDLE') return 'BUNDLE_SET';
  return skuId === null ? 'PRODUCT_UPDATE' : 'SKU_UPDATE';
}

/** What the system shows is taken apart already: adopted, a bundle holds simple SKUs where it may have held bundles. */
function adoptedComposition(found: Json): Outcome<FieldValues> {
  const shown = componentLines(found) ?? [];
  const lines = linesOf(shown.map(({ code: sku, quantity }) => ({ sku, quantity })));
  if (lines.length === shown.length && lines.length > 0) return accepted({ [BUNDLE_FIELD]: linesJson(lines) });
  const message =
    shown.length === 0
      ? 'it is made of nothing there, and a bundle has at least one component: revert it, or end the bundle by a change request'
      : 'what is found there is no composition: a component without a code, or in no whole quantity';
  return { ok: false, problems: [problem('NOT_RESOLVABLE_HERE', message)] };
}

/** Weights are compared in grams and kept with a unit. */
function inMaster(name: string, found: Json): Json {
  return name === 'weight' && typeof found === 'string' ? { value: found, unit: 'GRAMS' } : found;
}
