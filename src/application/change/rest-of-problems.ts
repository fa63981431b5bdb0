import type { Actor } from '../../domain/actor.js';
import type { ProposedChange } from '../../domain/change/change.js';
import { isOfSku, productOfPatch } from '../../domain/change/change.js';
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
  /** Changes that do not hold in themselves, by place. */
  private readonly unsound = new Set<number>();
  /** Those whose code or handle is no such thing: nothing can be looked up by it. */
  private readonly nameless = new Set<number>();
  /** Paths that something is said about already. */
  private readonly told = new Set<string>();
  /** Folded codes, and handles, of what the unsound changes are about. */
  private readonly codes = new Set<string>();
  private readonly handles = new Set<string>();

  constructor(
    private readonly changes: readonly ProposedChange[],
    problems: readonly Problem[],
  ) {
    for (const { field } of problems) {
      const [root, place, , name] = field ?? [];
      if (root !== 'changes' || place === undefined) continue;
      this.told.add(JSON.stringify(field));
      this.unsound.add(Number(place));
      if (name === 'code' || name === 'handle') this.nameless.add(Number(place));
    }
    for (const index of this.unsound) {
      const change = changes[index];
      if (!change) continue;
      if (isOfSku(change.operation)) this.codes.add(foldCode(change.target));
      else this.handles.add(change.target);
    }
  }

  mayBePlanned(index: number): boolean {
    return (
      !this.nameless.has(index) && !(this.unsound.has(index) && UNSTORABLE.test(JSON.stringify(this.changes[index])))
    );
  }

  /** Might the problem come of a value that was left out? Whose code or handle it is, and whether it is there, does not. */
  hides(index: number, { field }: Problem, productOf: (change: ProposedChange) => string): boolean {
    const change = this.changes[index];
    if (!change || this.told.has(JSON.stringify(field))) return true;
    const product = productOf(change);
    const isDoubtful =
      this.unsound.has(index) ||
      this.handles.has(product) ||
      (isOfSku(change.operation) && this.codes.has(foldCode(change.target)));
    if (!isDoubtful) return false;
    const name = field?.length === 4 ? field[3] : null;
    return !(name === 'code' || name === 'handle' || (name === 'product' && !this.handles.has(product)));
  }
}
