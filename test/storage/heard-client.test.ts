import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
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

/** Speaks as a server that lets somebody in and dies over what they ask first; it has more than one last word. */
async function dyingServer(): Promise<Server> {
  const message = (type: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const lastWord = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'));
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]));
      socket.once('data', () => socket.end(Buffer.concat([lastWord, lastWord, lastWord])));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

describe('the connection on which pg-boss listens', () => {
  it('is heard when its server dies while it begins, and after pg-boss has stopped listening to it', async () => {
    const fresh = await freshDatabase();
    const database = await openDatabase(fresh.appUrl, () => undefined, false);
    const server = await dyingServer();
    try {
      const { port } = server.address() as AddressInfo;
      const db = database.boss.getDb();
      const url = `postgres://app:none@127.0.0.1:${port}/none`;
      Object.assign(Reflect.get(db, 'config') as object, { connectionString: url });
      const begun = db.listen?.(
        'any',
        () => undefined,
        () => undefined,
      );
      await expect(begun).rejects.toThrow('terminating connection');
    } finally {
      server.close();
      await database.close();
      await fresh.drop();
    }
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
