import { join } from 'node:path';
import type { Log } from '../application/ports/ports.js';
import type { Config, ConfiguredSystem } from '../config.js';
import type { Sandbox, Stands } from '../sandbox/start-sandbox.js';
import { standsAt, startSandbox } from '../sandbox/start-sandbox.js';

/** Where the stand-ins listen, counted from PORT, so that two checkouts beside each other do not meet. */
const SHOPIFY_OFFSET = 10;
const ERP_OFFSET = 20;

/** Starts the Shopify and the ERP to practise on, on their usual ports or, where those are taken, on any. */
export async function openSandbox(config: Config, log: Log): Promise<Sandbox> {
  const dataDir = join(config.dataDir, 'sandbox');
  try {
    const usual = config.port === 0 || config.port + ERP_OFFSET > 65_535 ? 0 : 1;
    return await startSandbox({
      dataDir,
      shopifyPort: usual * (config.port + SHOPIFY_OFFSET),
      erpPort: usual * (config.port + ERP_OFFSET),
    });
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error;
    log('warn', 'the usual ports of the sandbox are taken; it takes others', {});
    return startSandbox({ dataDir, shopifyPort: 0, erpPort: 0 });
  }
}

/** Where the sandbox of a service that was started with these settings is, unless its ports were taken. */
export function usualSandbox({ port }: Config): Stands {
  const at = (offset: number): string => `http://127.0.0.1:${port + offset}`;
  return standsAt(at(SHOPIFY_OFFSET), at(ERP_OFFSET));
}

/** The sandbox as two systems, configured like real ones: the connectors know no difference. */
export function sandboxSystems(sandbox: Stands): ConfiguredSystem[] {
  const shared = {
    mode: 'WRITE',
    currency: 'USD',
    previousClientSecret: null,
    clientId: null,
    headRoomPercent: 20,
    concurrency: 4,
    bundles: 'components',
  } as const;
  return [
    {
      ...shared,
      code: 'shopify',
      kind: 'SHOPIFY',
      connector: 'shopify',
      baseUrl: sandbox.shopify.url,
      storeDomain: sandbox.shopify.shopDomain,
      apiVersion: '2026-10',
      accessToken: sandbox.shopify.accessToken,
      clientSecret: sandbox.shopify.clientSecret,
      publications: ['Online Store'],
      token: null,
    },
    {
      ...shared,
      code: 'erp',
      kind: 'ERP',
      connector: 'http',
      baseUrl: sandbox.erp.url,
      storeDomain: null,
      apiVersion: '',
      accessToken: null,
      clientSecret: null,
      publications: [],
      token: sandbox.erp.token,
    },
  ];
}
