import type { Meter } from '../../application/ports/meter.js';
import type { RateBudgets } from '../../application/ports/rate-budget.js';
import type { SystemConfig } from '../system-config.js';
import { checkedBaseUrl, required, SettingError } from '../system-config.js';
import type { TokenSource } from './calling/access-token.js';
import { ClientCredentials, StaticToken } from './calling/access-token.js';
import { CallPacer } from './calling/call-pacer.js';
import { ShopifyClient } from './calling/shopify-client.js';

/** What the line to a store is told, and what it shares with other processes. */
export interface LineSurroundings {
  meter: Meter;
  budgets: RateBudgets;
  /** Another version answered than the one asked for. Once a version and process. */
  onForeignVersion: (asked: string, answered: string) => void;
}

/** The line to one store: its address, its token and its pace, which all that is said over it share. */
export interface ShopifyLine {
  client: ShopifyClient;
  token: TokenSource;
  pacer: CallPacer;
}

/** Connects to nothing yet. @throws SettingError when the settings lack something. */
export function openLine(config: SystemConfig, { meter, budgets, onForeignVersion }: LineSurroundings): ShopifyLine {
  const baseUrl = config.baseUrl === null ? null : checkedBaseUrl(config.baseUrl);
  const storeDomain = config.storeDomain ?? (baseUrl && new URL(baseUrl).host);
  if (!storeDomain) throw new SettingError(`system ${config.code}: storeDomain or baseUrl is missing`);
  const token = tokenOf(config, baseUrl ?? `https://${storeDomain}`);
  const pacer = new CallPacer(config.code, budgets, 1 - config.headRoomPercent / 100);
  const client = new ShopifyClient({
    storeDomain,
    baseUrl,
    apiVersion: config.apiVersion,
    token,
    pacer,
    onVersion: (asked, answered) => {
      meter.apiVersion(config.code, asked === answered);
      if (asked !== answered) onForeignVersion(asked, answered);
    },
    onCall: (result) => meter.apiCall(config.code, result),
    onBucket: (left, full) => meter.bucket(config.code, left, full),
  });
  return { client, token, pacer };
}

function tokenOf(config: SystemConfig, origin: string): TokenSource {
  const { clientId, clientSecret, accessToken } = config;
  if (clientId === null) return new StaticToken(required(config, 'accessToken'));
  if (accessToken !== null)
    throw new SettingError(
      `system ${config.code}: accessToken and clientId exclude each other: one token or the other`,
    );
  if (!clientSecret) throw new SettingError(`system ${config.code}: clientSecret is missing beside clientId`);
  return new ClientCredentials({ origin, clientId, clientSecret });
}
