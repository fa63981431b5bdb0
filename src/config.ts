import { readFileSync } from 'node:fs';
import { isZone } from './domain/alerts/digest-time.js';
import { cronFault } from './domain/drift/cron-line.js';
import type { LogLevel } from './application/ports/ports.js';
import { checkedBaseUrl } from './connectors/system-config.js';
import type { SystemConfig } from './connectors/system-config.js';

/** A system as SYSTEMS_FILE names it: what the connector needs, and what governance needs. */
export interface ConfiguredSystem extends SystemConfig {
  mode: 'READ_ONLY' | 'WRITE';
  currency: string;
  /** When it is scanned by itself; left out: DAILY_SCAN. */
  scan?: ScanTimes;
}

export interface ScanTimes {
  /** Five cron fields in the zone TZ; null: never by itself. */
  full: string | null;
  /** null: never by itself. */
  incrementalMinutes: number | null;
}

/** A full scan each night, and what has changed every quarter of an hour. */
export const DAILY_SCAN: ScanTimes = { full: '0 3 * * *', incrementalMinutes: 15 };

export interface Config {
  production: boolean;
  host: string;
  port: number;
  role: 'all' | 'api' | 'worker';
  dataDir: string;
  /** null: the embedded database. */
  databaseUrl: string | null;
  migrateDatabaseUrl: string | null;
  /** null: the sandbox. */
  systems: ConfiguredSystem[] | null;
  bootstrapKey: string | null;
  publicUrl: string;
  logLevel: LogLevel;
  /** Where alerts go: a secret. Null: nowhere. */
  slackWebhookUrl: string | null;
  /** When the daily digest is told: HH:MM in `zone`. */
  digestAt: string;
  /** IANA name. */
  zone: string;
  /** What opens /metrics to other machines. */
  metricsToken: string | null;
  /** For the commands that speak to a running service. */
  client: { url: string | null; key: string | null };
}

/** A configuration that cannot be run on. Its message is for the person who starts the service. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the environment, the only place that does (design section 6). Throws ConfigError naming the variable. */
export function readConfig(env: Env = process.env): Config {
  const production = env.NODE_ENV === 'production';
  const port = wholeNumber(env, 'PORT', 4000, 0, 65_535);
  const host = env.HOST ?? '127.0.0.1';
  const bootstrapKey = env.BOOTSTRAP_API_KEY ?? null;
  if (bootstrapKey !== null && bootstrapKey.length < 32)
    throw new ConfigError('BOOTSTRAP_API_KEY has at least 32 characters');
  const config: Config = {
    production,
    host,
    port,
    role: oneOf(env, 'ROLE', ['all', 'api', 'worker'], 'all'),
    dataDir: env.DATA_DIR ?? '.data',
    databaseUrl: env.DATABASE_URL ?? null,
    migrateDatabaseUrl: env.MIGRATE_DATABASE_URL ?? null,
    systems: env.SYSTEMS_FILE === undefined ? null : readSystems(env.SYSTEMS_FILE, env),
    bootstrapKey,
    publicUrl: (env.PUBLIC_URL ?? `http://${host}:${port}`).replace(/\/$/, ''),
    logLevel: oneOf(env, 'LOG_LEVEL', ['debug', 'info', 'warn', 'error'], 'info'),
    slackWebhookUrl: readSlackUrl(env),
    digestAt: readDigestAt(env),
    zone: readZone(env),
    metricsToken: readMetricsToken(env),
    client: { url: env.SKUWARD_URL ?? null, key: env.SKUWARD_API_KEY ?? null },
  };
  if (production) refuseInProduction(config);
  return config;
}

/** Production refuses to start on what is only good for trying out (design section 6). */
function refuseInProduction(config: Config): void {
  if (config.databaseUrl === null)
    throw new ConfigError('DATABASE_URL is missing: production does not run on the embedded database');
  if (config.systems === null) throw new ConfigError('SYSTEMS_FILE is missing: production does not run on the sandbox');
  if (config.migrateDatabaseUrl === null) {
    throw new ConfigError(
      'MIGRATE_DATABASE_URL is missing: in production the tables belong to another role than DATABASE_URL',
    );
  }
  const user = (name: string, url: string): string => {
    if (!URL.canParse(url)) throw new ConfigError(`${name} is no URL`);
    return new URL(url).username;
  };
  if (user('MIGRATE_DATABASE_URL', config.migrateDatabaseUrl) === user('DATABASE_URL', config.databaseUrl)) {
    throw new ConfigError(
      'DATABASE_URL and MIGRATE_DATABASE_URL name the same role; the service must not own its tables',
    );
  }
}

