import { describe, expect, it } from '@jest/globals';
import type { ConnectorRegistry } from '../../src/application/ports/connector.js';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import type { SystemConfig } from '../../src/connectors/system-config.js';
import { SettingError } from '../../src/connectors/system-config.js';

const STORE: SystemConfig = {
  code: 'shopify-us',
  kind: 'SHOPIFY',
  connector: 'shopify',
  baseUrl: null,
  storeDomain: 'example.myshopify.com',
  apiVersion: '2026-10',
  accessToken: 'secret-token',
  clientSecret: 'secret',
  previousClientSecret: null,
  clientId: null,
  headRoomPercent: 20,
  publications: ['Online Store'],
  bundles: 'components',
  token: null,
  concurrency: 2,
};
const ERP: SystemConfig = {
  ...STORE,
  code: 'erp',
  kind: 'ERP',
  connector: 'http',
  baseUrl: 'https://erp.example.com',
  token: 't',
};

function build(...systems: SystemConfig[]): ConnectorRegistry & { logged: string[] } {
  const logged: string[] = [];
  const registry = buildConnectors(systems, (level, message) => logged.push(`${level}: ${message}`));
  return { ...registry, logged };
}

describe('the registry', () => {
  it('finds each system by its code, and no other', () => {
    const registry = build(STORE, ERP);
    expect(registry.of('shopify-us')).toMatchObject({ capabilities: { productRecords: true, attribution: false } });
    expect(registry.of('erp')).toMatchObject({
      webhooks: null,
      capabilities: { concurrencyToken: true, attribution: true },
    });
    expect(() => registry.of('tryton')).toThrow('system tryton is not configured');
    expect(registry.find('tryton')).toBeNull();
    for (const urgency of ['SCAN', 'PUBLISH', undefined] as const)
      expect(registry.find('shopify-us', urgency)).toBe(registry.of('shopify-us', urgency));
    expect(registry.find('shopify-us')).not.toBe(registry.find('shopify-us', 'SCAN'));
    expect(registry.logged).toEqual([]);
  });

  it.each([
    ['twice', [ERP, ERP]],
    ['accessToken', [{ ...STORE, accessToken: null }]],
    ['clientSecret', [{ ...STORE, accessToken: null, clientId: 'id', clientSecret: null }]],
    ['exclude each other', [{ ...STORE, clientId: 'id' }]],
    ['storeDomain', [{ ...STORE, storeDomain: null }]],
    ['baseUrl', [{ ...ERP, baseUrl: null }]],
    ['token', [{ ...ERP, token: '' }]],
    ['concurrency', [{ ...ERP, concurrency: 0 }]],
    ['only https', [{ ...ERP, baseUrl: 'http://erp.example.com' }]],
    ['only https', [{ ...STORE, baseUrl: 'ftp://127.0.0.1' }]],
    ['no user', [{ ...ERP, baseUrl: 'https://user:pass@erp.example.com' }]],
  ])('refuses settings that lack or break something: %s', (message, systems: SystemConfig[]) => {
    expect(() => build(...systems)).toThrow(message);
    // A person can mend it, so the service and the doctor tell it in one line and without a stack.
    expect(() => build(...systems)).toThrow(SettingError);
  });

  it('takes http on loopback', () => {
    expect(() =>
      build({ ...ERP, baseUrl: 'http://127.0.0.1:8069/api/' }, { ...STORE, baseUrl: 'http://localhost:4010' }),
    ).not.toThrow();
  });

  it('says what will not work', () => {
    const registry = build({ ...STORE, publications: [], clientSecret: null });
    expect(registry.logged).toEqual([
      expect.stringContaining('no publications'),
      expect.stringContaining('no client secret'),
    ]);
    expect(registry.of('shopify-us')).toMatchObject({ webhooks: null });
  });
});
