import { describe, expect, it } from '@jest/globals';
import { validate, version } from 'uuid';
import { pooledIds } from '../../src/porch/pooled-ids.js';

describe('ids out of a pool of random bytes', () => {
  it('are UUIDs of version 7, each greater than the one before, none twice', () => {
    const newId = pooledIds();
    const ids = Array.from({ length: 5_000 }, newId);
    for (const id of ids) expect([validate(id), version(id)]).toEqual([true, 7]);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('bear the time, and differ between makers at the same moment', () => {
    const before = Date.now();
    const ids = [pooledIds()(), pooledIds()()];
    for (const id of ids) {
      const millis = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
      expect(millis).toBeGreaterThanOrEqual(before);
      expect(millis).toBeLessThanOrEqual(Date.now());
    }
    expect(ids[0]?.slice(15)).not.toBe(ids[1]?.slice(15));
  });
});
