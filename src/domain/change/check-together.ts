import { SCHEDULED_FIELD } from '../bundle/timeline.js';
import { gtin14 } from '../catalog/gtin.js';
import { foldCode } from '../primitives/text.js';
import type { Sliced } from '../primitives/sliced.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { ProposedChange } from './change.js';
import { checkOptions } from './check-options.js';
import { checkPrices } from './check-prices.js';
import { checkSuccessors } from './check-successors.js';
import type { Draft } from './draft.js';
import { placeOfField, Places } from './place.js';

/**
 * Rules that only the whole request can break: one field twice, one GTIN twice, options, prices, successors.
 * @param done how much of the planning is done before.
 */
export function* checkTogether(draft: Draft, changes: readonly ProposedChange[], done: number): Sliced<Problem[]> {
  const places = new Places(changes);
  const place: Place = (code, field) => places.of(code, null, [field]);
  const found: Problem[][] = [];
  for (const check of [
    () => fieldsTwice(draft, changes),
    () => gtinsTwice(draft, place),
    () => checkOptions(draft, places),
    () => checkPrices(draft, places),
    () => checkSuccessors(draft, places),
  ]) {
    found.push(check());
    yield done;
  }
  return found.flat();
}

/** Where to point for a field of a SKU. */
type Place = (code: string, field: string) => string[];

function fieldsTwice(draft: Draft, changes: readonly ProposedChange[]): Problem[] {
  /** Most targets are changed once: only of the others do the fields matter. */
  const byTarget = new Map<string, number[]>();
  for (const [index, { operation, target }] of changes.entries()) {
    const key = `${operation.startsWith('PRODUCT') ? 'PRODUCT' : 'SKU'}:${foldCode(target)}`;
    const indexes = byTarget.get(key);
    if (indexes) indexes.push(index);
    else byTarget.set(key, [index]);
  }
  const twice = [...byTarget.values()].filter(({ length }) => length > 1);
  return twice.flatMap((indexes) => fieldsTwiceAmong(changes, taking(draft, changes, indexes)));
}

/** Without creations of what is there already, or is made by an earlier change: those are refused whole. */
function taking(draft: Draft, changes: readonly ProposedChange[], indexes: readonly number[]): number[] {
  let isMade = false;
  return indexes.filter((index) => {
    const { operation = 'SKU_UPDATE', target = '' } = changes[index] ?? {};
    if (operation !== 'SKU_CREATE' && operation !== 'PRODUCT_CREATE') return true;
    const { products, skus } = draft.world;
    const isThere = isMade || (operation === 'SKU_CREATE' ? skus.has(foldCode(target)) : products.has(target));
    isMade = true;
    return !isThere;
  });
}

function fieldsTwiceAmong(changes: readonly ProposedChange[], indexes: readonly number[]): Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const index of indexes) {
    const change = changes[index];
    if (!change) continue;
    for (const { field, path } of fieldsOf(change)) {
      const isTwice = seen.has(field) || overlaps(field, seen);
      const message = `${change.target}: ${field} is changed twice in one request`;
      const [name = field, ...keys] = path;
      if (isTwice) problems.push(problem('DUPLICATE_CHANGE', message, [...placeOfField(change, index, name), ...keys]));
      seen.add(field);
    }
  }
  return problems;
}

/** Clearing all attributes, and setting one of them, are two things to do with it. */
function overlaps(field: string, seen: ReadonlySet<string>): boolean {
  if (field.startsWith(`${ATTRIBUTES}.`)) return seen.has(ATTRIBUTES);
  return field === ATTRIBUTES && [...seen].some((each) => each.startsWith(`${ATTRIBUTES}.`));
}

const ATTRIBUTES = 'attributes';

/** What a change sets: attributes one by one, and versions of a bundle that are to begin at different moments. */
function fieldsOf({ patch }: ProposedChange): { field: string; path: string[] }[] {
  return Object.entries(patch).flatMap(([field, value]) => {
    if (field === SCHEDULED_FIELD) {
      return Object.keys(value ?? {}).map((instant) => ({ field: `${field} ${instant}`, path: [field] }));
    }
    if (field !== ATTRIBUTES || value === null) return [{ field, path: [field] }];
    return Object.keys(value).map((key) => ({ field: `${field}.${key}`, path: [field, key] }));
  });
}

function gtinsTwice(draft: Draft, place: Place): Problem[] {
  const problems: Problem[] = [];
  const mine = new Map<string, string>();
  const released = new Set(draft.skus.keys());
  for (const [folded, { after }] of draft.skus) {
    if (after.gtin === null || after.state === 'RETIRED') continue;
    const key = gtin14(after.gtin);
    const holder = draft.world.gtins.get(key);
    // A holder inside this request is judged by what the request makes of it, so that two SKUs can swap.
    const isOthers = holder !== undefined && foldCode(holder) !== folded && !released.has(foldCode(holder));
    const other = mine.get(key) ?? (isOthers ? holder : undefined);
    // Who was refused it bears it for nobody: the next one is told who does.
    if (other === undefined) mine.set(key, after.code);
    else problems.push(problem('GTIN_TAKEN', `GTIN ${after.gtin} belongs to ${other}`, place(after.code, 'gtin')));
  }
  return problems;
}