function wholeNumber(env: Env, name: string, fallback: number, least: number, most: number): number {
  const text = env[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new ConfigError(`${name} is a whole number from ${least} to ${most}`);
  return value;
}

/** Told in words that do not repeat it: whoever has the address may post. */
function readSlackUrl({ SLACK_WEBHOOK_URL: text }: Env): string | null {
  if (text === undefined || text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLoopback = url !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)) || url.username !== '')
    throw new ConfigError('SLACK_WEBHOOK_URL is an https address, as Slack gives it for an incoming webhook');
  return url.href;
}

function readDigestAt({ DIGEST_AT: text = '09:00' }: Env): string {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) throw new ConfigError('DIGEST_AT is a time of day from 00:00 to 23:59');
  return text;
}

function readZone({ TZ: text }: Env): string {
  if (text === undefined || text === '') return 'UTC';
  if (!isZone(text)) throw new ConfigError('TZ is no time zone that is known here: an IANA name such as Europe/Berlin');
  return text;
}

function readMetricsToken({ METRICS_TOKEN: text }: Env): string | null {
  if (text === undefined || text === '') return null;
  if (!/^[\x21-\x7e]{16,}$/.test(text)) throw new ConfigError('METRICS_TOKEN has at least 16 characters, and no space');
  return text;
}

function oneOf<T extends string>(env: Env, name: string, values: readonly T[], fallback: T): T {
  const text = env[name];
  if (text === undefined) return fallback;
  const hit = values.find((value) => value === text);
  if (hit === undefined) throw new ConfigError(`${name} is one of ${values.join(', ')}`);
  return hit;
}

type Raw = Record<string, unknown>;

/** What a system may say of itself; the rest is a slip of the pen, and would be a setting that somebody relies on. */
const SYSTEM_KEYS = new Set(
  (
    'code kind connector mode currency scan concurrency baseUrl token storeDomain apiVersion accessToken clientId ' +
    'clientSecret previousClientSecret publications bundles headRoomPercent database user password units'
  ).split(' '),
);

