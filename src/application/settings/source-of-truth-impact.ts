import type { FieldRule } from '../../domain/drift/source-of-truth.js';
import { sameJson } from '../../domain/primitives/json.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import { isOwnedElsewhere, MASTER, NOBODY, placesOf, wholeMatrix } from '../../domain/truth/matrix.js';
import type { Stores } from '../ports/unit-of-work.js';
import type { ImpactOf, SettingEffect } from './setting-impact.js';

/** Which rules would be others, and what is open on fields whose owner would be another; owners must be there, and have a place for the field. */
export const sourceOfTruthImpact: ImpactOf<'sourceOfTruth'> = async (stores, before, after) => {
  const systems = await stores.truth.systems();
  const problems = after.flatMap((rule, at) => ownerFaults(rule, at, systems));
  if (problems.length > 0) return { problems, effects: [] };
  const erps = systems.flatMap(({ code, kind }) => (kind === 'ERP' ? [code] : []));
  const were = new Map(wholeMatrix(before, erps).map((rule) => [rule.field, rule]));
  const moved = wholeMatrix(after, erps).filter((rule) => !sameJson({ ...were.get(rule.field) }, { ...rule }));
  const given = moved.filter(({ field, owner }) => were.get(field)?.owner !== owner);
  const taken = given.filter(isOwnedElsewhere);
  const effects = [
    effectOf('RULES_CHANGED', 'rules that would be others', moved),
    effectOf('OWNED_ELSEWHERE', 'fields that change requests could no longer change', taken),
    await findingsOn(stores, given),
  ];
  return { problems: [], effects: effects.flatMap((each) => (each === null ? [] : [each])) };
};

function ownerFaults(
  { field, owner }: FieldRule,
  at: number,
  systems: Awaited<ReturnType<Stores['truth']['systems']>>,
): Problem[] {
  if (owner === MASTER || owner === NOBODY) return [];
  const place = [String(at), 'owner'];
  const system = systems.find(({ code }) => code === owner);
  if (!system) return [problem('SYSTEM_UNKNOWN', `no system has the code ${owner}`, place)];
  if (placesOf(field).includes(system.kind)) return [];
  return [problem('INVALID_FORMAT', `${owner} has no place for ${field}, so it cannot own it`, place)];
}

function effectOf(code: string, message: string, rules: readonly FieldRule[]): SettingEffect | null {
  const examples = rules.map(({ field, owner }) => `${field} (${owner})`);
  return rules.length === 0 ? null : { code, message, count: rules.length, examples };
}

async function findingsOn(stores: Stores, rules: readonly FieldRule[]): Promise<SettingEffect | null> {
  const open = await stores.truth.openFindings(rules.map(({ field }) => field));
  const count = [...open.values()].reduce((sum, each) => sum + each, 0);
  const message = 'open findings on fields whose owner would be another; the next look at each judges it anew';
  const examples = [...open].map(([field, findings]) => `${field}: ${findings}`);
  return count === 0 ? null : { code: 'FINDINGS_JUDGED_ANEW', message, count, examples };
}
