import type { AttributeDraft, Definitions } from '../attributes/read-attribute-list.js';
import { NO_DEFINITIONS, readAttributeList } from '../attributes/read-attribute-list.js';
import { textOrNull } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem, under } from '../problem.js';
import type { ProductContent } from './product.js';
import { labelFault, titleFault } from './read-sku-fields.js';

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
    const fault = given === null ? null : labelFault(given);
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
  const seen = new Set<string>();
  for (const [index, given] of tags.entries()) {
    const fault = tagFault(given.trim(), seen);
    if (fault) problems.push(problem(fault.code, fault.message, ['tags', String(index)]));
    seen.add(given.trim().toLowerCase());
  }
  patch.tags = tags.map((tag) => tag.trim()).sort();
}

/** Shopify splits tags at commas, so one that holds a comma would come back as two; and it takes `Sale` and `sale` for one. */
function tagFault(tag: string, seen: ReadonlySet<string>): { code: Problem['code']; message: string } | null {
  if (tag === '') return { code: 'REQUIRED', message: 'a tag has at least one character' };
  if (seen.has(tag.toLowerCase())) return { code: 'DUPLICATE_CHANGE', message: 'the tag is named twice, without case' };
  if (tag.includes(',')) return { code: 'INVALID_FORMAT', message: 'a tag holds no comma' };
  return labelFault(tag);
}

/** Tags as one cell of a file lists them: empty places between commas, and a tag that stands there again, say nothing more. */
export function tagsOfCell(cell: string): string[] {
  const tags = cell
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return [...new Map(tags.map((tag) => [tag.toLowerCase(), tag])).values()];
}

function readOptionNames(names: string[], patch: ProductPatch, problems: Problem[]): void {
  const clean = names.map((name) => name.trim());
  if (clean.length > 3) problems.push(problem('TOO_MANY', 'a product has at most 3 options', ['optionNames']));
  const seen = new Set<string>();
  for (const [index, name] of clean.entries()) {
    const fault = optionNameFault(name, seen);
    if (fault) problems.push(problem(fault.code, fault.message, ['optionNames', String(index)]));
    seen.add(name.toLowerCase());
  }
  patch.optionNames = clean;
}

function optionNameFault(name: string, seen: ReadonlySet<string>): { code: Problem['code']; message: string } | null {
  if (name === '') return { code: 'REQUIRED', message: 'an option has a name' };
  if (seen.has(name.toLowerCase())) return { code: 'DUPLICATE_CHANGE', message: 'an option is named twice' };
  return labelFault(name);
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