/** Systems out of a JSON file; secrets are named there and come from the environment. */
function readSystems(file: string, env: Env): ConfiguredSystem[] {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`SYSTEMS_FILE ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const list = isRaw(document) ? document.systems : undefined;
  if (!Array.isArray(list) || list.length === 0)
    throw new ConfigError(`SYSTEMS_FILE ${file}: "systems" is a list of at least one`);
  const systems = list.map((each: unknown, index) => readSystem(each, `SYSTEMS_FILE ${file}: systems[${index}]`, env));
  const codes = systems.map(({ code }) => code);
  if (new Set(codes).size !== codes.length) throw new ConfigError(`SYSTEMS_FILE ${file}: two systems have one code`);
  return systems;
}

function readSystem(raw: unknown, path: string, env: Env): ConfiguredSystem {
  if (!isRaw(raw)) throw new ConfigError(`${path} is an object`);
  const stray = Object.keys(raw).find((key) => !SYSTEM_KEYS.has(key));
  if (stray !== undefined) throw new ConfigError(`${path}.${stray} is unknown`);
  const text = (key: string): string | null => {
    const value = raw[key];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string' || value === '') throw new ConfigError(`${path}.${key} is a text`);
    return value;
  };
  const need = (key: string): string => text(key) ?? missing(`${path}.${key}`);
  const secret = (key: string): string | null => {
    const value = raw[key];
    if (value === undefined || value === null) return null;
    const name = isRaw(value) && typeof value.env === 'string' ? value.env : null;
    if (name === null) throw new ConfigError(`${path}.${key} names an environment variable: { "env": "NAME" }`);
    return env[name] ?? missing(`the environment variable ${name} (${path}.${key})`);
  };
  const pick = <T extends string>(key: string, values: readonly T[], fallback?: T): T => {
    const value = fallback === undefined ? need(key) : (text(key) ?? fallback);
    const hit = values.find((each) => each === value);
    if (hit === undefined) throw new ConfigError(`${path}.${key} is one of ${values.join(', ')}`);
    return hit;
  };
  const concurrency = raw.concurrency ?? 2;
  if (typeof concurrency !== 'number' || !Number.isInteger(concurrency) || concurrency < 1 || concurrency > 16)
    throw new ConfigError(`${path}.concurrency is a whole number from 1 to 16`);
  const publications = readNames(raw.publications ?? ['Online Store'], `${path}.publications`);
  const connector = pick('connector', ['shopify', 'http', 'tryton'] as const);
  // Elsewhere it would say nothing, and whoever wrote it would believe that it did.
  if (connector !== 'shopify' && text('bundles') !== null)
    throw new ConfigError(`${path}.bundles is for connector shopify only`);
  for (const key of connector === 'tryton' ? [] : ['database', 'user', 'password', 'units']) {
    if (key in raw) throw new ConfigError(`${path}.${key} is for connector tryton only`);
  }
  const kind = pick('kind', ['SHOPIFY', 'ERP'] as const);
  if ((kind === 'SHOPIFY') !== (connector === 'shopify'))
    throw new ConfigError(`${path}: connector ${connector} is for kind ${connector === 'shopify' ? 'SHOPIFY' : 'ERP'}`);
  const signIn = (): Partial<SystemConfig> => ({
    database: need('database'),
    user: need('user'),
    password: secret('password') ?? missing(`${path}.password`),
    units: readUnits(raw, path),
  });
  const token = secret('token');
  if (connector === 'http' && token === null) missing(`${path}.token`);
  return {
    code: need('code'),
    kind,
    connector,
    mode: pick('mode', ['READ_ONLY', 'WRITE'] as const),
    currency: text('currency') ?? 'USD',
    baseUrl: readBaseUrl(kind === 'ERP' ? need('baseUrl') : text('baseUrl'), `${path}.baseUrl`),
    storeDomain: text('storeDomain'),
    apiVersion: text('apiVersion') ?? '2026-10',
    accessToken: secret('accessToken'),
    clientId: secret('clientId'),
    clientSecret: secret('clientSecret'),
    previousClientSecret: secret('previousClientSecret'),
    publications,
    bundles: pick('bundles', ['components', 'fixed'] as const, 'components'),
    token,
    scan: readScanTimes(raw.scan, `${path}.scan`),
    ...(connector === 'tryton' ? signIn() : {}),
    headRoomPercent: readHeadRoom(raw, path),
    concurrency,
  };
}

function readNames(value: unknown, path: string): string[] {
  const isList = Array.isArray(value) && value.every((each) => typeof each === 'string');
  if (!isList) throw new ConfigError(`${path} is a list of names`);
  return value;
}

function readBaseUrl(text: string | null, path: string): string | null {
  try {
    return text === null ? null : checkedBaseUrl(text);
  } catch (error) {
    throw new ConfigError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readHeadRoom(raw: Raw, path: string): number {
  const percent = raw.headRoomPercent ?? 20;
  if (typeof percent !== 'number' || !(percent >= 0 && percent <= 90))
    throw new ConfigError(`${path}.headRoomPercent is 0 to 90`);
  return percent;
}

function readScanTimes(raw: unknown, path: string): ScanTimes {
  if (raw === undefined || raw === null) return DAILY_SCAN;
  if (!isRaw(raw)) throw new ConfigError(`${path} is an object`);
  const stray = Object.keys(raw).find((key) => key !== 'full' && key !== 'incrementalMinutes');
  if (stray !== undefined) throw new ConfigError(`${path}.${stray} is unknown: it has full and incrementalMinutes`);
  const { full = DAILY_SCAN.full, incrementalMinutes: minutes = DAILY_SCAN.incrementalMinutes } = raw;
  if (full !== null) {
    const fault = typeof full === 'string' ? cronFault(full) : 'it is a text';
    if (fault !== null) throw new ConfigError(`${path}.full is a cron line: ${fault}`);
  }
  if (
    minutes !== null &&
    !(typeof minutes === 'number' && Number.isInteger(minutes) && minutes >= 1 && minutes <= 1_440)
  )
    throw new ConfigError(`${path}.incrementalMinutes is a whole number from 1 to 1440, or null`);
  return { full: full as string | null, incrementalMinutes: minutes };
}

/** What the master calls units, by Tryton's symbols for them. One symbol has one word, or it could not be read back. */
function readUnits({ units = {} }: Raw, path: string): Record<string, string> {
  const entries = isRaw(units) ? Object.entries(units) : [['', null] as const];
  const symbols = entries.map(([, symbol]) => symbol);
  if (entries.some(([word, symbol]) => word === '' || typeof symbol !== 'string' || symbol === ''))
    throw new ConfigError(`${path}.units says for each of your words which symbol Tryton has for it`);
  if (new Set(symbols).size !== symbols.length) throw new ConfigError(`${path}.units has two words for one symbol`);
  return Object.fromEntries(entries.map(([word, symbol]) => [word, String(symbol)]));
}

function missing(what: string): never {
  throw new ConfigError(`${what} is missing`);
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
