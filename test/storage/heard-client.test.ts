import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import type { Database } from '../../src/porch/open-database.js';
import { openDatabase } from '../../src/porch/open-database.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { freshDatabase } from '../support/fresh-database.js';

describe('a connection that a pool has just handed out', () => {
  let fresh: FreshDatabase;
  let database: Database;

  beforeAll(async () => {
    fresh = await freshDatabase();
    database = await openDatabase(fresh.appUrl, () => undefined, false);
  });

  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  it.each([
    ['ours', () => Reflect.get(database.source.driver, 'master') as Pool],
    ['of pg-boss', () => Reflect.get(database.boss.getDb(), 'pool') as Pool],
  ])('is heard when it dies before its holder listens: %s', async (_, poolOf) => {
    const connection = await poolOf().connect();
    // Nobody listens: without a listener of its own, this throws.
    expect(() => connection.emit('error', new Error('terminating connection'))).not.toThrow();
    connection.release(true);
  });
});
