import type { Caller } from '../../domain/actor.js';
import type { FieldRule } from '../../domain/drift/source-of-truth.js';
import { reasonFaults } from '../../domain/given-reason.js';
import type { Json } from '../../domain/primitives/json.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem } from '../../domain/problem.js';
import { settingFaults } from '../../domain/settings/setting.js';
import { sourceOfTruthSetting } from '../../domain/settings/source-of-truth-setting.js';
import { withRules } from '../../domain/truth/matrix.js';
import type { SourceOfTruth } from '../../domain/truth/standing.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { storeSetting } from '../settings/set-setting.js';

/**
 * Sets rules of the source-of-truth matrix: a new version of all of it, in which fields that are not named keep the rule
 * that they had. In force at once; it heals nothing by itself until another ADMIN has signed it. Problems point into `rules`.
 */
export async function setSourceOfTruth(
  ports: Ports,
  caller: Caller,
  { rules, reason }: { rules: readonly FieldRule[]; reason: string },
): Promise<Outcome<{ version: number }>> {
  const text = reason.trim();
  const faults = settingFaults(sourceOfTruthSetting, rules as unknown as Json).map(underRules);
  if (rules.length === 0) faults.push(problem('REQUIRED', 'name one rule at least', ['rules']));
  faults.push(...reasonFaults(text));
  if (faults.length > 0) return { ok: false, problems: faults };
  return ports.work.run(async (stores) => {
    await stores.settings.lock();
    const before = await inForce(stores);
    const value = withRules(before.rules, rules);
    const outcome = await storeSetting(stores, caller, {
      key: 'sourceOfTruth',
      value,
      reason: text,
    });
    if (outcome.ok) return accepted({ version: (await inForce(stores)).version });
    const problems = outcome.problems.map((each) => atRule(each, value, rules));
    return { ok: false, problems: problems.toSorted((a, b) => Number(a.field?.[1]) - Number(b.field?.[1])) };
  });
}

async function inForce(stores: Stores): Promise<SourceOfTruth> {
  const policy = await stores.truth.version(null);
  if (policy === null) throw new Error('there is always a version of the source-of-truth matrix');
  return policy;
}

function underRules(each: Problem): Problem {
  return { ...each, field: ['rules', ...(each.field ?? [])] };
}

/** Places are within the whole matrix; whoever set some rules has sent only those. */
function atRule(each: Problem, matrix: readonly FieldRule[], rules: readonly FieldRule[]): Problem {
  const [, place, ...rest] = each.field ?? [];
  const index = rules.findIndex(({ field }) => field === matrix[Number(place)]?.field);
  return { ...each, field: index < 0 ? ['rules'] : ['rules', String(index), ...rest] };
}
