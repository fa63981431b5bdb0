import type { OptionValue, Sku } from '../catalog/sku.js';
import type { FieldValues } from '../primitives/json.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { Draft, PlannedSku } from './draft.js';
import type { Places } from './place.js';

const VARIANT_LIMIT = 2048;

/**
 * What options a SKU may have: those of its product, each once, in a tuple that no other SKU of the product has. The
 * product's own are set at creation, and stay.
 */
export function checkOptions(draft: Draft, places: Places): Problem[] {
  const byProduct = Map.groupBy(draft.skus.values(), ({ after }) => after.productId);
  return [...byProduct].flatMap(([productId, skus]) => [
    ...optionsFit(draft, { productId, skus }, places),
    ...optionsTwice(draft, { productId, skus }, places),
  ]);
}

const FIELD = 'optionValues';

/** SKUs of one product that a request touches. */
interface OfProduct {
  productId: string;
  skus: readonly PlannedSku[];
}

/** One text per option tuple, compared without case as Shopify does. */
export function optionKey(options: Sku['optionValues']): string {
  return options.map(({ value }) => foldCode(value)).join('\u001f');
}

/**
 * The patch with its options in the order in which the product names them, so that one tuple is one value however it is
 * listed. Anything but the order is left to be judged; only a baseline takes the product's spelling for the file's.
 */
export function inProductOrder(patch: FieldValues, names: readonly string[], baseline: boolean): FieldValues {
  const values = patch.optionValues as unknown as OptionValue[] | undefined;
  if (values === undefined || values.length !== names.length || bears(values, names)) return patch;
  const keyOf = (name: string): string => (baseline ? foldCode(name) : name);
  const byName = new Map(values.map((each) => [keyOf(each.name), each]));
  const ordered = names.flatMap((name) => {
    const given = byName.get(keyOf(name));
    return given ? [{ name, value: given.value }] : [];
  });
  return ordered.length === names.length ? { ...patch, optionValues: ordered } : patch;
}

function bears(options: readonly OptionValue[], names: readonly string[]): boolean {
  return options.length === names.length && options.every(({ name }, index) => name === names[index]);
}

/**
 * A system that knows the product's options has no place for a value of another one, and none for a variant that lacks one:
 * it would refuse the variant at the push. Judged where the request says the options, and of what it creates.
 */
function optionsFit(draft: Draft, { productId, skus }: OfProduct, places: Places): Problem[] {
  const product = draft.productById(productId);
  if (!product) return [];
  const { handle, optionNames: names } = product;
  return skus.flatMap(({ before, after, changes }) => {
    const isSaid = before === null || changes.some(({ field }) => field === FIELD);
    if (!isSaid || bears(after.optionValues, names)) return [];
    const place = places.of(after.code, null, [FIELD]);
    const there = names.length === 0 ? 'it has none' : `its options are ${names.join(', ')}`;
    const strange = after.optionValues.flatMap(({ name }, index) =>
      names.includes(name)
        ? []
        : [
            problem('NOT_FOUND', `product ${handle} has no option "${clip(name)}"; ${there}`, [
              ...place,
              String(index),
              'name',
            ]),
          ],
    );
    const given = new Set(after.optionValues.map(({ name }) => name));
    const lacking = names.filter((name) => !given.has(name));
    const missing = lacking.map((name) =>
      problem('REQUIRED', `product ${handle} has the option "${clip(name)}"`, place),
    );
    if (strange.length + missing.length > 0) return [...strange, ...missing];
    return [
      problem('INVALID_FORMAT', `each option of product ${handle} once, in its order: ${names.join(', ')}`, place),
    ];
  });
}

function optionsTwice(draft: Draft, { productId, skus }: OfProduct, places: Places): Problem[] {
  const present: readonly { code: string; optionValues: Sku['optionValues'] }[] =
    draft.world.siblings.get(productId) ?? [];
  const untouched = present.filter((sku) => !draft.skus.has(foldCode(sku.code)));
  const taken = new Map(untouched.map((sku) => [optionKey(sku.optionValues), sku.code]));
  const problems: Problem[] = [];
  for (const { after } of skus) {
    const key = optionKey(after.optionValues);
    const other = taken.get(key);
    if (other !== undefined) {
      const message =
        after.optionValues.length === 0
          ? `${other} has no options either; of such a product there is one SKU`
          : `${other} has the options ${after.optionValues.map(({ value }) => value).join(' / ')} already`;
      problems.push(problem('OPTIONS_TAKEN', message, places.of(after.code, null, [FIELD])));
    }
    taken.set(key, after.code);
  }
  if (untouched.length + skus.length > VARIANT_LIMIT) {
    problems.push(problem('TOO_MANY', `a product has at most ${VARIANT_LIMIT} variants`, ['changes']));
  }
  return problems;
}

function clip(text: string): string {
  return text.slice(0, 40).toWellFormed();
}
