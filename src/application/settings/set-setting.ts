import type { Caller } from '../../domain/actor.js';
import { reasonFaults } from '../../domain/given-reason.js';
import type { Json } from '../../domain/primitives/json.js';
import { sameJson } from '../../domain/primitives/json.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused, under } from '../../domain/problem.js';
import { settingFaults } from '../../domain/settings/setting.js';
import type { SettingKey, Settings } from '../../domain/settings/settings.js';
import { isSettingKey, SETTING_KEYS, SETTINGS } from '../../domain/settings/settings.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { followSetting } from './after-setting.js';
import { impactOf } from './impacts.js';
import type { SettingEffect, SettingImpact } from './setting-impact.js';

export interface SettingSet {
  key: SettingKey;
  /** What it does to what is there already, and what of it should be looked at again; nothing where it was so before. */
  effects: SettingEffect[];
}

/**
 * Sets a rule of the house: a new version of it, on record with a reason. The value it has already makes no new version.
 * Refused with NOT_FOUND for an unknown key, INVALID_FORMAT and the definition's own codes for a value that does not
 * hold (each with its path under `value`), REASON_TOO_SHORT, and whatever its impact on what is there already forbids.
 */
export async function setSetting(
  ports: Ports,
  caller: Caller,
  draft: { key: string; value: Json; reason: string },
): Promise<Outcome<SettingSet>> {
  const { key, value, reason } = draft;
  const problems = [...valueFaults(key, value), ...reasonFaults(reason)];
  if (problems.length > 0 || !isSettingKey(key)) return { ok: false, problems };
  return ports.work.run(async (stores) => {
    await stores.settings.lock();
    return storeSetting(stores, caller, { key, value, reason: reason.trim() });
  });
}

/** A new version of a key whose value is sound in itself; the settings are locked. */
export async function storeSetting(
  stores: Stores,
  caller: Caller,
  { key, value, reason }: { key: SettingKey; value: Json; reason: string },
): Promise<Outcome<SettingSet>> {
  const newest = await stores.settings.newest(key);
  if (sameJson(newest?.value ?? SETTINGS[key].initial, value)) return accepted({ key, effects: [] });
  const impact = await impactFrom(stores, key, value);
  if (impact.problems.length > 0) return refused(...impact.problems);
  const version = (newest?.version ?? 0) + 1;
  await stores.settings.add({ key, version, value, reason, changedBy: caller.actor });
  const data = { version, value, reason, effects: impact.effects };
  await stores.audit([{ actor: caller.actor, type: 'SETTING_CHANGED', subject: key, data }]);
  await followSetting(stores, key);
  return accepted({ key, effects: impact.effects });
}

/** What setting a value would do, without setting it: its faults, or its effects on what is there. */
export async function previewSetting(ports: Ports, key: string, value: Json): Promise<SettingImpact> {
  const problems = valueFaults(key, value);
  if (problems.length > 0 || !isSettingKey(key)) return { problems, effects: [] };
  return ports.work.run((stores) => impactFrom(stores, key, value));
}

function valueFaults(key: string, value: Json): Problem[] {
  if (isSettingKey(key)) return under(['value'], settingFaults<unknown>(SETTINGS[key], value));
  const known = SETTING_KEYS.join(', ');
  return [problem('NOT_FOUND', `no setting has the key "${key.slice(0, 40)}"; there are: ${known}`, ['key'])];
}

async function impactFrom<K extends SettingKey>(stores: Stores, key: K, value: Json): Promise<SettingImpact> {
  const before = (await stores.settings.current())[key];
  // The schema has vouched for its form.
  const { problems, effects } = await impactOf(stores, key, before, value as unknown as Settings[K]);
  return { problems: under(['value'], problems), effects };
}
