import { describe, expect, it } from '@jest/globals';
import { Client, DatabaseError } from 'pg';
import { isUnreachable } from '../../src/storage/postgres/unreachable.js';
import { testFact } from '../support/test-facts.js';

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

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
