import type { BundleFacts, Figure, Holders, Neighbour } from '../bundle/bundle-facts.js';
import { KEEPING_STATES, SHOWN_STATES } from '../bundle/bundle-facts.js';
import type { LifecycleState } from '../catalog/lifecycle.js';
import type { Asked, GatedSku, GateFacts, GateRule } from './gate.js';

const SELLS: readonly LifecycleState[] = ['ACTIVE', 'PHASE_OUT'];

/** What these gates look at, so that they can be asked of a bundle that is only known by its neighbours. */
type Bundle = Pick<Neighbour, 'kind' | 'listedIn'>;
type Around = Pick<GateFacts, 'bundle'>;

/** What bundles and their components ask of each other (design 4.2). */
export const BUNDLE_GATES: readonly GateRule[] = [
  {
    code: 'COMPONENTS',
    choosable: false,
    problem: 'GATE_UNSATISFIED',
    states: { PRELAUNCH: 'BLOCK', ACTIVE: 'BLOCK', PHASE_OUT: 'BLOCK' },
    message: 'has components, where it is a bundle',
    fields: ['bundle'],
    ask: ({ kind }, { bundle }) => (kind === 'BUNDLE' ? [{ satisfied: bundle.components !== null }] : []),
  },
  {
    code: 'COMPONENTS_READY',
    choosable: false,
    problem: 'GATE_UNSATISFIED',
    // What sells out is told, and not kept: a component on hold is no reason to go on buying the bundle in.
    states: { PRELAUNCH: 'BLOCK', ACTIVE: 'BLOCK', PHASE_OUT: 'WARN' },
    message: 'has only components that are as far: set up from PRELAUNCH on, on sale from ACTIVE on',
    fields: ['bundle'],
    ask: askReady,
  },
  {
    code: 'COMPONENTS_LISTED',
    choosable: true,
    problem: 'GATE_UNSATISFIED',
    states: { PRELAUNCH: 'WARN', ACTIVE: 'WARN', ON_HOLD: 'WARN', PHASE_OUT: 'WARN' },
    message: 'is listed wherever a bundle that holds it is and, where it is a bundle itself, so is all that is in it',
    fields: ['listedIn', 'bundle'],
    ask: (sku, { bundle }) => (sku.kind === 'BUNDLE' ? askContents(sku, bundle) : askAround(sku, bundle.holders)),
  },
  figureGate('COMPONENT_COST', 'cost', { ACTIVE: 'WARN', PHASE_OUT: 'WARN' }),
  figureGate('COMPONENT_PRICE', 'price', { ACTIVE: 'WARN', PHASE_OUT: 'WARN' }),
  figureGate('COMPONENT_WEIGHT', 'weight', { PRELAUNCH: 'WARN', ACTIVE: 'WARN', PHASE_OUT: 'WARN' }),
  {
    code: 'IN_USE',
    choosable: false,
    problem: 'IN_USE',
    states: { ON_HOLD: 'WARN', PHASE_OUT: 'WARN', RETIRED: 'BLOCK' },
    message: `is in no bundle that is ${orList(KEEPING_STATES)}, now or in a version that is still to come`,
    fields: ['state'],
    ask: askUse,
  },
];

/**
 * What a composition that is only to come leaves open, were it in force now: whether components are as far as the bundle's
 * state asks, and whether they are where it is to be shown. Only what is not satisfied is answered.
 */
export function openLater(bundle: Neighbour, facts: BundleFacts): { late: Asked[]; unlisted: Asked[] } {
  const open = (asked: readonly Asked[]): Asked[] => asked.filter(({ satisfied }) => !satisfied);
  const isAsked = bundle.state === 'PRELAUNCH' || bundle.state === 'ACTIVE';
  return {
    late: isAsked ? open(askReady(bundle, { bundle: facts }, bundle.state)) : [],
    unlisted: SHOWN_STATES.includes(bundle.state) ? open(askContents(bundle, facts)) : [],
  };
}

