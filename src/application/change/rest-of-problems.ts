import type { Actor } from '../../domain/actor.js';
import type { ProposedChange } from '../../domain/change/change.js';
import { isOfSku, productOfPatch } from '../../domain/change/change.js';
import { fieldAt, hingesOn } from '../../domain/change/hinges.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Problem } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { planRequest, withBases } from './plan-request.js';

/**
 * What the master has against a request that is refused for its form already, so that its author is told all at once. What
 * does not hold in itself is planned without the values that do not hold, because others build on it; of it, and of what
 * stands on it, only what does not hang on those values is told.
 * @param read the changes in canonical form, and what is wrong with their form, by their places.
 */
export async function restOfProblems(
  ports: Pick<Ports, 'newId'>,
  stores: Stores,
  author: Actor,
  read: { changes: readonly ProposedChange[]; problems: readonly Problem[] },
): Promise<Problem[]> {
  const form = new FormFaults(read.changes, read.problems);
  const kept = read.changes.flatMap((change, index) => (form.mayBePlanned(index) ? [{ change, index }] : []));
  if (kept.length === 0) return [];
  const changes = await withBases(
    stores,
    kept.map(({ change }) => change),
  );
  const { problems, world } = await planRequest({ newId: () => ports.newId() }, stores, changes, author, {
    lock: false,
  });
  const handles = new Map([...world.products.values()].map(({ id, handle }) => [id, handle]));
  const productOf = ({ operation, target, patch }: ProposedChange): string => {
    const known = world.skus.get(foldCode(target));
    if (!isOfSku(operation)) return target;
    return known ? (handles.get(known.productId) ?? '') : productOfPatch(patch);
  };
  return problems.flatMap((each) => {
    const [root, place, ...path] = each.field ?? [];
    const index = place === undefined ? undefined : kept[Number(place)]?.index;
    // That nothing would change says nothing of a request that was planned in part.
    if (root !== 'changes' || index === undefined) return each.code === 'REQUIRED' ? [] : [each];
    const told = { ...each, field: ['changes', String(index), ...path] };
    return form.hides(index, told, productOf) ? [] : [told];
  });
}

/** Text that PostgreSQL cannot hold, as JSON writes it: NUL, or half of a surrogate pair. */
const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

class FormFaults {
  /** Those whose code or handle is no such thing: nothing can be looked up by it. */
  private readonly nameless = new Set<number>();
  /** Those that hold text that cannot be looked for. */
  private readonly unstorable = new Set<number>();
  /** Paths that something is said about already. */
  private readonly told = new Set<string>();
  /** Names of the fields that do not hold, by folded code and by handle. */
  private readonly ofSku = new Map<string, Set<string>>();
  private readonly ofProduct = new Map<string, Set<string>>();

  constructor(
    private readonly changes: readonly ProposedChange[],
    problems: readonly Problem[],
  ) {
    for (const { field } of problems) {
      const [root, place, , ...path] = field ?? [];
      const change = changes[Number(place)];
      if (root !== 'changes' || place === undefined || !change) continue;
      this.told.add(JSON.stringify(field));
      const name = fieldAt(path);
      if (name === 'code' || name === 'handle') this.nameless.add(Number(place));
      if (UNSTORABLE.test(JSON.stringify(change))) this.unstorable.add(Number(place));
      const [fields, key] = isOfSku(change.operation)
        ? [this.ofSku, foldCode(change.target)]
        : [this.ofProduct, change.target];
      fields.set(key, (fields.get(key) ?? new Set<string>()).add(name));
    }
  }

  mayBePlanned(index: number): boolean {
    return !this.nameless.has(index) && !this.unstorable.has(index);
  }

  /** Might the problem come of a value, or of a change, that was left out? */
  hides(index: number, each: Problem, productOf: (change: ProposedChange) => string): boolean {
    const change = this.changes[index];
    if (!change || this.told.has(JSON.stringify(each.field))) return true;
    const product = productOf(change);
    const isSku = isOfSku(change.operation);
    const place = each.field?.slice(3) ?? [];
    if (isSku && this.isLeftOut(product)) return fieldAt(place) !== 'code';
    const ofProduct = this.ofProduct.get(product) ?? [];
    const missing = isSku
      ? [...(this.ofSku.get(foldCode(change.target)) ?? []), ...[...ofProduct].map((name) => `product.${name}`)]
      : [...ofProduct];
    return hingesOn(each, place, new Set(missing));
  }

  /** Is the product made or changed by what could not be planned at all? */
  private isLeftOut(handle: string): boolean {
    return [...this.nameless, ...this.unstorable].some((index) => {
      const change = this.changes[index];
      return change !== undefined && !isOfSku(change.operation) && change.target === handle;
    });
  }
}
