import type { Connector } from '../../src/application/ports/connector.js';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import type { SystemConfig } from '../../src/connectors/system-config.js';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';

export interface JournalEntry {
  n: number;
  operation: string;
  source: 'request' | 'control' | 'job';
  kind: 'query' | 'mutation';
  commits: { act: string; id: string }[];
}

/** Both stand-ins, a connector to each, and the control side of either. */
export interface Kit {
  sandbox: Sandbox;
  shopify: Connector;
  erp: Connector;
  logged: string[];
  /** A connector to the store as those have it who observe. */
  observer(): Connector;
  /** A fresh pair of connectors with other settings: nothing remembered from before. */
  connector(kind: 'shopify' | 'erp', changes?: Partial<SystemConfig>): Connector;
  /** How a connector to it is configured. */
  configOf(kind: 'shopify' | 'erp'): SystemConfig;
  control<T = unknown>(side: 'shopify' | 'erp', method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

export async function startKit(): Promise<Kit> {
  const sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
  const logged: string[] = [];
  const configOf: Kit['configOf'] = (kind) => (kind === 'shopify' ? shopifyConfig(sandbox) : erpConfig(sandbox));
  const connector: Kit['connector'] = (kind, changes = {}) => {
    const config = { ...configOf(kind), ...changes };
    return buildConnectors([config], (level, message) => logged.push(`${level}: ${message}`)).of(config.code);
  };
  return {
    sandbox,
    shopify: connector('shopify'),
    erp: connector('erp'),
    logged,
    observer: () => buildConnectors([shopifyConfig(sandbox)], () => undefined).of('shopify-us', 'SCAN'),
    connector,
    configOf,
    async control<T>(side: 'shopify' | 'erp', method: string, path: string, body?: unknown): Promise<T> {
      const text = typeof body === 'string';
      const response = await fetch(`${sandbox[side].url}/control/${path}`, {
        method,
        headers: { 'Content-Type': text ? 'text/csv' : 'application/json' },
        ...(body === undefined ? {} : { body: text ? body : JSON.stringify(body) }),
      });
      const answer = await response.text();
      if (!response.ok) throw new Error(`control ${path}: ${response.status} ${answer}`);
      const parsed: T = answer === '' ? null : JSON.parse(answer);
      return parsed;
    },
    close: () => sandbox.close(),
  };
}

const NOTHING = {
  baseUrl: null,
  storeDomain: null,
  apiVersion: '2026-10',
  accessToken: null,
  clientSecret: null,
  previousClientSecret: null,
  clientId: null,
  headRoomPercent: 20,
  publications: [],
  bundles: 'components' as const,
  token: null,
  concurrency: 2,
};

function shopifyConfig({ shopify }: Sandbox): SystemConfig {
  return {
    ...NOTHING,
    code: 'shopify-us',
    kind: 'SHOPIFY',
    connector: 'shopify',
    baseUrl: shopify.url,
    storeDomain: shopify.shopDomain,
    accessToken: shopify.accessToken,
    clientSecret: shopify.clientSecret,
    publications: ['Online Store'],
  };
}

function erpConfig({ erp }: Sandbox): SystemConfig {
  return { ...NOTHING, code: 'erp', kind: 'ERP', connector: 'http', baseUrl: erp.url, token: erp.token };
}
