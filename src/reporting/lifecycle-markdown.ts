import type { LifecycleState } from '../domain/catalog/lifecycle.js';
import { LIFECYCLE_STATES, STATE_MEANINGS, TRANSITIONS } from '../domain/catalog/lifecycle.js';
import type { GateRule } from '../domain/gates/gate.js';
import { NEVER_BLOCKING } from '../domain/gates/gate.js';
import { GATE_RULES } from '../domain/gates/gate-rules.js';
import type { Json } from '../domain/primitives/json.js';
import { isGovernedIn, lifecycleIn, productStatus } from '../domain/publishing/projection.js';
import type { SystemKind } from '../domain/publishing/system.js';
import { markdownTable } from './markdown-table.js';

/** The lifecycle as it runs, for people: docs/lifecycle.md. Written out of the tables that the service itself obeys. */
export function lifecycleMarkdown(): string {
  const blocks = [
    '# Lifecycle of a SKU',
    'Written by `npm run docs` out of the running definition. Do not edit it: change the definition.',
    `\`\`\`mermaid\nstateDiagram-v2\n${steps()}\n\`\`\``,
    '## States',
    markdownTable(['state', 'what it means', 'may become'], LIFECYCLE_STATES.map(stateRow)),
    ...gates(),
    ...systems(),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function steps(): string {
  const lines = LIFECYCLE_STATES.flatMap((from) => TRANSITIONS[from].map((to) => `    ${from} --> ${to}`));
  const ends = LIFECYCLE_STATES.filter((state) => TRANSITIONS[state].length === 0).map(
    (state) => `    ${state} --> [*]`,
  );
  return ['    [*] --> DRAFT', ...lines, ...ends].join('\n');
}

function stateRow(state: LifecycleState): string[] {
  return [state, STATE_MEANINGS[state], TRANSITIONS[state].join(', ') || 'nothing: it is final'];
}

function gates(): string[] {
  const asking = LIFECYCLE_STATES.filter((state) => GATE_RULES.some((rule) => rule.states[state] !== undefined));
  const row = (rule: GateRule): string[] => [
    `\`${rule.code}\``,
    rule.message,
    ...asking.map((state) => rule.states[state]?.toLowerCase() ?? ''),
    rule.choosable ? 'yes' : 'no',
  ];
  return [
    '## Gates',
    'A gate is one thing that a state asks for. What blocks keeps a SKU out of the state, and refuses a change that would take it away from a SKU in that state, whether the SKU itself is changed or its product. ' +
      'What warns is told with the change request (`warnings`), and does no more. A gate that was never satisfied does not hold up other work on a SKU that is in the state already.',
    `The table shows what holds by default. Where the last column says yes, the setting \`gates\` decides otherwise, for all SKUs or by product type; but nothing keeps a SKU out of ${NEVER_BLOCKING.join(', ')}, because what is recalled cannot wait.`,
    markdownTable(['gate', 'asks that the SKU', ...asking, 'may be chosen'], GATE_RULES.map(row)),
    '`sku { readiness(for: ACTIVE) { code subject message satisfied blocks } }` answers every gate of a state for one SKU, by the same code that judges a change request. `allowedTransitions` are the steps of the diagram.',
  ];
}

function systems(): string[] {
  const row = (state: LifecycleState): string[] => [
    state,
    look('SHOPIFY', state),
    isGovernedIn({ state, listedIn: [] }) ? productStatus([state]) : 'absent',
    look('ERP', state),
  ];
  return [
    '## In each system',
    'What a system is to show of a SKU that is listed there. A SKU that leaves the list of a system looks there as if it were RETIRED.',
    markdownTable(
      ['state', 'variant in Shopify', 'its product, if all its SKUs are in this state', 'item in the ERP'],
      LIFECYCLE_STATES.map(row),
    ),
    'A product with SKUs in several states is ACTIVE in Shopify if any of them is ACTIVE or PHASE_OUT, else DRAFT if any is PRELAUNCH or ON_HOLD, else ARCHIVED; SKUs in DRAFT do not count. Nothing is ever deleted.',
    'A SKU in DRAFT that a system has all the same (a baseline took it over as one, or it went back) is neither compared nor written there: `skus { systems { state } }` says `NOT_COMPARED`, and no finding tells of what it shows, until it leaves DRAFT.',
  ];
}

/** What people say for true and for false. */
const FLAGS: Readonly<Record<string, readonly [string, string]>> = {
  published: ['published', 'unpublished'],
  active: ['active', 'inactive'],
  purchasable: ['purchasable', 'not purchasable'],
  salable: ['salable', 'not salable'],
};

/** `{ active: true, salable: false }` as people say it; what is not named there is left as it is. */
function look(kind: SystemKind, state: LifecycleState): string {
  const shown = lifecycleIn(kind, state);
  if (!isGovernedIn({ state, listedIn: [] })) return 'absent';
  return Object.entries(shown as Record<string, Json>)
    .map(
      ([key, value]) =>
        FLAGS[key]?.[value === true ? 0 : 1] ??
        `${spaced(key)} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(', ');
}

function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
}
