import { COMPONENT_LIMIT, DEPTH_LIMIT, QUANTITY_LIMIT } from './composition.js';

/** A component in the graph of bundles, by the key of its SKU. */
export interface Edge {
  key: string;
  quantity: number;
}

/** What is in a bundle, at one moment; `null` for a SKU that is no bundle, an empty list for a bundle without components. */
export type ComponentsOf = (key: string) => readonly Edge[] | null;

/** Why a bundle cannot be exploded, or not within limits. */
export interface ExplosionFault {
  kind: 'CYCLE' | 'EMPTY' | 'TOO_DEEP' | 'TOO_MANY_COMPONENTS' | 'QUANTITY';
  /** The component that is to blame, by its place in the bundle; null where it is all of them together. */
  component: number | null;
  /** For a cycle: the bundles that it leads through, back to the first. */
  trail: string[];
}

/** A bundle taken apart. Simple SKUs have no lines and no levels. */
export interface Explosion {
  /** Simple SKUs with quantities multiplied and summed, in the order in which they are first met. */
  lines: readonly Edge[];
  /** Levels of bundles, this one included. */
  depth: number;
  fault: ExplosionFault | null;
  /** The fault is that of a bundle further in, which tells it itself. */
  inherited: boolean;
}

const SIMPLE: Explosion = { lines: [], depth: 0, fault: null, inherited: false };

interface Frame {
  key: string;
  edges: readonly Edge[];
  next: number;
}

/**
 * Takes bundles apart, down to simple SKUs. Each bundle is looked at once, however many others hold it, and without
 * recursion: a request may chain thousands of bundles before anybody has told it that five levels are the limit.
 *
 * `judge`: limits are faults. To show what is stored they are not asked: a version that is still to come may have been
 * overtaken by what became of others, and is told so when it is to take effect.
 */
export class Exploder {
  private readonly done = new Map<string, Explosion>();

  constructor(
    private readonly componentsOf: ComponentsOf,
    private readonly mode: 'judge' | 'show',
  ) {}

  of(root: string): Explosion {
    const trail: Frame[] = [];
    const open = new Map<string, number>();
    const enter = (key: string, edges: readonly Edge[]): void => {
      open.set(key, trail.length);
      trail.push({ key, edges, next: 0 });
    };
    const found = this.known(root);
    if (found) return found;
    enter(root, this.componentsOf(root) ?? []);
    for (let frame = trail.at(-1); frame; frame = trail.at(-1)) {
      const edge = frame.edges[frame.next];
      if (edge === undefined) {
        this.close(frame, null);
        open.delete(frame.key);
        trail.pop();
        continue;
      }
      const back = open.get(edge.key);
      if (back !== undefined) {
        const through = [...trail.slice(back).map(({ key }) => key), edge.key];
        this.close(frame, { kind: 'CYCLE', component: frame.next, trail: through });
        open.delete(frame.key);
        trail.pop();
        continue;
      }
      if (this.known(edge.key)) frame.next += 1;
      else enter(edge.key, this.componentsOf(edge.key) ?? []);
    }
    return this.done.get(root) ?? SIMPLE;
  }

  private known(key: string): Explosion | null {
    const done = this.done.get(key);
    if (done) return done;
    return this.componentsOf(key) === null ? SIMPLE : null;
  }

  /** All components of the bundle are known, or it turned out to hold itself. */
  private close({ key, edges }: Frame, cycle: ExplosionFault | null): void {
    const failed = (fault: ExplosionFault, inherited = false): void => {
      this.done.set(key, { lines: [], depth: 0, fault, inherited });
    };
    if (cycle) return failed(cycle);
    if (edges.length === 0) return failed({ kind: 'EMPTY', component: null, trail: [] });
    const quantities = new Map<string, number>();
    let depth = 1;
    for (const [index, edge] of edges.entries()) {
      const inner = this.known(edge.key) ?? SIMPLE;
      // An empty bundle inside is this one's fault: it was not asked to be filled, but this one was asked to hold it.
      if (inner.fault?.kind === 'EMPTY') return failed({ kind: 'EMPTY', component: index, trail: [] });
      if (inner.fault) return failed({ ...inner.fault, component: index }, true);
      depth = Math.max(depth, inner.depth + 1);
      for (const { key: leaf, quantity } of inner.depth === 0 ? [{ key: edge.key, quantity: 1 }] : inner.lines) {
        quantities.set(leaf, (quantities.get(leaf) ?? 0) + quantity * edge.quantity);
      }
    }
    const lines = [...quantities].map(([leaf, quantity]) => ({ key: leaf, quantity }));
    const fault = this.mode === 'judge' ? faultOf(depth, lines) : null;
    if (fault) failed(fault);
    else this.done.set(key, { lines, depth, fault: null, inherited: false });
  }
}

/** Limits apply to the exploded result (design 4.4). Within them no product or sum comes near the limit of a number. */
function faultOf(depth: number, lines: readonly Edge[]): ExplosionFault | null {
  if (depth > DEPTH_LIMIT) return { kind: 'TOO_DEEP', component: null, trail: [] };
  if (lines.length > COMPONENT_LIMIT) return { kind: 'TOO_MANY_COMPONENTS', component: null, trail: [] };
  const over = lines.some(({ quantity }) => quantity > QUANTITY_LIMIT);
  return over ? { kind: 'QUANTITY', component: null, trail: [] } : null;
}
