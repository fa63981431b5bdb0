import type { DriftAction, FieldRule } from '../../src/domain/drift/source-of-truth.js';
import { DEFAULT_RULES } from '../../src/domain/drift/source-of-truth.js';
import { Dice } from './dice.js';
import type { Trouble } from './systems/wire.js';
import { TROUBLES } from './systems/wire.js';

/** Codes of the two systems of the world. */
export const SHOP = 'shop';
export const ERP = 'erp';
export type SystemCode = typeof SHOP | typeof ERP;

/** Worker machines of the world. */
export const MACHINES = 2;

/**
 * One thing that somebody or something does. Numbers that name a record, a field or a finding are taken modulo how many
 * there are by then, so that an act still means something when those before it are left out.
 */
export type Act =
  | { do: 'EDIT'; entity: 'PRODUCT' | 'SKU'; which: number; field: number }
  | { do: 'CREATE'; withProduct: boolean; which: number }
  | { do: 'TRANSITION'; which: number }
  | { do: 'STAFF_EDIT'; system: SystemCode; which: number; field: number }
  | { do: 'STAFF_DELETE'; system: SystemCode; which: number }
  | { do: 'REVERT'; which: number }
  | { do: 'ADOPT'; which: number }
  | { do: 'WAIVE'; which: number; seconds: number }
  | { do: 'RETRY' }
  | { do: 'TROUBLE'; system: SystemCode; on: 'READ' | 'WRITE'; trouble: Trouble; times: number }
  | { do: 'CRASH'; machine: number; seconds: number }
  | { do: 'PAUSE'; machine: number; seconds: number }
  | { do: 'SCAN'; system: SystemCode }
  | { do: 'LOSE_WEBHOOK' }
  | { do: 'DOUBLE_WEBHOOK' }
  | { do: 'WAIT'; seconds: number };

export interface Story {
  /** Of the schedule: who goes on next, and how long things take. */
  schedule: number;
  products: number;
  skusEach: number;
  /** Which matrix is signed: see `MATRICES`. */
  matrix: number;
  acts: Act[];
}

function rulesWith(actions: Partial<Record<string, DriftAction>>): FieldRule[] {
  return DEFAULT_RULES.map((each) => ({ ...each, onDrift: actions[each.field] ?? each.onDrift }));
}

/** Before anybody has set one, and two in which the matrix acts by itself. Everything is the master's in all of them. */
export const MATRICES: readonly (readonly FieldRule[])[] = [
  DEFAULT_RULES,
  rulesWith({ price: 'AUTO_REVERT', hsCode: 'AUTO_ADOPT', title: 'IGNORE', 'product.title': 'AUTO_REVERT' }),
  DEFAULT_RULES,
  rulesWith({ price: 'AUTO_ADOPT', hsCode: 'IGNORE', title: 'AUTO_REVERT', 'product.vendor': 'AUTO_ADOPT' }),
];

/** How often each happens, beside the others. */
const WEIGHTS: { weight: number; value: Act['do'] }[] = [
  { weight: 24, value: 'EDIT' },
  { weight: 5, value: 'CREATE' },
  { weight: 4, value: 'TRANSITION' },
  { weight: 18, value: 'STAFF_EDIT' },
  { weight: 2, value: 'STAFF_DELETE' },
  { weight: 5, value: 'REVERT' },
  { weight: 3, value: 'ADOPT' },
  { weight: 3, value: 'WAIVE' },
  { weight: 2, value: 'RETRY' },
  { weight: 20, value: 'TROUBLE' },
  { weight: 7, value: 'CRASH' },
  { weight: 7, value: 'PAUSE' },
  { weight: 3, value: 'SCAN' },
  { weight: 2, value: 'LOSE_WEBHOOK' },
  { weight: 2, value: 'DOUBLE_WEBHOOK' },
  { weight: 6, value: 'WAIT' },
];

/** The story of a seed, always the same. */
export function storyOf(seed: number): Story {
  const dice = new Dice(seed);
  const length = dice.between(4, 22);
  return {
    schedule: seed,
    products: dice.between(1, 2),
    skusEach: dice.between(1, 2),
    matrix: seed % MATRICES.length,
    acts: actsOf(dice, length),
  };
}

/** Most happens where something happens already: to one record, and one field of it. That is where it gets dangerous. */
function actsOf(dice: Dice, length: number): Act[] {
  const where: SystemCode = dice.chance(0.7) ? SHOP : ERP;
  const hot = { which: dice.below(60), field: dice.below(60), system: where };
  return Array.from({ length }, (): Act[] => {
    if (dice.chance(0.12)) return race(dice, hot);
    const system: SystemCode = dice.chance(0.4) ? hot.system : dice.chance(0.6) ? SHOP : ERP;
    return [actOf(dice, system, dice.chance(0.5) ? hot : { which: dice.below(60), field: dice.below(60) })];
  }).flat();
}

/** Two edits of one field, and a write of the first that nobody hears of. */
function race(dice: Dice, { which, field, system }: { which: number; field: number; system: SystemCode }): Act[] {
  const edit: Act = { do: 'EDIT', entity: dice.chance(0.3) ? 'PRODUCT' : 'SKU', which, field };
  const trouble = dice.pick(['LATE', 'LATE', 'LOST_AFTER'] as const);
  return [
    { do: 'TROUBLE', system, on: 'WRITE', trouble, times: 1 },
    edit,
    { do: 'WAIT', seconds: dice.below(3) },
    edit,
  ];
}

function actOf(dice: Dice, system: SystemCode, { which, field }: { which: number; field: number }): Act {
  const kind = dice.weighted(WEIGHTS);
  switch (kind) {
    case 'EDIT':
      return { do: kind, entity: dice.chance(0.3) ? 'PRODUCT' : 'SKU', which, field };
    case 'CREATE':
      return { do: kind, withProduct: dice.chance(0.6), which };
    case 'STAFF_EDIT':
      return { do: kind, system, which, field };
    case 'STAFF_DELETE':
      return { do: kind, system, which };
    case 'TRANSITION':
    case 'REVERT':
    case 'ADOPT':
      return { do: kind, which };
    case 'WAIVE':
      return { do: kind, which, seconds: dice.between(5, 600) };
    case 'TROUBLE':
      return {
        do: kind,
        system,
        on: dice.chance(0.25) ? 'READ' : 'WRITE',
        trouble: dice.pick(TROUBLES),
        times: dice.chance(0.3) ? dice.between(2, 3) : 1,
      };
    case 'CRASH':
      return { do: kind, machine: dice.below(MACHINES), seconds: dice.between(1, 40) };
    case 'PAUSE':
      return { do: kind, machine: dice.below(MACHINES), seconds: dice.between(5, 150) };
    case 'SCAN':
      return { do: kind, system };
    case 'WAIT':
      return { do: kind, seconds: dice.between(1, 120) };
    default:
      return { do: kind };
  }
}
