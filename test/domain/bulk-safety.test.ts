import { describe, expect, it } from '@jest/globals';
import { bulkSafety } from '../../src/domain/drift/bulk-safety.js';

describe('bulk safety', () => {
  it.each([
    // read, linked, opens, unseen
    [1_000, 1_000, 0, 0, 'PASS'],
    [1_000, 1_000, 200, 0, 'PASS'],
    [1_000, 1_000, 201, 0, 'HOLD'],
    [900, 1_000, 101, 100, 'HOLD'],
    [900, 1_000, 100, 100, 'PASS'],
    [100, 100, 49, 0, 'PASS'],
    [100, 100, 50, 0, 'HOLD'],
    [1, 1_000, 0, 999, 'HOLD'],
    [0, 1, 0, 1, 'EMPTY'],
    [0, 0, 0, 0, 'PASS'],
    [5_000, 0, 0, 0, 'PASS'],
    [250, 250, 50, 0, 'PASS'],
    [249, 249, 50, 0, 'HOLD'],
  ] as const)(
    'of %i records read and %i linked, %i new findings and %i unseen: %s',
    (read, linked, opens, unseen, verdict) => {
      expect(bulkSafety({ read, linked, opens, unseen })).toBe(verdict);
    },
  );
});
