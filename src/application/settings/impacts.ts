import type { SettingKey, Settings } from '../../domain/settings/settings.js';
import type { Stores } from '../ports/unit-of-work.js';
import { allocationImpact } from './allocation-impact.js';
import { approvalsImpact } from './approvals-impact.js';
import { attributesImpact } from './attributes-impact.js';
import { freezeImpact } from './freeze-impact.js';
import { namingImpact } from './naming-impact.js';
import { sourceOfTruthImpact } from './source-of-truth-impact.js';
import type { ImpactOf, SettingImpact } from './setting-impact.js';

/** Keys whose change reaches SKUs that are there already; a key that is not here reaches none. */
const IMPACTS: { readonly [K in SettingKey]?: ImpactOf<K> } = {
  approvals: approvalsImpact,
  attributes: attributesImpact,
  bundleAllocation: allocationImpact,
  freezeWindows: freezeImpact,
  naming: namingImpact,
  sourceOfTruth: sourceOfTruthImpact,
};

export async function impactOf<K extends SettingKey>(
  stores: Stores,
  key: K,
  before: Settings[K],
  after: Settings[K],
): Promise<SettingImpact> {
  const impact: ImpactOf<K> | undefined = IMPACTS[key];
  return impact ? impact(stores, before, after) : { problems: [], effects: [] };
}
