import type { AttributeDraft, Definitions } from '../attributes/read-attribute-list.js';
import { NO_DEFINITIONS, readAttributeList } from '../attributes/read-attribute-list.js';
import { hasControls, textOrNull } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem, under } from '../problem.js';
import type { ProductContent } from './product.js';
import { lineFault, titleFault } from './read-sku-fields.js';

/** Fields as a caller names them: left out stays, null clears. */
export interface ProductFieldsDraft {
  title?: string | null;
  vendor?: string | null;
  productType?: string | null;
  category?: string | null;
  tags?: string[] | null;
  optionNames?: string[] | null;
  attributes?: AttributeDraft[] | null;
}

/** As a SKU's: attributes hold only the keys that the change names; null clears all. */
export type ProductPatch = Partial<Omit<ProductContent, 'attributes'>> & {
  attributes?: ProductContent['attributes'] | null;
};

const CATEGORY = /^gid:\/\/shopify\/TaxonomyCategory\/[a-z0-9-]+$/;
const HANDLE = /^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/;
const TAG_LIMIT = 250;

/** Checks the fields of a product and brings them into canonical form; every problem at once. */
export function readProductFields(
  draft: ProductFieldsDraft,
  definitions: Definitions = NO_DEFINITIONS,
): { patch: ProductPatch; problems: Problem[] } {
  const problems: Problem[] = [];
  const patch: ProductPatch = {};
  if (draft.title !== undefined) {
    const fault = titleFault(draft.title ?? '');
    if (fault) problems.push(problem(fault.code, fault.message, ['title']));
    else patch.title = (draft.title ?? '').trim();
  }
  for (const field of ['vendor', 'productType'] as const) {
    const given = draft[field];
    if (given === undefined) continue;
    const fault = given === null ? null : lineFault(given);
    if (fault) problems.push(problem(fault.code, fault.message, [field]));
    else patch[field] = textOrNull(given);
  }
  if (draft.category !== undefined) {
    const category = textOrNull(draft.category);
    if (category !== null && !CATEGORY.test(category)) {
      problems.push(problem('INVALID_FORMAT', 'a category is a gid of the Shopify taxonomy', ['category']));
    } else patch.category = category;
  }
  if (draft.tags !== undefined) readTags(draft.tags ?? [], patch, problems);
  if (draft.optionNames) readOptionNames(draft.optionNames, patch, problems);
  if (draft.attributes) {
    const read = readAttributeList(draft.attributes, definitions);
    problems.push(...under(['attributes'], read.problems));
    patch.attributes = read.values;
  } else if (draft.attributes === null) patch.attributes = null;
  return { patch, problems };
}

function readTags(tags: string[], patch: ProductPatch, problems: Problem[]): void {
  if (tags.length > TAG_LIMIT) problems.push(problem('TOO_MANY', `at most ${TAG_LIMIT} tags`, ['tags']));
  const clean = tags.map((tag) => tag.trim()).filter((tag) => tag !== '');
  // Shopify splits tags at commas, so one that holds a comma would come back as two.
  const bad = clean.find((tag) => tag.length > 255 || tag.includes(',') || hasControls(tag));
  if (bad !== undefined) {
    problems.push(
      problem('INVALID_FORMAT', 'a tag has at most 255 characters, no comma, no control characters', ['tags']),
    );
  }
  patch.tags = [...new Map(clean.map((tag) => [tag.toLowerCase(), tag])).values()].sort();
}

function readOptionNames(names: string[], patch: ProductPatch, problems: Problem[]): void {
  const clean = names.map((name) => name.trim());
  if (clean.length > 3) problems.push(problem('TOO_MANY', 'a product has at most 3 options', ['optionNames']));
  if (clean.some((name) => name === '')) problems.push(problem('REQUIRED', 'an option has a name', ['optionNames']));
  if (new Set(clean.map((name) => name.toLowerCase())).size !== clean.length) {
    problems.push(problem('DUPLICATE_CHANGE', 'an option is named twice', ['optionNames']));
  }
  patch.optionNames = clean;
}

/** Why a text cannot be a new product's handle, or null: Shopify's own form, so that it stays what we asked for. */
export function handleFault(handle: string): { code: Problem['code']; message: string } | null {
  if (handle === '') return { code: 'REQUIRED', message: 'a product has a handle' };
  if (handle.length > 255) return { code: 'TOO_LONG', message: 'a handle has at most 255 characters' };
  if (!HANDLE.test(handle)) {
    return { code: 'INVALID_FORMAT', message: 'a handle is lower-case letters and digits, parted by single hyphens' };
  }
  return null;
}
