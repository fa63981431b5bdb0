import type { Json } from '../primitives/json.js';
import type { AllocationSetting } from './allocation-setting.js';
import { allocationSetting } from './allocation-setting.js';
import type { ApprovalsSetting } from './approvals-setting.js';
import { approvalsSetting } from './approvals-setting.js';
import type { AttributesSetting } from './attributes-setting.js';
import { attributesSetting } from './attributes-setting.js';
import type { FreezeWindowsSetting } from './freeze-windows-setting.js';
import { freezeWindowsSetting } from './freeze-windows-setting.js';
import type { GatesSetting } from './gates-setting.js';
import { gatesSetting } from './gates-setting.js';
import type { GtinSetting } from './gtin-setting.js';
import { gtinSetting } from './gtin-setting.js';
import type { NamingSetting } from './naming-setting.js';
import { namingSetting } from './naming-setting.js';
import type { PublishingSetting } from './publishing-setting.js';
import { publishingSetting } from './publishing-setting.js';
import type { SettingDefinition } from './setting.js';
import type { SourceOfTruthSetting } from './source-of-truth-setting.js';
import { sourceOfTruthSetting } from './source-of-truth-setting.js';

/** Every rule of the house that is data, by key: as it is in force. */
export interface Settings {
  approvals: ApprovalsSetting;
  attributes: AttributesSetting;
  bundleAllocation: AllocationSetting;
  freezeWindows: FreezeWindowsSetting;
  gates: GatesSetting;
  gtin: GtinSetting;
  naming: NamingSetting;
  publishing: PublishingSetting;
  sourceOfTruth: SourceOfTruthSetting;
}
export type SettingKey = keyof Settings;

/** What each key means. A new key is a new line here and a file beside this one. */
export const SETTINGS: { readonly [K in SettingKey]: SettingDefinition<Settings[K]> } = {
  approvals: approvalsSetting,
  attributes: attributesSetting,
  bundleAllocation: allocationSetting,
  freezeWindows: freezeWindowsSetting,
  gates: gatesSetting,
  gtin: gtinSetting,
  naming: namingSetting,
  publishing: publishingSetting,
  sourceOfTruth: sourceOfTruthSetting,
};

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

export function isSettingKey(text: string): text is SettingKey {
  return Object.hasOwn(SETTINGS, text);
}

/** The settings in force: what was set last, and the default of whatever never was. Values were checked when they were set. */
export function settingsOf(set: ReadonlyMap<string, Json>): Settings {
  return Object.fromEntries(
    SETTING_KEYS.map((key) => [key, set.get(key) ?? SETTINGS[key].initial]),
  ) as unknown as Settings;
}

/** The house before anybody set anything. */
export const DEFAULT_SETTINGS: Settings = settingsOf(new Map());
