import type { SettingReader, SettingStore, SettingVersion } from '../../application/ports/setting-store.js';
import type { Json } from '../../domain/primitives/json.js';
import type { SettingKey, Settings } from '../../domain/settings/settings.js';
import { isSettingKey, settingsOf } from '../../domain/settings/settings.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** `settings` in hexadecimal ASCII digits, cut to what an advisory lock takes. */
const SETTINGS_LOCK = '0x73657474696e6773::bigint';

const COLUMNS = `key, version, value, reason, changed_by as "changedBy", changed_at as "changedAt"`;

/**
 * The settings in force. With `lock` they stay in force until the transaction ends: whoever applies shares the lock, and
 * whoever sets waits for it.
 */
export async function readSettings(sql: Sql, lock: boolean): Promise<Settings> {
  if (lock) await sql.rows(`select pg_advisory_xact_lock_shared(${SETTINGS_LOCK})`);
  const rows = await sql.rows<{ key: string; value: Json }>(
    'select distinct on (key) key, value from setting_version order by key, version desc',
  );
  return settingsOf(new Map(rows.map(({ key, value }) => [key, value])));
}

export class SqlSettingStore implements SettingStore {
  constructor(private readonly sql: Sql) {}

  current(): Promise<Settings> {
    return readSettings(this.sql, false);
  }

  newest(key: SettingKey): Promise<SettingVersion | null> {
    return firstRow<SettingVersion>(
      this.sql,
      `select ${COLUMNS} from setting_version where key = $1 order by version desc limit 1`,
      [key],
    );
  }

  inForceAt(key: SettingKey, at: Date): Promise<SettingVersion | null> {
    return firstRow<SettingVersion>(
      this.sql,
      `select ${COLUMNS} from setting_version where key = $1 and changed_at <= $2 order by version desc limit 1`,
      [key, at],
    );
  }

  async lock(): Promise<void> {
    await this.sql.rows(`select pg_advisory_xact_lock(${SETTINGS_LOCK})`);
  }

  async add(version: Omit<SettingVersion, 'changedAt'>): Promise<void> {
    await this.sql.rows(
      `insert into setting_version (key, version, value, reason, changed_by) values ($1, $2, $3::jsonb, $4, $5::jsonb)`,
      [version.key, version.version, JSON.stringify(version.value), version.reason, JSON.stringify(version.changedBy)],
    );
  }
}

export class SqlSettingReader implements SettingReader {
  constructor(private readonly sql: Sql) {}

  current(): Promise<Settings> {
    return readSettings(this.sql, false);
  }

  async newest(): Promise<SettingVersion[]> {
    const rows = await this.sql.rows<SettingVersion>(
      `select distinct on (key) ${COLUMNS} from setting_version order by key, version desc`,
    );
    // A key of a later release may be left in a database that an earlier one runs on.
    return rows.filter(({ key }) => isSettingKey(key));
  }

  async versions(keys: readonly string[], limit: number): Promise<Map<string, SettingVersion[]>> {
    const rows = await this.sql.rows<SettingVersion>(
      `select v.* from unnest($1::text[]) as k(key) cross join lateral (
         select ${COLUMNS} from setting_version n where n.key = k.key order by n.version desc limit $2) v`,
      [keys, limit],
    );
    return Map.groupBy(rows, ({ key }) => key);
  }
}