/** One answer for each component that is not there yet, so that one which was late before hides none that is new. */
function askReady({ kind }: Bundle, { bundle }: Around, state: LifecycleState): Asked[] {
  if (kind !== 'BUNDLE' || bundle.components === null) return [];
  // "PRELAUNCH or later" means set up and not gone: RETIRED comes later, but nothing can be made of it.
  const asked = state === 'PRELAUNCH' ? SHOWN_STATES : SELLS;
  const late = bundle.components.filter((each) => !asked.includes(each.state));
  if (late.length === 0) return [{ satisfied: true }];
  return late.map((each) => ({
    subject: each.code,
    satisfied: false,
    message: `has only components that are ${orList(asked)}: ${each.code} is ${each.state}`,
  }));
}

/**
 * A system that shows a bundle is told all that is in it, taken apart: what is not to be there keeps the whole bundle from
 * being written. A bundle inside another one is shown wherever that is, as far as this goes.
 */
function askContents({ listedIn }: Bundle, { components, holders }: BundleFacts): Asked[] {
  const systems = [...new Set([...listedIn, ...holders.listed.map(({ system }) => system)])].toSorted();
  if (components === null || systems.length === 0) return [];
  const simple = components.filter(({ kind }) => kind === 'SIMPLE');
  const open = systems.flatMap((system) =>
    simple
      .filter((each) => !each.listedIn.includes(system))
      .map(({ code }) => ({
        subject: `${code} in ${system}`,
        satisfied: false,
        message: `has only components that are listed where it is to be: ${code} is not listed in ${system}`,
      })),
  );
  return open.length > 0 ? open : [{ satisfied: true }];
}

/** Most SKUs are in no bundle, and are told nothing. */
function askAround({ listedIn }: GatedSku, { listed }: Holders): Asked[] {
  return listed.map(({ system, first, count }) => ({
    subject: system,
    satisfied: listedIn.includes(system),
    message: `is listed in ${system}, where bundles that hold it are: ${named({ first, count })}`,
  }));
}

/** A figure of the bundle is null as long as one component lacks it (design 4.4). */
function figureGate(code: string, figure: Figure, states: GateRule['states']): GateRule {
  const lacking = (components: readonly Neighbour[]): Neighbour[] =>
    components.filter(({ kind, lacks }) => kind === 'SIMPLE' && lacks.includes(figure));
  return {
    code,
    choosable: true,
    problem: 'GATE_UNSATISFIED',
    states,
    message: `has a ${figure} for every component, where it is a bundle`,
    fields: ['bundle'],
    ask: ({ kind }, { bundle }) => {
      if (kind !== 'BUNDLE' || bundle.components === null) return [];
      const without = lacking(bundle.components);
      if (without.length === 0) return [{ satisfied: true }];
      return without.map((each) => ({
        subject: each.code,
        satisfied: false,
        message: `has a ${figure} for every component: ${each.code} lacks it`,
      }));
    },
  };
}

/** Most SKUs are in no bundle; only where it would end them for good is a line about none worth its place. */
function askUse(_sku: GatedSku, { bundle }: GateFacts, state: LifecycleState): Asked[] {
  const { count } = bundle.holders;
  if (count === 0) return state === 'RETIRED' ? [{ satisfied: true }] : [];
  const remedy = state === 'RETIRED' ? '; bundleComponentReplace drafts the request that puts its successor there' : '';
  const message = `is in no bundle that is ${orList(KEEPING_STATES)}, now or in a version to come: it is in ${named(bundle.holders)}${remedy}`;
  return [{ satisfied: false, message }];
}

function named({ first, count }: Pick<Holders, 'first' | 'count'>): string {
  const more = count > first.length ? ` and ${count - first.length} more` : '';
  return `${first.join(', ')}${more}`;
}

function orList(states: readonly string[]): string {
  return states.join(', ').replace(/, ([A-Z_]+)$/, ' or $1');
}
