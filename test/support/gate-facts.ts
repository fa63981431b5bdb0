import { ALONE } from '../../src/domain/bundle/bundle-facts.js';
import { DEFAULT_RULES } from '../../src/domain/drift/source-of-truth.js';
import type { GateFacts } from '../../src/domain/gates/gate.js';
import { compilePolicies } from '../../src/domain/naming/judge-code.js';
import { DEFAULT_SETTINGS } from '../../src/domain/settings/settings.js';

/** Facts with which only the SKU itself decides: an owner, the defaults of the house, one store of the master's currency. */
export function gateFactsWith(over: Partial<GateFacts> = {}): GateFacts {
  return {
    product: {
      handle: 'tea',
      title: 'Tea',
      vendor: 'V',
      productType: 'T',
      category: null,
      tags: [],
      optionNames: ['Size'],
      attributes: {},
    },
    ownerResolved: true,
    settings: DEFAULT_SETTINGS,
    policies: compilePolicies(over.settings?.naming ?? []),
    stores: [{ code: 'shopify', currency: 'USD' }],
    masterCurrency: 'USD',
    fieldRules: DEFAULT_RULES,
    stock: [],
    bundle: ALONE,
    ...over,
  };
}
