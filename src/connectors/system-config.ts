/** What a connector needs to know of one system; read from SYSTEMS_FILE, or made up by the demo for its sandbox. */
export interface SystemConfig {
  code: string;
  kind: 'SHOPIFY' | 'ERP';
  connector: 'shopify' | 'http' | 'tryton';
  /** Replaces `https://{storeDomain}`, and is the address of an ERP: https, or http on loopback. */
  baseUrl: string | null;
  storeDomain: string | null;
  /** Shopify's, such as `2026-10`. */
  apiVersion: string;
  accessToken: string | null;
  /** Instead of `accessToken`: with `clientSecret` it asks for tokens that live for a day. */
  clientId: string | null;
  /** Signs Shopify's webhooks. */
  clientSecret: string | null;
  /** Accepted beside `clientSecret` while the secret is being rotated. */
  previousClientSecret: string | null;
  /** Titles or ids of the publications on which a sellable variant is to be. */
  publications: string[];
  /** How a Shopify store is told what bundles are made of: by components of their variants, or as product bundles. */
  bundles: 'components' | 'fixed';
  /** Bearer token of an ERP. */
  token: string | null;
  /** Tryton's: the database, and who signs in. */
  database?: string | null;
  user?: string | null;
  password?: string | null;
  /** What the master calls a unit, and the symbol of the unit that Tryton is to use for it. */
  units?: Readonly<Record<string, string>>;
  /** ISO 4217, in which the master's prices are for this system. */
  currency?: string;
  /** Percent of a store's rate that are left to other users of it: 0 to 90. */
  headRoomPercent: number;
  /** How many exchanges with the system may be under way at once. */
  concurrency: number;
}

/** A setting of a system that its connector cannot run on. Its message is for the person who starts the service. */
export class SettingError extends Error {}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The address without a slash at its end.
 * @throws SettingError for anything but https, or http on loopback: a token must never cross a network in the clear.
 */
export function checkedBaseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) throw new SettingError(`${text}: this is no address; it begins with https://`);
  const allowed = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (!allowed) throw new SettingError(`${url.origin}: only https, or http on loopback, may carry a token`);
  if (url.username || url.password || url.search || url.hash) {
    throw new SettingError(`${url.origin}: the address may have a path, but no user, query or fragment`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

type Requirable = 'accessToken' | 'clientSecret' | 'token' | 'baseUrl' | 'database' | 'user' | 'password';

/** A setting that the connector cannot do without. @throws SettingError that names it, never its value. */
export function required(config: SystemConfig, key: Requirable): string {
  const value = config[key];
  if (!value) throw new SettingError(`system ${config.code}: ${key} is missing`);
  return value;
}
