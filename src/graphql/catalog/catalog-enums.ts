import type { SkuOrder } from '../../application/ports/catalog-reader.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import { STATE_MEANINGS } from '../../domain/catalog/lifecycle.js';
import type { SkuKind, WeightUnit } from '../../domain/catalog/sku.js';
import { enumType } from '../enum-type.js';

export const LifecycleStateEnum = enumType<LifecycleState>('LifecycleState', STATE_MEANINGS);

export const SkuKindEnum = enumType<SkuKind>('SkuKind', { SIMPLE: null, BUNDLE: null });

export const WeightUnitEnum = enumType<WeightUnit>('WeightUnit', {
  GRAMS: null,
  KILOGRAMS: null,
  OUNCES: null,
  POUNDS: null,
});

export const SkuOrderEnum = enumType<SkuOrder>('SkuOrder', { CODE: null, UPDATED_AT: null });
