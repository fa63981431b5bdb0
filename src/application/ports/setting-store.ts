import type { Actor } from '../../domain/actor.js';
import type { Json } from '../../domain/primitives/json.js';
import type { SettingKey, Settings } from '../../domain/settings/settings.js';

/** One value that a setting had. */
export interface SettingVersion {
  key: SettingKey;
  version: number;
  value: Json;
  reason: string;
  changedBy: Actor;
  changedAt: Date;
}

/** Settings in one transaction. */
export interface SettingStore {
  current(): Promise<Settings>;
  /** The newest version of a key; null before anybody set it. */
  newest(key: SettingKey): Promise<SettingVersion | null>;
  /** The version of a key that was in force at an instant; null where its default was. */
  inForceAt(key: SettingKey, at: Date): Promise<SettingVersion | null>;
  /** Nobody applies a change, and nobody else sets, until this transaction has ended; waits for those who do. */
  lock(): Promise<void>;
  add(version: Omit<SettingVersion, 'changedAt'>): Promise<void>;
}

/** Settings as they are, outside any unit of work. */
export interface SettingReader {
  current(): Promise<Settings>;
  /** The newest version of every key that was ever set. */
  newest(): Promise<SettingVersion[]>;
  /** Newest first; at most `limit` of each key. */
  versions(keys: readonly string[], limit: number): Promise<Map<string, SettingVersion[]>>;
}
