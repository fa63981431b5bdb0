import { buildConnectors } from '../../../src/connectors/connector-registry.js';
import type { SystemConfig } from '../../../src/connectors/system-config.js';
import type { FieldValues } from '../../../src/domain/primitives/json.js';
import { startKit } from '../sandbox-kit.js';
import type { Kit } from '../sandbox-kit.js';
import { createOf, FRESH } from '../writes.js';
import type { ContractSystem } from './contract-system.js';
import { startFaultyProxy } from './faulty-proxy.js';

const MARA = { kind: 'staff', name: 'Mara' };

const ITEM: FieldValues = {
  title: 'Trail Tent - Green',
  gtin: '4006381333931',
  price: '249.50',
  cost: '120.1250',
  weight: '1850',
  hsCode: '630622',
  countryOfOrigin: 'PT',
  unitOfMeasure: 'EA',
  lifecycle: { active: true, salable: true, purchasable: true },
  'bundle.components': [],
};

/** The stand-in of an ERP that speaks the generic contract. */
export async function httpStandIn(): Promise<ContractSystem> {
  const kit = await startKit();
  const proxy = await startFaultyProxy(kit.sandbox.erp.url, ({ method }) => method === 'PUT');
  const config = kit.configOf('erp');
  return {
    proxy,
    connect: ({ secret = config.token, concurrency = config.concurrency } = {}) =>
      connectorOf({ ...config, baseUrl: proxy.url, token: secret, concurrency }),
    productOf: (attemptId, codes, values = ITEM) => ({
      ...FRESH,
      attemptId,
      product: { id: `p-${attemptId}`, handle: attemptId.toLowerCase(), root: null },
      writes: codes.map((code) => createOf('SKU', code, values)),
    }),
    full: ITEM,
    clearable: ['gtin', 'hsCode', 'countryOfOrigin', 'cost', 'weight'],
    refused: { gtin: '12' },
    hands: {
      async setPrice(code, price) {
        await kit.control('erp', 'POST', 'edit', { as: MARA, code, set: { listPrice: price } });
        return MARA.name;
      },
      async remove(code) {
        await kit.control('erp', 'POST', 'delete', { code });
      },
      async setComponents(code, lines) {
        const components = lines.map(({ code: part, quantity }) => ({ code: part, quantity: String(quantity) }));
        await kit.control('erp', 'POST', 'edit', { as: MARA, code, set: { components } });
      },
      async count(code, onHand) {
        await kit.control('erp', 'POST', 'stock', { code, onHand });
      },
    },
    close: () => closeAll(kit, proxy),
  };
}

const VARIANT: FieldValues = {
  price: '249.50',
  compareAtPrice: '299.00',
  cost: '120.25',
  gtin: '4006381333931',
  weight: '1850.5',
  hsCode: '630622',
  countryOfOrigin: 'PT',
  requiresShipping: true,
  taxable: false,
  lifecycle: { published: true, inventoryPolicy: 'CONTINUE' },
  'bundle.components': [],
};

/** The stand-in of a Shopify store. */
export async function shopifyStandIn(): Promise<ContractSystem> {
  const kit = await startKit();
  const proxy = await startFaultyProxy(kit.sandbox.shopify.url, ({ body }) => /\bmutation\b/.test(body));
  const config = kit.configOf('shopify');
  return {
    proxy,
    connect: ({ secret = config.accessToken, concurrency = config.concurrency } = {}) =>
      connectorOf({ ...config, baseUrl: proxy.url, accessToken: secret, concurrency }),
    productOf(attemptId, codes, values = VARIANT) {
      const handle = attemptId.toLowerCase();
      const product: FieldValues = {
        'product.title': 'Trail Tent',
        'product.handle': handle,
        'product.vendor': 'Fernhill Supply',
        'product.productType': 'Tents',
        'product.tags': ['camping'],
        lifecycle: { status: 'ACTIVE' },
      };
      const skus = codes.map((code) =>
        createOf('SKU', code, { ...values, optionValues: [{ name: 'Size', value: code }] }),
      );
      const writes = [createOf('PRODUCT', handle, product), ...skus];
      return { ...FRESH, attemptId, product: { id: `p-${attemptId}`, handle, root: null }, writes, skus: codes.length };
    },
    full: VARIANT,
    clearable: ['gtin', 'compareAtPrice', 'hsCode', 'countryOfOrigin'],
    refused: { price: '-1.00' },
    hands: {
      async setPrice(code, price) {
        await kit.control('shopify', 'POST', 'edit', { as: MARA, sku: code, set: { price } });
        return null;
      },
      async remove(code) {
        await kit.control('shopify', 'POST', 'delete', { sku: code });
      },
      async setComponents(code, lines) {
        const components = lines.map(({ code: sku, quantity }) => ({ sku, quantity }));
        await kit.control('shopify', 'POST', 'components', { as: MARA, sku: code, components });
      },
    },
    close: () => closeAll(kit, proxy),
  };
}

function connectorOf(config: SystemConfig): ReturnType<ContractSystem['connect']> {
  return buildConnectors([config], () => {}).of(config.code);
}

async function closeAll(kit: Kit, proxy: { close(): Promise<void> }): Promise<void> {
  await proxy.close();
  await kit.close();
}
