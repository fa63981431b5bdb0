import { amountsOf } from '../change/system-amounts.js';
import { compareDecimals, decimalDistance, divideDecimals, multiplyDecimals } from '../primitives/decimal.js';
import type { FieldChange, Json } from '../primitives/json.js';
import { foldCode } from '../primitives/text.js';
import type { ApprovalRule, RelativeSize, RuleCondition } from './approval-rule.js';
import { ruleField } from './approval-rule.js';
import type { TouchedThing } from './touched.js';

/**
 * Why a rule asks about a thing, in words; null where it does not.
 * @param skus how many SKUs the request touches.
 */
export function fitOf(rule: ApprovalRule, thing: TouchedThing, skus: number): string | null {
  const { when = {} } = rule;
  const reasons: string[] = [];
  for (const key of CONDITIONS) {
    const reason = TESTS[key](when, thing, skus);
    if (reason === null) return null;
    if (reason !== '') reasons.push(reason);
  }
  return reasons.length === 0 ? 'it asks about every change' : reasons.join('; ');
}

/** Which conditions of a rule held for none of the things: why it asks nothing. */
export function unmetBy(rule: ApprovalRule, things: readonly TouchedThing[], skus: number): (keyof RuleCondition)[] {
  const { when = {} } = rule;
  return CONDITIONS.filter((key) => things.every((thing) => TESTS[key](when, thing, skus) === null));
}

/** The words by which rules may name what changes on a thing; attributes both with and without their key. */
export function fieldsOf(thing: TouchedThing): string[] {
  const names = thing.changes.flatMap(({ field }) =>
    field.startsWith('attributes.') ? [field, 'attributes'] : [ruleField(thing.kind, field)],
  );
  return [...new Set(names)];
}

/** May the owner change all of this alone? */
export function isOwnersOwn(rule: ApprovalRule, thing: TouchedThing): boolean {
  const { ownerMayAlone = [] } = rule;
  const isFree = ({ field }: FieldChange): boolean => {
    const names = fieldsOf({ ...thing, changes: [{ field, from: null, to: null }] });
    return names.some((name) => ownerMayAlone.includes(name));
  };
  return thing.changes.length > 0 && thing.changes.every(isFree);
}

/** Null: does not hold; empty: nothing was asked; else why it holds. */
type Test = (when: RuleCondition, thing: TouchedThing, skus: number) => string | null;

const TESTS: { readonly [K in keyof Required<RuleCondition>]: Test } = {
  operations: ({ operations }, thing) => among(operations, thing.operations),
  fields: ({ fields }, thing) => among(fields, fieldsOf(thing), 'changes '),
  productTypes: ({ productTypes }, { under }) =>
    among(
      productTypes,
      under.map(({ productType }) => productType),
      'of the type ',
      foldCode,
    ),
  vendors: ({ vendors }, { under }) =>
    among(
      vendors,
      under.map(({ vendor }) => vendor),
      'of the vendor ',
      foldCode,
    ),
  states: ({ states }, thing) => among(states, thing.states),
  priceChange: ({ priceChange }, thing) => moved(priceChange, 'price', thing.changes),
  costChange: ({ costChange }, thing) => moved(costChange, 'cost', thing.changes),
  skus: ({ skus: asked }, _thing, skus) => {
    if (!asked) return '';
    return skus >= asked.atLeast ? `${skus} SKUs, and it asks from ${asked.atLeast} on` : null;
  },
};
const CONDITIONS = Object.keys(TESTS) as (keyof RuleCondition)[];

function among(
  asked: readonly string[] | undefined,
  has: readonly (string | null)[],
  word = '',
  fold: (text: string) => string = (text) => text,
): string | null {
  if (!asked) return '';
  const wanted = new Set(asked.map(fold));
  const found = [...new Set(has.filter((each) => each !== null && wanted.has(fold(each))))];
  return found.length === 0 ? null : `${word}${found.join(', ')}`;
}

/** The largest move of an amount that is large enough; amounts of single stores count like the master's own. */
function moved(
  size: RelativeSize | undefined,
  field: 'price' | 'cost',
  changes: readonly FieldChange[],
): string | null {
  if (!size) return '';
  const moves = changes.flatMap((change) => movesOf(field, change)).filter((move) => isLarge(move, size));
  const [largest] = moves.toSorted((a, b) => compareDecimals(b.percent, a.percent));
  if (!largest) return null;
  const { name, from, to, percent } = largest;
  return `${name} from ${from} to ${to ?? 'none'} is ${percent}%, and it asks from ${size.percent}% on`;
}

interface Move {
  name: string;
  from: string;
  to: string | null;
  direction: 'UP' | 'DOWN';
  /** Of what it was, to two places. */
  percent: string;
}

function movesOf(field: 'price' | 'cost', change: FieldChange): Move[] {
  if (change.field === field) return moveOf(field, change.from, change.to);
  if (field !== 'price' || change.field !== 'systemValues') return [];
  const [was, is] = [amountsOf(change.from), amountsOf(change.to)];
  return [...was.keys()]
    .filter((key) => key.endsWith('.price'))
    .flatMap((key) =>
      moveOf(`the price of ${key.slice(0, -'.price'.length)}`, was.get(key) ?? null, is.get(key) ?? null),
    );
}

/** From nothing, or from zero, there is no relative size; to nothing it is all of it. */
function moveOf(name: string, from: Json, to: Json): Move[] {
  if (typeof from !== 'string' || compareDecimals(from, '0') === 0) return [];
  const after = typeof to === 'string' ? to : null;
  const distance = decimalDistance(from, after ?? '0');
  if (compareDecimals(distance, '0') === 0) return [];
  const direction = after !== null && compareDecimals(after, from) > 0 ? 'UP' : 'DOWN';
  return [{ name, from, to: after, direction, percent: divideDecimals(multiplyDecimals(distance, '100'), from, 2) }];
}

function isLarge({ from, to, direction }: Move, size: RelativeSize): boolean {
  const asked = size.direction ?? 'EITHER';
  if (asked !== 'EITHER' && asked !== direction) return false;
  const distance = decimalDistance(from, to ?? '0');
  return compareDecimals(multiplyDecimals(distance, '100'), multiplyDecimals(from, size.percent.toFixed(2))) >= 0;
}
