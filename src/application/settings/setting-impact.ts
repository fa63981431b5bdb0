import type { Problem } from '../../domain/problem.js';
import type { SettingKey, Settings } from '../../domain/settings/settings.js';
import type { Stores } from '../ports/unit-of-work.js';

/** Something that a new value would do to what is there already. */
export interface SettingEffect {
  code: string;
  message: string;
  /** How many SKUs or products it concerns; exact. */
  count: number;
  /** The first few of them, by SKU code or product handle. */
  examples: string[];
}

/** What a new value would do, and why it may not be set (paths within the value). */
export interface SettingImpact {
  problems: Problem[];
  effects: SettingEffect[];
}

/** Works out what it would mean to go from one value of a key to another. Reads only. */
export type ImpactOf<K extends SettingKey> = (
  stores: Stores,
  before: Settings[K],
  after: Settings[K],
) => Promise<SettingImpact>;
