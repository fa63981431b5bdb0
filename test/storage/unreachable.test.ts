import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { DataSource } from 'typeorm';
import { isUnreachable } from '../../src/storage/postgres/unreachable.js';
import { testFact } from '../support/test-facts.js';

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}

describe('a database that does not answer', () => {
  it('is told from one that refuses what it is asked', async () => {
    const nobody = new URL(testFact('APP_URL'));
    nobody.port = '9';
    expect(isUnreachable(await failure(new Client(nobody.href).connect()))).toBe(true);

    const client = new Client(testFact('ADMIN_URL'));
    client.on('error', () => undefined);
    await client.connect();
    const refused = await failure(client.query('select nothing from nowhere'));
    expect(refused).toBeInstanceOf(DatabaseError);
    expect(isUnreachable(refused)).toBe(false);
    const ended = failure(client.query('select pg_terminate_backend(pg_backend_pid())'));
    expect(isUnreachable(await ended)).toBe(true);
    expect(isUnreachable(await failure(client.query('select 1')))).toBe(true);
    await client.end().catch(() => undefined);
  });

  it('is told where TypeORM had given the connection back before the next statement', async () => {
    const source = await new DataSource({ type: 'postgres', url: testFact('ADMIN_URL') }).initialize();
    const runner = source.createQueryRunner();
    const ended = await failure(runner.query('select pg_terminate_backend(pg_backend_pid())'));
    expect(isUnreachable(ended)).toBe(true);
    await until(() => runner.isReleased);
    expect(isUnreachable(await failure(runner.query('select 1')))).toBe(true);
    await source.destroy();
  });

  it('is known by its cause, and where every address of it failed', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const taken = Object.assign(new Error('listen'), { code: 'EADDRINUSE' });
    expect(isUnreachable(new Error('while it started', { cause: refused }))).toBe(true);
    expect(isUnreachable(new AggregateError([refused, refused]))).toBe(true);
    expect([new AggregateError([refused, taken]), taken, new Error('bad'), 'ECONNREFUSED'].map(isUnreachable)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
