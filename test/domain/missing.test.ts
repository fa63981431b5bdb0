import { describe, expect, it } from '@jest/globals';
import { LIFECYCLE_STATES } from '../../src/domain/catalog/lifecycle.js';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import { isMissed } from '../../src/domain/drift/missing.js';

const WANTED: readonly LifecycleState[] = ['PRELAUNCH', 'ACTIVE', 'ON_HOLD', 'PHASE_OUT'];

describe('a record that is gone is missed where the master wants it there', () => {
  it.each(LIFECYCLE_STATES)('of a SKU that is %s', (state) => {
    expect(isMissed({ state, listedIn: ['erp', 'shop'] }, [], 'erp')).toBe(WANTED.includes(state));
    expect(isMissed({ state, listedIn: ['shop'] }, [], 'erp')).toBe(false);
  });

  it('of a product with any such SKU, whatever its others are', () => {
    expect(isMissed(null, ['RETIRED', 'ON_HOLD'], 'erp')).toBe(true);
    expect(isMissed(null, ['RETIRED', 'RETIRED'], 'erp')).toBe(false);
    expect(isMissed(null, [], 'erp')).toBe(false);
  });
});
