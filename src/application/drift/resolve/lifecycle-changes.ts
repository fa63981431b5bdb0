import type { ProposedChange } from '../../../domain/change/change.js';
import { shownStates } from '../../../domain/drift/shown-state.js';
import type { Outcome } from '../../../domain/problem.js';
import { accepted, problem, refused } from '../../../domain/problem.js';
import type { LockedFinding } from '../../ports/finding-store.js';
import type { Ports } from '../../ports/ports.js';

/**
 * What the master becomes where a system shows another lifecycle: the one step that leads to what is shown (design 4.8). Where
 * none does, or more than one, people propose the step that they mean. By the id of the finding.
 */
export async function lifecycleChanges(
  ports: Ports,
  findings: readonly LockedFinding[],
): Promise<Map<string, Outcome<ProposedChange[]>>> {
  const theirs = findings.filter(({ kind }) => kind === 'LIFECYCLE');
  if (theirs.length === 0) return new Map();
  const skus = await ports.catalog.skusByIds(theirs.flatMap(({ skuId }) => skuId ?? []));
  const kinds = new Map((await ports.operations.systems()).map(({ code, kind }) => [code, kind]));
  return new Map(
    theirs.map(({ id, skuId, system, target, found }) => {
      const not = (why: string): Outcome<ProposedChange[]> => refused(problem('NOT_RESOLVABLE_HERE', why));
      const sku = skus.get(skuId ?? '');
      const kind = kinds.get(system);
      if (!sku || !kind) return [id, not(`${target} is a product: its status follows from the states of its SKUs`)];
      if (!sku.listedIn.includes(system))
        return [id, not(`the master does not list ${target} in ${system}: propose that it does`)];
      const [state, ...others] = shownStates(kind, sku.state, found);
      if (state === undefined) return [id, not(`what ${system} shows is no state that ${sku.state} may become`)];
      if (others.length > 0) {
        const states = [state, ...others].join(' or ');
        return [id, not(`what ${system} shows may mean ${states}: propose the transition that you want`)];
      }
      const change: ProposedChange = { operation: 'SKU_TRANSITION', target, baseRevision: null, patch: { state } };
      return [id, accepted([change])];
    }),
  );
}
