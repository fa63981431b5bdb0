import type { SkuOrder } from '../../application/ports/catalog-reader.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { SkuKind, WeightUnit } from '../../domain/catalog/sku.js';
import { enumType } from '../enum-type.js';

export const LifecycleStateEnum = enumType<LifecycleState>('LifecycleState', {
  DRAFT: 'Being defined. Exists in the master only.',
  PRELAUNCH: 'Approved set-up: in the ERP as purchasable, in Shopify unpublished. Not sellable yet.',
  ACTIVE: 'Sellable and replenished.',
  ON_HOLD: 'Temporarily withdrawn from sale: recall, quality, legal.',
  PHASE_OUT: 'Sell-through: sellable while stock lasts, no longer purchased.',
  RETIRED: 'Gone for good. The code is never used again.',
});

export const SkuKindEnum = enumType<SkuKind>('SkuKind', { SIMPLE: null, BUNDLE: null });

export const WeightUnitEnum = enumType<WeightUnit>('WeightUnit', {
  GRAMS: null,
  KILOGRAMS: null,
  OUNCES: null,
  POUNDS: null,
});

export const SkuOrderEnum = enumType<SkuOrder>('SkuOrder', { CODE: null, UPDATED_AT: null });
