import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mustHold } from './play.js';
import { WorldDatabase } from './postgres-backend.js';
import { halfOnPostgres } from './seeds.js';
import { SYSTEMS } from './world.js';

describe('the simulated world on PostgreSQL, half 2 of its seeds', () => {
  const { from, to } = halfOnPostgres(2);
  let database: WorldDatabase;
  beforeAll(async () => {
    database = await WorldDatabase.open();
  });
  afterAll(() => database.close());

  it(`keeps every rule from seed ${from} up to ${to}`, async () => {
    const { seeds, steps } = await mustHold(from, to, () => database.backend(SYSTEMS), ' --postgres');
    expect(seeds).toBe(to - from);
    expect(steps).toBeGreaterThan(seeds * 100);
  }, 600_000);
});
