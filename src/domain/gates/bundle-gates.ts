import type { Figure, Neighbour } from '../bundle/bundle-facts.js';
import { KEEPING_STATES } from '../bundle/bundle-facts.js';
import type { LifecycleState } from '../catalog/lifecycle.js';
import type { Asked, GatedSku, GateFacts, GateRule } from './gate.js';

/** "PRELAUNCH or later" means set up and not gone: RETIRED comes later, but nothing can be made of it. */
const SET_UP: readonly LifecycleState[] = ['PRELAUNCH', 'ACTIVE', 'ON_HOLD', 'PHASE_OUT'];
const SELLS: readonly LifecycleState[] = ['ACTIVE', 'PHASE_OUT'];

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

/** One answer for each component that is not there yet, so that one which was late before hides none that is new. */
function askReady({ kind }: GatedSku, { bundle }: GateFacts, state: LifecycleState): Asked[] {
  if (kind !== 'BUNDLE' || bundle.components === null) return [];
  const asked = state === 'PRELAUNCH' ? SET_UP : SELLS;
  const late = bundle.components.filter((each) => !asked.includes(each.state));
  if (late.length === 0) return [{ satisfied: true }];
  return late.map((each) => ({
    subject: each.code,
    satisfied: false,
    message: `has only components that are ${orList(asked)}: ${each.code} is ${each.state}`,
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
  const { first, count } = bundle.holders;
  if (count === 0) return state === 'RETIRED' ? [{ satisfied: true }] : [];
  const more = count > first.length ? ` and ${count - first.length} more` : '';
  const wayOut = state === 'RETIRED' ? '; bundleComponentReplace drafts what puts its successor there' : '';
  const message = `is in no bundle that is ${orList(KEEPING_STATES)}: it is in ${first.join(', ')}${more}${wayOut}`;
  return [{ satisfied: false, message }];
}

function orList(states: readonly string[]): string {
  return states.join(', ').replace(/, ([A-Z_]+)$/, ' or $1');
}
