import { definitionsOf } from '../../domain/attributes/read-attribute-list.js';
import type { CountedEffect, DefinitionEffect } from '../../domain/attributes/definition-impact.js';
import { keysInQuestion, LOSES, ValueEffects } from '../../domain/attributes/definition-impact.js';
import type { SkuGroup } from '../../domain/attributes/requirement-impact.js';
import { bearAnew, keysRequiredAnew, keysWidened, requiredAnew } from '../../domain/attributes/requirement-impact.js';
import type { AttributesSetting } from '../../domain/settings/attributes-setting.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import type { Stores } from '../ports/unit-of-work.js';
import type { SettingEffect, SettingImpact } from './setting-impact.js';

const EXAMPLES = 10;

/**
 * What new definitions do to SKUs and products that are there: refused where a value would lose its meaning, told where
 * more SKUs bear or must have an attribute. Those stay as they are until somebody changes them; `readiness` says so.
 */
export async function attributesImpact(
  stores: Stores,
  from: AttributesSetting,
  to: AttributesSetting,
): Promise<SettingImpact> {
  const [before, after] = [definitionsOf(from), definitionsOf(to)];
  const values = new ValueEffects(before, after);
  const inQuestion = keysInQuestion(before, after);
  if (inQuestion.length > 0) for await (const used of stores.attributes.values(inQuestion)) values.take(used);
  const required = keysRequiredAnew(before, after);
  const lacking = required.length > 0 ? requiredAnew(before, after, await stores.attributes.lacking(required)) : [];
  const widened = keysWidened(before, after);
  const groups = widened.length > 0 ? await stores.attributes.groups() : [];
  return {
    problems: values.counted.flatMap((counted) => lossOf(counted, to)),
    effects: [
      ...values.counted.map(valueEffect),
      ...[...Map.groupBy(lacking, ({ key }) => key)].map(([key, of]) => requiredEffect(key, of, to)),
      ...widened.flatMap((key) => widenedEffect(key, bearAnew(before, after, key, groups))),
    ],
  };
}

const MESSAGES: Readonly<Record<DefinitionEffect, string>> = {
  KEY_REMOVED: 'would be removed with the values that are there; clear them first',
  VALUE_DOES_NOT_FIT: 'has values that do not fit the new definition; change or clear them first',
  TYPE_NO_LONGER_HAS_IT: 'has values on products of a type that would no longer have it; clear them first',
  KEPT_ON_RETIRED: 'has values on SKUs that are RETIRED; they keep them as they are',
  TYPE_CHANGED: 'has values that fit the new type as they are',
  UNIT_CHANGED: 'has values that are not converted to the new unit',
};

function valueEffect({ effect, key, count, examples }: CountedEffect): SettingEffect {
  return { code: effect in LOSES ? 'WOULD_LOSE_DATA' : effect, message: `${key} ${MESSAGES[effect]}`, count, examples };
}

function lossOf({ effect, key, count, examples }: CountedEffect, to: AttributesSetting): Problem[] {
  const part = LOSES[effect];
  if (part === undefined) return [];
  const index = to.findIndex((each) => each.key === key);
  const field = part === null || index < 0 ? [] : [String(index), partIn(part, to[index]?.values)];
  const more = count > examples.length ? ` and ${count - examples.length} more` : '';
  return [problem('WOULD_LOSE_DATA', `${key} ${MESSAGES[effect]}, on: ${examples.join(', ')}${more}`, field)];
}

/** Of an ENUM it is the list of values that says what fits. */
function partIn(part: string, values: string[] | undefined): string {
  return part === 'type' && values !== undefined ? 'values' : part;
}

function requiredEffect(key: string, groups: readonly SkuGroup[], to: AttributesSetting): SettingEffect {
  const from = to.find((each) => each.key === key)?.requiredFrom;
  const message = `${key} is required from ${from} on of SKUs that lack it; they stay as they are, and cannot lose what they have`;
  return { code: 'NOW_REQUIRED', message, ...summed(groups) };
}

function widenedEffect(key: string, groups: readonly SkuGroup[]): SettingEffect[] {
  const message = `${key} belongs to SKUs that could not have it before`;
  return groups.length === 0 ? [] : [{ code: 'APPLIES_TO_MORE', message, ...summed(groups) }];
}

function summed(groups: readonly SkuGroup[]): { count: number; examples: string[] } {
  return {
    count: groups.reduce((sum, { count }) => sum + count, 0),
    examples: groups
      .flatMap(({ examples }) => examples)
      .toSorted()
      .slice(0, EXAMPLES),
  };
}
