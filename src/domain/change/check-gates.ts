import type { BundleGraph } from '../bundle/bundle-world.js';
import type { Product } from '../catalog/product.js';
import type { Sku } from '../catalog/sku.js';
import type { Gate, GateFacts } from '../gates/gate.js';
import { gateKey } from '../gates/gate.js';
import { gatesOf } from '../gates/gate-rules.js';
import { foldCode } from '../primitives/text.js';
import type { Sliced } from '../primitives/sliced.js';
import { eachOf } from '../primitives/sliced.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { BundleView } from './bundle-structure.js';
import type { ProposedChange } from './change.js';
import type { Draft, PlannedSku } from './draft.js';
import { Places } from './place.js';

/** A gate that a request leaves open, and for which SKU. */
interface OpenGate {
  gate: Gate;
  code: string;
  /** The SKU's state once the request is applied. */
  state: Sku['state'];
  place: string[];
}

/** SKUs named one by one in the warnings of a gate; the rest is counted, or a large request would answer nothing else. */
const NAMED = 20;

/**
 * Asks the gates of what a whole request makes of every SKU that it reaches, itself or through its product, whatever the
 * order of its changes: all of the state that a SKU enters, and of the state that it stays in those that it satisfied
 * before, or that are new to it. What it never had does not hold up other work.
 * @param done how much of the planning is done before; it is done after this.
 */
export function* checkGates(
  draft: Draft,
  changes: readonly ProposedChange[],
  bundles: BundleView,
  done: number,
): Sliced<{ problems: Problem[]; warnings: Problem[] }> {
  // What is on sale already is taken as it is.
  if (draft.options.baseline) return { problems: [], warnings: [] };
  const places = new Places(changes);
  const reached = reachedBy(draft);
  yield done;
  const open: OpenGate[] = [];
  yield* eachOf(reached, (each) => open.push(...openGates(draft, bundles, each, places)), done, 1 - done);
  return {
    problems: open.filter(({ gate }) => gate.blocks).map(told),
    warnings: gathered(open.filter(({ gate }) => !gate.blocks)),
  };
}

interface Reached {
  before: Sku | null;
  after: PlannedSku['after'];
  productBefore: Product | null;
  productAfter: Product | null;
}

/** SKUs that the request changes, and those whose product it changes. */
function reachedBy(draft: Draft): Reached[] {
  const known = new Map([...draft.world.products.values()].map((product) => [product.id, product]));
  const products = new Map([...draft.products.values()].map(({ after }) => [after.id, draft.productById(after.id)]));
  const productsOf = (id: string): Pick<Reached, 'productBefore' | 'productAfter'> => {
    const productBefore = known.get(id) ?? null;
    return { productBefore, productAfter: products.get(id) ?? productBefore };
  };
  const own = [...draft.skus.values()].map(({ before, after }) => ({ before, after, ...productsOf(after.productId) }));
  const through = [...products.keys()].flatMap((id) =>
    (draft.world.siblings.get(id) ?? [])
      .filter(({ code }) => !draft.skus.has(foldCode(code)))
      .map((sku) => ({ before: sku, after: sku, ...productsOf(id) })),
  );
  return [...own, ...through];
}

function openGates(draft: Draft, bundles: BundleView, reached: Reached, places: Places): OpenGate[] {
  const { before, after, productBefore, productAfter } = reached;
  const facts = (product: Product | null, graph: BundleGraph): GateFacts => ({
    ...draft.world.factsOf(after, product),
    bundle: graph.factsOf(foldCode(after.code)),
  });
  const missing = gatesOf(after.state, after, facts(productAfter, bundles.after)).filter(({ satisfied }) => !satisfied);
  const entered = before === null || before.state !== after.state;
  const lacked = new Set(
    entered || missing.length === 0
      ? []
      : gatesOf(before.state, before, facts(productBefore, bundles.before)).flatMap((gate) =>
          gate.satisfied ? [] : [gateKey(gate)],
        ),
  );
  return missing
    .filter((gate) => !lacked.has(gateKey(gate)))
    .map((gate) => ({
      gate,
      code: after.code,
      state: after.state,
      place: places.of(after.code, productAfter?.handle ?? null, entered ? ['state'] : gate.fields),
    }));
}

function told({ gate, code, state, place }: OpenGate): Problem {
  return problem(gate.problem, `${state} asks that ${code} ${gate.message}`, place);
}

function gathered(open: readonly OpenGate[]): Problem[] {
  const groups = Map.groupBy(open, ({ gate, state }) => `${state}:${gateKey(gate)}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const rest = group.length - NAMED;
    if (!first || rest <= 0) return group.map(told);
    const more = `${first.state} asks the same of ${rest} more: ${first.gate.code}`;
    return [...group.slice(0, NAMED).map(told), problem(first.gate.problem, more, ['changes'])];
  });
}
