import { ErpStandIn } from './erp/erp-stand-in.js';
import { SHOP_DOMAIN } from './shopify/shop-view.js';
import { ShopifyStandIn } from './shopify/shopify-stand-in.js';

/** Ports are on 127.0.0.1; 0 takes any free one. `dataDir: null` keeps everything in memory. */
export interface SandboxOptions {
  dataDir: string | null;
  shopifyPort: number;
  erpPort: number;
}

/** Where both are, and what opens them. */
export interface Stands {
  shopify: { url: string; shopDomain: string; accessToken: string; clientSecret: string };
  erp: { url: string; token: string };
}

export interface Sandbox extends Stands {
  /** Nothing was in the journals: the caller may want to fill in the sample catalogue. */
  empty: boolean;
  /** Ends all sockets and timers; requests that hang on purpose are cut off. */
  close(): Promise<void>;
}

/** Fixed on purpose: they open nothing but toys on loopback, and a restarted process must still know them. */
const ACCESS_TOKEN = 'shpat_sandbox_00000000000000000000';
const CLIENT_SECRET = 'sandbox-client-secret';
const ERP_TOKEN = 'sandbox-erp-token';

/** Stand-ins that listen at these addresses, whoever started them. */
export function standsAt(shopifyUrl: string, erpUrl: string): Stands {
  return {
    shopify: { url: shopifyUrl, shopDomain: SHOP_DOMAIN, accessToken: ACCESS_TOKEN, clientSecret: CLIENT_SECRET },
    erp: { url: erpUrl, token: ERP_TOKEN },
  };
}

/**
 * A Shopify and an ERP to practise on. Both keep what was acknowledged in `dataDir`, also through `kill -9`.
 * @throws when a port is taken or a journal cannot be read.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dataDir } = options;
  const shopify = new ShopifyStandIn({
    dataDir,
    port: options.shopifyPort,
    accessToken: ACCESS_TOKEN,
    clientSecret: CLIENT_SECRET,
  });
  const erp = new ErpStandIn({ dataDir, port: options.erpPort, token: ERP_TOKEN });
  const close = async (): Promise<void> => {
    await Promise.all([shopify.close(), erp.close()]);
  };
  try {
    const [shopifyUrl, erpUrl] = [await shopify.listen(), await erp.listen()];
    return {
      ...standsAt(shopifyUrl, erpUrl),
      empty: shopify.state.wasEmpty && erp.state.wasEmpty,
      close,
    };
  } catch (error) {
    // One port may be taken while the other stand-in already listens.
    await close();
    throw error;
  }
}
