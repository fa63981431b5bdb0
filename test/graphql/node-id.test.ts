import { describe, expect, it } from '@jest/globals';
import { decodeNodeId, keyOf, nodeId } from '../../src/graphql/node-id.js';

const UUID = '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';

describe('global ids', () => {
  it('come back as what they were made of', () => {
    expect(decodeNodeId(nodeId('Sku', UUID))).toEqual({ kind: 'Sku', key: UUID });
    expect(decodeNodeId(nodeId('System', 'shopify_us-2'))).toEqual({ kind: 'System', key: 'shopify_us-2' });
  });

  it.each(['', 'Sku', 'Sku_', 'Sku_1', `Skus_${UUID}`, `_${UUID}`, `Sku_${UUID}' or 1=1`, `constructor_${UUID}`])(
    'are refused when malformed: %p',
    (id) => {
      expect(decodeNodeId(id)).toBeNull();
    },
  );

  it('are refused when they name another kind', () => {
    expect(keyOf('Sku', `Sku_${UUID}`)).toBe(UUID);
    expect(() => keyOf('Product', `Sku_${UUID}`)).toThrow('no id of a Product');
  });
});
