import { globSync, readFileSync } from 'node:fs';
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

describe('a pool, wherever the sources make one', () => {
  it('is made of connections that are heard, those of a migration as well', () => {
    const making = globSync('src/**/*.ts').filter((file) =>
      /new (DataSource|PgBoss)\(/.test(readFileSync(file, 'utf8')),
    );
    expect(making.length).toBeGreaterThanOrEqual(4);
    for (const file of making) {
      const pools = readFileSync(file, 'utf8')
        .split(/new (?:DataSource|PgBoss)\(/)
        .slice(1);
      for (const pool of pools) expect([file, /^\{[^;]*HEARD[^;]*\}\);/.test(pool)]).toEqual([file, true]);
    }
  });
});
