import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mustHold } from './play.js';
import { WorldDatabase } from './postgres-backend.js';
import { postgresSeeds } from './seeds.js';
import { SYSTEMS } from './world.js';

describe('the simulated world on PostgreSQL', () => {
  let database: WorldDatabase;
  beforeAll(async () => {
    database = await WorldDatabase.open();
  });
  afterAll(() => database.close());

  it(`keeps every rule for ${postgresSeeds()} seeds`, async () => {
    const { seeds, steps } = await mustHold(0, postgresSeeds(), () => database.backend(SYSTEMS), ' --postgres');
    expect(seeds).toBe(postgresSeeds());
    expect(steps).toBeGreaterThan(seeds * 100);
  }, 600_000);
});
